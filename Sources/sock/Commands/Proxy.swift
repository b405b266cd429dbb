import AsyncSockets
import Sockets

/// `sock proxy`: hands connections on to another address, each in tasks of its own on one event loop.
struct Proxy: Command {
    static let name = "proxy"
    static let summary = "hand on connections to another address, bytes and half-closes in both directions"
    static let discussion = """
        Both addresses may be TCP or unix: ones. Each half of a connection ends on its own; a reset is handed on as one, and
        so is what the system gave up. A target that cannot be reached costs the client that wanted it. A target that leads
        back here is refused.
        SIGTERM and Ctrl-C let the running connections finish, a second one does not; what was moved is printed in the end.
        """

    static var arguments: [Argument<Proxy>] {
        [
            .option(
                "--idle", value: "SECONDS", sets: \.idle, help: "end connections on which nothing moves for so long"),
            .option("--limit", value: "N", sets: \.limit, help: "connections at a time; more have to wait"),
            .option("--timeout", "-t", value: "SECONDS", sets: \.timeout, help: "how long connecting may take (10)"),
            .flag("--splice", sets: \.splices, help: "move all bytes within the kernel, by splice(2) (Linux)"),
            .flag("--copy", sets: \.copies, help: "never splice; without either, bulk is spliced but on ring"),
            .option("--engine", value: "NAME", sets: \.engine, help: "poll, epoll or ring"),
            .flag("--verbose", "-v", sets: \.isVerbose, help: "tell what each connection moved, and how it ended"),
            .operand("LISTEN", sets: \.listen, help: "where to listen: HOST:PORT, :PORT, unix:PATH or unix:@NAME"),
            .operand("TARGET", sets: \.target, help: "where to connect to, written in the same way"),
        ]
    }

    private var idle: Seconds?
    private var limit: Count?
    private var timeout = Seconds(.seconds(10))
    private var splices = false
    private var copies = false
    private var engine: EngineChoice?
    private var isVerbose = false
    private var listen = Endpoint.none
    private var target = Endpoint.none

    func run() throws(SocketError) -> ExitStatus {
        if splices, !SplicePipe.isSupported {
            throw SocketError(.pipe, .notImplemented, detail: "only Linux has splice(2); leave --splice out")
        }
        if splices, copies {
            throw SocketError(.parse, .invalidInput, detail: "--splice and --copy exclude each other")
        }
        switch target {
        case .ip(let parts): try run(ProxyRelay(to: try parts.addresses(.connecting), settings))
        case .unix(let address): try run(ProxyRelay(to: [address], settings))
        }
        return .success
    }

    private var settings: ProxySettings {
        ProxySettings(
            idle: idle?.duration, connecting: timeout.duration,
            method: splices ? .splice : copies ? .copy : .adaptive, isVerbose: isVerbose)
    }

    private func run<Target>(_ relay: ProxyRelay<Target>) throws(SocketError) {
        switch listen {
        case .ip(let parts): try run(relay, on: try parts.addresses(.listening)[0])
        case .unix(let address): try run(relay, on: address)
        }
    }

    private func run<Target, Address: SocketAddressProtocol>(
        _ relay: ProxyRelay<Target>, on address: Address
    ) throws(SocketError) {
        try ProxyLoops.refuse(address, relay.targets)
        let signals = try StopSignals(), stop = ServeStop()
        let configuration = configuration(stop)
        let task = try LoopTask(on: try EventLoop(engine: engine?.kind)) { () throws(SocketError) in
            let listener = try AsyncStreamListener(on: address, .replacingStaleFile)
            printNote("sock: listening on \(listener.localAddress)")
            try await listener.serve(configuration) { client in try await relay.serve(client) }
        }
        try task.result(signals) { count in stop.stop(within: count > 1 ? .zero : nil) }
        printNote("sock: \(configuration.counters.accepted) connections, \(relay.totals)")
    }

    private func configuration(_ stop: ServeStop) -> ServeConfiguration {
        var configuration = ServeConfiguration()
        configuration.stop = stop
        if let limit { configuration.limit = limit.number }
        return configuration
    }
}
