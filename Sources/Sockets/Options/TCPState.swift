/// Where a TCP connection stands in its life. C: net/tcp_states.h
public enum TCPState: UInt8, Sendable, CustomStringConvertible {
    /// Both sides can send.
    case established = 1
    /// This side asked for the connection, and waits for the answer.
    case synSent
    /// The peer asked for the connection, and this side answered.
    case synReceived
    /// This side has ended sending, which the peer has not confirmed.
    case finWait1
    /// This side has ended sending, and the peer confirmed it.
    case finWait2
    /// All is over; the pair of ports is kept for a while, for stragglers.
    case timeWait
    /// There is no connection.
    case closed
    /// The peer has ended sending, and this side has not.
    case closeWait
    /// Both have ended sending, the peer first; its confirmation is awaited.
    case lastAck
    /// The socket accepts connections.
    case listen
    /// Both have ended sending at the same time.
    case closing
    /// As `synReceived`, before there is a socket for the connection.
    case newSynReceived

    /// The name in capitals that tools print, such as `ESTABLISHED`.
    public var description: String {
        switch self {
        case .established: "ESTABLISHED"
        case .synSent: "SYN-SENT"
        case .synReceived, .newSynReceived: "SYN-RECEIVED"
        case .finWait1: "FIN-WAIT-1"
        case .finWait2: "FIN-WAIT-2"
        case .timeWait: "TIME-WAIT"
        case .closed: "CLOSED"
        case .closeWait: "CLOSE-WAIT"
        case .lastAck: "LAST-ACK"
        case .listen: "LISTEN"
        case .closing: "CLOSING"
        }
    }
}
