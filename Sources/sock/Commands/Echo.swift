import SocketServers
import Sockets

/// How an echo server divides its time between its clients.
enum EchoModel: String, Choice {
    case iterative, fork, thread, select, poll, epoll
    case asynchronous = "async"
    case udp
    case udpFork = "udp-fork"
    case udpForkShared = "udp-fork-shared"
    case udpAsynchronous = "udp-async"

    /// Whether it serves datagrams.
    var isDatagram: Bool { [.udp, .udpFork, .udpForkShared, .udpAsynchronous].contains(self) }
    /// Whether it runs tasks on an event loop.
    var isAsynchronous: Bool { self == .asynchronous || self == .udpAsynchronous }
}

/// `sock echo`: sends back what it receives, by each of the classic server models, or by tasks on an event loop.
struct Echo: Command {
    static let name = "echo"
    static let summary = "send everything back, by one of the server models"
    static let discussion = """
        Models: iterative (one client after the other), fork (a process each), thread (a thread each), select, poll and
        epoll (all in one thread), async (a task each, on an event loop); for datagrams udp (one loop), udp-fork (a
        process and a port for each client), udp-fork-shared (a process for each client, one port) and udp-async (a task
        on an event loop). A unix: address with udp or udp-async is a datagram socket.
        SIGTERM and Ctrl-C let the running clients finish, a second one does not; what was done is printed in the end.
        """

    static var arguments: [Argument<Echo>] {
        [
            .option("--model", "-m", value: "MODEL", sets: \.model, help: "iterative (the default), fork, thread, ..."),
            .option("--engine", value: "NAME", sets: \.engine, help: "of async and udp-async: poll, epoll or ring"),
            .option(
                "--idle", value: "SECONDS", sets: \.idle,
                help: "when the processes of udp-fork end without datagrams (10)"),
            .flag("--report-address", sets: \.reports, help: "print the address and the summary on standard output"),
            .flag("--with-parent", sets: \.endsWithParent, help: "end when the program that started it ends (Linux)"),
            .operand("ADDRESS", sets: \.address, help: "where to listen: HOST:PORT, :PORT, unix:PATH or unix:@NAME"),
        ]
    }

    private var model = EchoModel.iterative
    private var engine: EngineChoice?
    private var idle = Seconds(.seconds(10))
    private var reports = false
    private var endsWithParent = false
    private var address = Endpoint.none

    func run() throws(SocketError) -> ExitStatus {
        guard engine == nil || model.isAsynchronous else {
            throw SocketError(.parse, .invalidInput, detail: "only async and udp-async have an engine to choose")
        }
        if endsWithParent { try ParentProcess.endWithIt() }
        try say(try model.isAsynchronous ? serveTasks() : model.isDatagram ? serveDatagrams() : serveStreams())
        return .success
    }

    private func serveTasks() throws(SocketError) -> String {
        let server = AsyncEcho(engine: engine?.kind) { [self] (text) throws(SocketError) in try say(text) }
        switch (address, model.isDatagram) {
        case (.ip(let parts), false): return try server.streams(on: try parts.addresses(.listening)[0])
        case (.ip(let parts), true): return try server.datagrams(on: try parts.addresses(.listening, .datagram)[0])
        case (.unix(let address), false): return try server.streams(on: address, .replacingStaleFile)
        case (.unix(let address), true): return try server.datagrams(on: address)
        }
    }

    private func serveStreams() throws(SocketError) -> String {
        switch address {
        case .ip(let parts): return try serve(try TCPListener(on: parts.addresses(.listening)[0]))
        case .unix(let address): return try serve(try UnixListener(on: address, .replacingStaleFile))
        }
    }

    private func serve<Address: SocketAddressProtocol>(
        _ listener: consuming StreamListener<Address>
    ) throws(SocketError) -> String {
        let configuration = try Self.stoppingOnSignals
        try say("\(listener.localAddress)")
        switch model {
        case .fork: return try EchoServers.fork(listener, configuration)
        case .thread: return try EchoServers.thread(listener, configuration)
        case .select: return try EchoServers.readiness(listener, .select, configuration)
        case .poll: return try EchoServers.readiness(listener, .poll, configuration)
        case .epoll: return try EchoServers.epoll(listener, configuration)
        default: return try EchoServers.iterative(listener, configuration)
        }
    }

    private func serveDatagrams() throws(SocketError) -> String {
        switch address {
        case .ip(let parts):
            return try serve(try UDPSocket(boundTo: parts.addresses(.listening, .datagram)[0]))
        case .unix(let address):
            guard model == .udp else {
                throw SocketError(.bind, .notSupported, detail: "\(model.rawValue) is for UDP, not for Unix sockets")
            }
            let socket = try UnixDatagramSocket(boundTo: address), configuration = try Self.stoppingOnSignals
            try say("\(try socket.localAddress)")
            return try EchoServers.datagrams(socket, configuration)
        }
    }

    private func serve(_ socket: consuming UDPSocket) throws(SocketError) -> String {
        let configuration = try Self.stoppingOnSignals
        try say("\(try socket.localAddress)")
        guard model != .udp else { return try EchoServers.datagrams(socket, configuration) }
        let port: ChildPort = model == .udpFork ? .own : .same
        return try EchoServers.forkDatagrams(socket, port, idle: idle.duration, configuration)
    }

    /// A signal that comes from now on stops the server as soon as it runs.
    private static var stoppingOnSignals: ServerConfiguration {
        get throws(SocketError) { ServerConfiguration(stop: try StopSignal(on: [.terminate, .interrupt])) }
    }

    private func say(_ text: String) throws(SocketError) {
        if reports { try printLine(text) } else { printNote("sock: \(text)") }
    }
}
