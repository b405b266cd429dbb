import AsyncSockets
import CSocketShim
import Sockets

/// Serves until the end of standard input, and tells what it survives. Each client gets its bytes back.
func serveTelling(_ loop: EventLoop) async throws {
    let listener = try AsyncTCPListener(on: "127.0.0.1:0", loop: loop)
    var configuration = ServeConfiguration()
    let stop = ServeStop()
    configuration.stop = stop
    configuration.acceptPolicy.firstPause = .milliseconds(1)
    configuration.acceptPolicy.longestPause = .milliseconds(2)
    configuration.onEvent = { @Sendable event in
        switch event {
        case .acceptFailed(let error): say("failed \(error.code.name)")
        case .acceptPaused(let error, _): say("paused \(error.code.name)")
        case .handlerFailed(let error): say("handler \(error)")
        }
    }
    Task.detached {
        while readLine() != nil {}
        stop.stop()
    }
    say("\(listener.localAddress)")
    try await listener.serve(configuration) { @Sendable client in
        for try await chunk in client.chunks() { try await client.sendAll(chunk.span) }
    }
    say("\(configuration.counters.accepted) accepted, \(configuration.counters.active) active")
}

/// Serves at a path until the end of standard input. Each client gets its bytes back.
func serveUnix(_ loop: EventLoop, _ path: String) async throws {
    let listener = try AsyncUnixListener(on: path, loop: loop)
    var configuration = ServeConfiguration()
    let stop = ServeStop()
    configuration.stop = stop
    Task.detached {
        while readLine() != nil {}
        stop.stop()
    }
    say(path)
    try await listener.serve(configuration) { @Sendable client in
        for try await chunk in client.chunks() { try await client.sendAll(chunk.span) }
    }
    let counters = configuration.counters
    say("\(counters.accepted) accepted, \(counters.active) active, \(counters.failed) failed")
}

/// Connects, and receives until the end of the stream; tells how much that was.
func drain(_ loop: EventLoop, _ address: String) async throws {
    let stream = try await AsyncTCPStream.connect(to: address, loop: loop)
    var sum = 0
    for try await chunk in stream.chunks() {
        if sum == 0 { say("begun") }
        sum += chunk.count
    }
    say("\(sum) bytes")
}

/// Tells the port of one of two connections, whose transfers go on until one of them fails, and what became of both.
func transfer(_ loop: EventLoop) async throws {
    let one = try await Pair(loop), other = try await Pair(loop)
    say("\(try one.client.localAddress.port)")
    async let failed = one.exchange(rounds: .max)
    _ = readLine()
    let error = await failed
    say("\(error?.code.name ?? "no error")")
    let none = await other.exchange(rounds: 100)
    say(none == nil ? "the other goes on" : "the other has failed")
}

private struct Pair: ~Copyable, Sendable {
    let client: AsyncTCPStream
    let server: AsyncTCPStream

    init(_ loop: EventLoop) async throws {
        let listener = try AsyncTCPListener(on: "127.0.0.1:0", loop: loop)
        let client = try await AsyncTCPStream.connect(to: listener.localAddress, loop: loop)
        let server = try await listener.accept()
        self.client = client
        self.server = server
    }

    /// What ends it before all rounds are over.
    func exchange(rounds: Int) async -> SocketError? {
        do throws(SocketError) {
            var bytes = [UInt8](repeating: 7, count: 10_000)
            for _ in 0..<rounds {
                try await client.sendAll(bytes.span)
                try await server.receiveExactly(into: &bytes)
            }
            return nil
        } catch { return error }
    }
}

/// Serves a client, forks, and serves it on while the child does nothing.
func serveBesideChild(_ loop: EventLoop) async throws {
    let listener = try AsyncTCPListener(on: "127.0.0.1:0", loop: loop)
    say("\(listener.localAddress)")
    let client = try await listener.accept()
    var buffer: [UInt8] = [0]
    _ = try await client.receive(into: &buffer)
    try await client.sendAll(buffer.span)
    let child = csock_fork()
    // What else it called could wait for a thread that it does not have.
    while child == 0 { _ = csock_poll(nil, 0, -1) }
    _ = try await client.receive(into: &buffer)
    try await client.sendAll(buffer.span)
    try await client.close()
    try await listener.close()
    // The child still has all descriptors, the ring's too.
    _ = csock_kill(child, csock_SIGKILL)
    var status: Int32 = 0
    // The call fills the status in.
    _ = unsafe csock_waitpid(child, &status, 0)
}
