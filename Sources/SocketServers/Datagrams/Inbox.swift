internal import Sockets

/// What a server has received ahead, of clients that have no child yet.
struct Inbox: Sendable {
    var ahead: [Arrival] = []
    private var buffer = [UInt8](repeating: 0, count: 65536)

    struct Arrival: Sendable {
        let sender: IPSocketAddress
        let bytes: [UInt8]
    }

    /// The next datagram. Throws: `wouldBlock` when there is none.
    mutating func receive(from socket: borrowing UDPSocket) throws(SocketError) -> Arrival {
        let datagram = try socket.receive(into: &buffer, flags: .dontWait)
        return Arrival(sender: datagram.sender, bytes: Array(buffer[..<datagram.count]))
    }

    /// All that is in a socket's buffer now.
    ///
    /// A buffer of the kernel's usual size holds some hundred datagrams; one that is filled faster than this reads does
    /// not hold it up for ever.
    mutating func drain(_ socket: borrowing UDPSocket) -> [Arrival] {
        var arrivals: [Arrival] = []
        while arrivals.count < 4096, let arrival = try? receive(from: socket) { arrivals.append(arrival) }
        return arrivals
    }

    /// Keeps arrivals for later; what many send faster than children can be made is dropped in the end.
    mutating func keep(_ arrivals: [Arrival]) { ahead += arrivals.prefix(max(0, 4096 - ahead.count)) }

    /// Takes out all that is kept of a client.
    mutating func take(of client: IPSocketAddress) -> [[UInt8]] {
        let own = ahead.filter { $0.sender == client }
        ahead.removeAll { $0.sender == client }
        return own.map(\.bytes)
    }
}
