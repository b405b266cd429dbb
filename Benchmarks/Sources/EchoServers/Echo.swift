import Sockets

/// As much as one receive takes.
let room = 64 << 10

/// A listener whose clients get every echo at once, as the C programs have it.
func listen(on address: IPSocketAddress) throws(SocketError) -> TCPListener {
    var configuration = ListenerConfiguration()
    configuration.backlog = 4096
    let listener = try TCPListener(on: address, configuration)
    try listener.socket.setOption(.noDelay, to: true)
    return listener
}

/// Sends back what comes, until the client has sent everything. Memory that nothing was received into is never touched,
/// so an idle client costs one page of it.
func echo(_ client: borrowing TCPStream) throws(SocketError) {
    _ = try [UInt8](capacity: room) { (buffer) throws(SocketError) in
        while try client.receive(into: &buffer) > 0 {
            try client.sendAll(buffer.span)
            buffer.removeAll()
        }
    }
}

/// The same with memory that was made before, such as by a parent process, of which each child has a copy of its own.
func echo(_ client: borrowing TCPStream, _ buffer: inout [UInt8]) throws(SocketError) {
    repeat {
        buffer.removeAll(keepingCapacity: true)
        try buffer.append(addingCapacity: room) { (free) throws(SocketError) in _ = try client.receive(into: &free) }
        try client.sendAll(buffer.span)
    } while !buffer.isEmpty
}

/// Sends every datagram back to where it came from.
func echoDatagrams(_ socket: consuming UDPSocket) throws(SocketError) {
    var buffer = [UInt8](repeating: 0, count: room)
    while true {
        let datagram = try socket.receive(into: &buffer)
        // An answer that cannot be sent is a datagram lost, as on any network.
        _ = try? socket.send(buffer.span.extracting(..<datagram.count), to: datagram.sender)
    }
}
