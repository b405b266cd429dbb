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

    /// Takes what is in a socket's buffer: the client's into the backlog, others' to be served later.
    ///
    /// A buffer of the kernel's usual size holds some hundred datagrams; a client that sends faster than this reads
    /// does not hold it up for ever, and what many send faster than children can be made is dropped in the end.
    mutating func take(from socket: borrowing UDPSocket, of client: IPSocketAddress, _ backlog: inout [[UInt8]]) {
        for _ in 0..<4096 {
            guard let arrival = try? receive(from: socket) else { return }
            if arrival.sender == client {
                backlog.append(arrival.bytes)
            } else if ahead.count < 4096 {
                ahead.append(arrival)
            }
        }
    }

    /// Takes out what is there of a client already.
    mutating func takeAhead(of client: IPSocketAddress, _ backlog: inout [[UInt8]]) {
        for arrival in ahead where arrival.sender == client { backlog.append(arrival.bytes) }
        ahead.removeAll { $0.sender == client }
    }
}
