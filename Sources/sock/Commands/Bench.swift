import AsyncSockets
import Sockets

/// `sock bench`: puts a load on a server that sends everything back, and measures.
struct Bench: Command {
    static let name = "bench"
    static let summary = "put a load on an echo server, check every byte, and measure rates and latencies"
    static let discussion = """
        The server has to send back what it gets, as 'sock echo' does. echo: each connection sends a message when the last
        one is back, at most 64 KiB. throughput: each connection sends all the time. connect: a connection for each
        message, which ends by a reset, so that ports stay free; with --size 0, none is sent. Ctrl-C ends the time early, a
        second one does not wait for the last answers. The exit status is 1 when anything failed or came back wrong.
        """

    static var arguments: [Argument<Bench>] {
        [
            .option("--mode", "-m", value: "MODE", sets: \.mode, help: "echo (the default), throughput or connect"),
            .option("--connections", "-c", value: "N", sets: \.connections, help: "connections at the same time (64)"),
            .option("--size", "-s", value: "BYTES", sets: \.size, help: "of a message (64; 16384 for throughput)"),
            .option(
                "--duration", "-d", value: "SECONDS", sets: \.duration,
                help: "how long to send, one message at least (5)"),
            .option(
                "--timeout", "-t", value: "SECONDS", sets: \.timeout, help: "for connecting, and the last answers (5)"),
            .option("--loops", value: "N", sets: \.loops, help: "event loops, each with a thread (1)"),
            .option("--engine", value: "NAME", sets: \.engine, help: "poll, epoll or ring"),
            .flag("--json", sets: \.isJSON, help: "print a JSON object"),
            .option("--svg", value: "FILE", sets: \.chart, help: "draw rate and latencies into a file"),
            .operand("TARGET", sets: \.target, help: "the server: HOST:PORT, unix:PATH or unix:@NAME"),
        ]
    }

    private var mode = BenchMode.echo
    private var connections = Connections(64)
    private var size: Size?
    private var duration = Seconds(.seconds(5))
    private var timeout = Seconds(.seconds(5))
    private var loops = Count(1)
    private var engine: EngineChoice?
    private var isJSON = false
    private var chart: String?
    private var target = Endpoint.none

    func run() throws(SocketError) -> ExitStatus {
        let plan = try plan()
        switch target {
        case .ip(let parts): return try run(plan, try parts.addresses(.connecting))
        case .unix(let address): return try run(plan, [address])
        }
    }

    private func plan() throws(SocketError) -> BenchPlan {
        let size = size?.bytes ?? (mode == .throughput ? 16_384 : 64)
        let (least, most) = (mode == .connect ? 0 : 1, mode == .throughput ? BenchPayload.longest : 65_536)
        guard (least...most).contains(size) else {
            throw SocketError(
                .parse, .invalidInput, detail: "the size for \(mode.rawValue) is \(least) to \(most) bytes")
        }
        return BenchPlan(
            mode: mode, connections: connections.count, size: size, duration: duration.duration,
            patience: timeout.duration)
    }

    private func run<Target: SocketAddressProtocol>(
        _ plan: BenchPlan, _ targets: [Target]
    ) throws(SocketError) -> ExitStatus {
        let signals = try StopSignals()
        let file = try chartFile()
        var all: [EventLoop] = []
        for _ in 0..<loops.number { all.append(try EventLoop(engine: engine?.kind)) }
        let load = BenchLoad(plan, to: targets, all), progress = BenchProgress(load)
        let task = try LoopTask(on: all[0]) { () throws(SocketError) in try await load.run() }
        let result = try task.result(
            signals, onSignal: { if $0 > 1 || !load.clock.stop() { task.cancel() } }, every: progress.interval,
            onTick: progress.tick)
        progress.end()
        return try finish(result, progress.samples, file)
    }

    private func chartFile() throws(SocketError) -> ChartFile? {
        guard let chart else { return nil }
        return try ChartFile(chart)
    }

    private func finish(
        _ result: BenchResult, _ samples: [BenchSample], _ file: consuming ChartFile?
    ) throws(SocketError) -> ExitStatus {
        if isJSON { try printLine("\(result.json)") } else { try StandardStream.output.write(result.text(Style())) }
        if let file { try file.write(BenchChart(result, samples).text) }
        return result.isGood ? .success : .failure
    }
}

/// A number of connections at the same time, each of which takes memory and a descriptor.
struct Connections: ArgumentValue {
    let count: Int

    private static let most = 1_000_000

    init(_ count: Int) { self.count = count }

    init(argument text: String) throws(ValueProblem) {
        count = try Count(argument: text).number
        if count > Self.most { throw ValueProblem(reason: "\(text) connections are more than \(Self.most)") }
    }
}

/// A number of bytes.
struct Size: ArgumentValue {
    let bytes: Int

    init(argument text: String) throws(ValueProblem) {
        guard let bytes = Int(text), bytes >= 0 else { throw ValueProblem(reason: "'\(text)' is no number of bytes") }
        self.bytes = bytes
    }
}
