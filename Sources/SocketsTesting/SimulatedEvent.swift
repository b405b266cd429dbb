/// Something that happened in a simulated network.
public struct SimulatedEvent: Hashable, Sendable {
    /// When, from the network's begin.
    public let time: Duration
    /// To which socket, numbered from 1 in the order in which they were made.
    public let socket: Int
    /// What.
    public let kind: Kind
    /// How many bytes it was about, or 0.
    public let count: Int

    /// What can happen to a socket.
    public enum Kind: String, Hashable, Sendable {
        /// It was made, bound, or made to listen.
        case opened, bound, listening
        /// A connect began, or ended in one of these ways.
        case connecting, connected, refused
        /// A connect, or a datagram, went where nobody answers.
        case swallowed
        /// A connection was accepted, or there was no descriptor for it.
        case accepted, acceptFailed
        /// Bytes were sent, came to the other end, or were received there.
        case sent, delivered, received
        /// A transfer was cut short, had to wait for nothing, or was tried for nothing.
        case shortened, postponed, spurious
        /// The connection was reset, or the peer sends no more.
        case reset, ended
        /// A datagram was lost, comes twice, or comes late.
        case lost, duplicated, reordered
        /// It was closed.
        case closed
    }
}

extension SimulatedEvent: CustomStringConvertible {
    /// The event in a line, such as `0.02 seconds: socket 3 received 5`.
    public var description: String { "\(time): socket \(socket) \(kind.rawValue)\(count > 0 ? " \(count)" : "")" }
}
