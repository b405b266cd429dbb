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
    var memory: [UInt8] = []
    try echo(client, in: &memory)
}

/// The same in memory of the caller. A forked child that writes to its parent's need not make any of its own, for which
/// it would also write to the state of malloc, which is some pages more.
func echo(_ client: borrowing TCPStream, in memory: inout [UInt8]) throws(SocketError) {
    try memory.append(addingCapacity: room) { (buffer) throws(SocketError) in
        while try client.receive(into: &buffer) > 0 {
            try client.sendAll(buffer.span)
            buffer.removeAll()
        }
    }
}

/// The same with a page of the stack, as the C program has its buffer there: a thread that never calls malloc is spared
/// malloc's own memory for it, some 700 bytes.
func echoOnStack(_ client: borrowing TCPStream) throws(SocketError) {
    var buffer = InlineArray<4096, UInt8>(repeating: 0)
    while true {
        var span = buffer.mutableSpan
        let count = try client.receive(into: &span)
        if count == 0 { return }
        try client.sendAll(buffer.span.extracting(..<count))
    }
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
