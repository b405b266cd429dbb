import AsyncSockets
import Sockets

/// Answers the byte of each client with itself and a mark, and gives its listener to whoever comes to the path.
func serveUntilReplaced(_ loop: EventLoop, _ path: String) async throws {
    let listener = try AsyncTCPListener(on: "127.0.0.1:0", loop: loop)
    let passed = Box(try listener.socket.withSocket { (socket) throws(SocketError) in try socket.duplicate() })
    let door = Box(try AsyncUnixListener(on: path, loop: loop))
    let stop = ServeStop()
    let handingOver = Task(executorPreference: loop) {
        let successor = try await door.value.accept()
        _ = try await successor.send([1].span, passing: passed.value)
        // It answers when it serves.
        var answer: [UInt8] = [0]
        try await successor.receiveExactly(into: &answer)
        stop.stop()
    }
    say("\(listener.localAddress)")
    try await answerAll(listener, UInt8(ascii: "o"), stop)
    try await handingOver.value
}

/// Gets a listener at the path, and serves until the end of standard input.
func serveAsSuccessor(_ loop: EventLoop, _ path: String) async throws {
    let predecessor = try await AsyncUnixStream.connect(to: path, loop: loop)
    var buffer: [UInt8] = [0]
    var message = try await predecessor.receiveDescriptor(into: &buffer)
    guard let descriptor = message.descriptor.take() else { throw SocketError(.recvmsg, .notFound) }
    let listener = try AsyncTCPListener(TCPListener(Socket(descriptor)), loop: loop)
    let stop = ServeStop()
    Task.detached {
        while readLine() != nil {}
        stop.stop()
    }
    try await predecessor.sendAll([1].span)
    try await answerAll(listener, UInt8(ascii: "n"), stop)
}

private func answerAll(_ listener: borrowing AsyncTCPListener, _ mark: UInt8, _ stop: ServeStop) async throws {
    var configuration = ServeConfiguration()
    configuration.stop = stop
    try await listener.serve(configuration) { @Sendable client in
        // It closes first, so that clients by the thousand leave no ports in TIME-WAIT.
        var byte: [UInt8] = [0]
        try await client.receiveExactly(into: &byte)
        try await client.sendAll((byte + [mark]).span)
    }
    let counters = configuration.counters
    say("\(counters.accepted) accepted, \(counters.active) active, \(counters.failed) failed")
}

/// What a task shares with the one that made it.
private final class Box<Value: ~Copyable & Sendable>: Sendable {
    let value: Value

    init(_ value: consuming Value) { self.value = value }
}
