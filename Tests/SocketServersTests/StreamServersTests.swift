import SocketServers
import Sockets
import TestSupport
import Testing

/// The servers that run in a process with threads; `ForkingServerTests` has the other one.
enum Model: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case iterative, threaded, select, poll, epoll

    var testDescription: String { rawValue }

    /// What many clients at once need.
    static let concurrent: [Model] = [.threaded, .select, .poll, .epoll]

    func run<Address>(
        _ listener: consuming StreamListener<Address>, limit: Int = 256, _ configuration: ServerConfiguration
    ) throws(SocketError) {
        switch self {
        case .iterative: try IterativeServer(listener, configuration).run { client in try echo(client) }
        case .threaded: try ThreadedServer(listener, limit: limit, configuration).run { client in try echo(client) }
        case .select: try serve(listener, .select, limit, configuration)
        case .poll: try serve(listener, .poll, limit, configuration)
        case .epoll: try serve(listener, .epoll, limit, configuration)
        }
    }

    private func serve<Address>(
        _ listener: consuming StreamListener<Address>, _ multiplexer: Multiplexer, _ limit: Int,
        _ configuration: ServerConfiguration
    ) throws(SocketError) {
        var limits = ConnectionLimits()
        limits.connections = limit
        try ReadinessServer(listener, using: multiplexer, limits: limits, configuration).run(EchoProtocol())
    }
}

/// A server of a model on loopback TCP, in a thread.
struct TCPRun {
    let address: IPSocketAddress
    let stop: StopSignal
    let running: Running
    let events = Events()

    init(_ model: Model, limit: Int = 256) throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        (address, stop) = (listener.localAddress, try StopSignal())
        let configuration = ServerConfiguration(stop: stop, onEvent: events.note)
        let parcel = Parcel(listener)
        running = Running { () throws(SocketError) in try model.run(parcel.open(), limit: limit, configuration) }
    }

    func end() throws -> SocketError? {
        stop.stop()
        return try running.end()
    }
}

@Suite(.ownThread, .serialized, .timeLimit(.minutes(1))) struct StreamServersTests {
    @Test(arguments: Model.allCases) func `bytes come back, and half-closing ends the connection`(_ model: Model) throws
    {
        let server = try TCPRun(model)
        for size in [0, 1, 64, 100_000] {
            let client = try TCPStream.connect(to: server.address)
            let back = try exchange(pattern(size), client)
            #expect(back == pattern(size))
        }
        #expect(try server.end() == nil)
        #expect(server.events.all == [])
    }

    @Test(arguments: Model.allCases) func `a large payload comes back whole`(_ model: Model) throws {
        let server = try TCPRun(model)
        let bytes = pattern(9_000_000)
        let client = try TCPStream.connect(to: server.address)
        let back = try exchange(bytes, client)
        #expect(back == bytes)
        _ = consume client
        #expect(try server.end() == nil)
    }

    @Test(arguments: Model.allCases) func `a Unix listener is served the same way`(_ model: Model) throws {
        let folder = try TemporaryFolder()
        let listener = Parcel(try UnixListener(on: folder.file("s")))
        let stop = try StopSignal()
        let running = Running { () throws(SocketError) in
            try model.run(listener.open(), ServerConfiguration(stop: stop))
        }
        let client = try UnixStream.connect(to: folder.file("s"))
        let back = try exchange(pattern(200_000), client)
        #expect(back == pattern(200_000))
        stop.stop()
        #expect(try running.end() == nil)
        let gone = socketError { () throws(SocketError) in _ = try UnixStream.connect(to: folder.file("s")) }
        #expect(gone?.code == .notFound)
    }

    @Test(arguments: Model.concurrent) func `an idle client does not make others wait`(_ model: Model) throws {
        let server = try TCPRun(model)
        let idle = try TCPStream.connect(to: server.address)
        let others = (0..<8).map { _ in
            let address = server.address
            return Running { () throws(SocketError) in
                let client = try TCPStream.connect(to: address)
                for _ in 0..<50 {
                    try client.sendAll("0123456789".utf8.span)
                    var buffer = [UInt8](repeating: 0, count: 10)
                    try client.receiveExactly(into: &buffer)
                }
            }
        }
        for other in others { #expect(try other.end() == nil) }
        _ = consume idle
        #expect(try server.end() == nil)
    }

    @Test(arguments: Model.allCases) func `a reset costs one connection`(_ model: Model) throws {
        let server = try TCPRun(model)
        let rude = try TCPStream.connect(to: server.address)
        let rudeAddress = try rude.localAddress
        try greet(rude)
        try rude.reset()
        let client = try TCPStream.connect(to: server.address)
        let back = try exchange(pattern(1000), client)
        #expect(back == pattern(1000))
        _ = consume client
        #expect(try server.end() == nil)
        #expect(server.events.all == ["handler failed recv from \(rudeAddress): connection reset by peer (ECONNRESET)"])
    }

    @Test(arguments: Model.concurrent)
    func `stopping closes the listener and its queue, and serves who was let in to their end`(
        _ model: Model
    ) throws {
        let server = try TCPRun(model, limit: 1)
        let client = try TCPStream.connect(to: server.address)
        try greet(client)
        let waiting = try TCPStream.connect(to: server.address)
        server.stop.stop()
        server.stop.stop()
        try expectReset(of: waiting)
        let back = try exchange(pattern(100_000), client)
        #expect(back == pattern(100_000))
        #expect(try server.running.end() == nil)
        #expect(server.events.all == [])
    }

    @Test(arguments: Model.concurrent) func `when the patience ends, clients are disconnected`(_ model: Model) throws {
        let server = try TCPRun(model)
        let client = try TCPStream.connect(to: server.address)
        try greet(client)
        server.stop.stop(within: .milliseconds(20))
        #expect(try server.running.end() == nil)
        var buffer: [UInt8] = [0]
        let end = try client.receive(into: &buffer)
        #expect(end == 0)
    }

    @Test(arguments: Model.concurrent) func `a second, impatient stop is heard of at once`(_ model: Model) throws {
        let server = try TCPRun(model)
        let client = try TCPStream.connect(to: server.address)
        try greet(client)
        server.stop.stop()
        server.stop.stop(within: .zero)
        #expect(try server.running.end() == nil)
    }

    @Test(arguments: Model.allCases) func `a server that was stopped before it ran returns at once`(_ model: Model)
        throws
    {
        let stop = try StopSignal()
        stop.stop()
        try model.run(try TCPListener(on: .loopback(port: 0)), ServerConfiguration(stop: stop))
        try model.run(try TCPListener(on: .loopback(port: 0)), ServerConfiguration(stop: stop))
        #expect(stop.isRequested)
    }

    @Test(arguments: ProcessModel.allCases) func `no descriptor is left open`(_ model: ProcessModel) throws {
        let server = try ServerProgram(model)
        for _ in 0..<20 {
            let client = try server.connect()
            let back = try exchange(pattern(100), client)
            #expect(back == pattern(100))
        }
        #expect(server.end() == ["done 20 accepted, 0 active, 0 failed, 0 left open"])
    }

    @Test func `counters tell what was done`() throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let address = listener.localAddress
        let server = try ReadinessServer(listener, using: .poll)
        let (counters, stop) = (server.counters, server.stop)
        let parcel = Parcel(server)
        let running = Running { () throws(SocketError) in try parcel.open().run(EchoProtocol()) }
        let client = try TCPStream.connect(to: address)
        _ = try exchange(pattern(5000), client)
        stop.stop()
        #expect(try running.end() == nil)
        #expect(counters.snapshot.description == "1 accepted, 0 active, 0 failed, 5000 bytes in, 5000 out")
    }

    @Test func `a handler that throws costs one connection, and is reported`() throws {
        struct Odd: Error {}
        let listener = try TCPListener(on: .loopback(port: 0))
        let (address, events) = (listener.localAddress, Events())
        let server = try ThreadedServer(listener, ServerConfiguration(stop: nil, onEvent: events.note))
        let (counters, stop) = (server.counters, server.stop)
        let parcel = Parcel(server)
        let running = Running { () throws(SocketError) in try parcel.open().run { _ in throw Odd() } }
        for _ in 0..<3 {
            let client = try TCPStream.connect(to: address)
            var buffer: [UInt8] = [0]
            let count = try client.receive(into: &buffer)
            #expect(count == 0)
        }
        stop.stop()
        #expect(try running.end() == nil)
        #expect(counters.snapshot.failed == 3)
        #expect(events.all == Array(repeating: "handler failed Odd()", count: 3))
    }

    @Test(arguments: Model.concurrent) func `a full server lets others wait`(_ model: Model) throws {
        let server = try TCPRun(model, limit: 2)
        let first = try TCPStream.connect(to: server.address), second = try TCPStream.connect(to: server.address)
        try greet(first)
        try greet(second)
        let third = try TCPStream.connect(to: server.address)
        try third.sendAll("x".utf8.span)
        let early = try third.socket.wait(for: .readable, until: .after(.milliseconds(30)))
        #expect(early.isEmpty)
        try first.close()
        var buffer: [UInt8] = [0]
        try third.receiveExactly(into: &buffer)
        #expect(buffer == [120])
        _ = consume second
        _ = consume third
        #expect(try server.end() == nil)
    }

    @Test func `bad limits are refused before anything is done`() throws {
        let listener = Parcel(try TCPListener(on: .loopback(port: 0)))
        let error = socketError { () throws(SocketError) in _ = try ThreadedServer(listener.open(), limit: 0) }
        #expect(error?.code == .invalidInput)
    }
}
