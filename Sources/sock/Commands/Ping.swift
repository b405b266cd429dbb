internal import CSocketShim
import Sockets

/// `sock ping`: echo requests, and how long the answers take.
struct Ping: Command {
    static let name = "ping"
    static let summary = "ask a host for an echo, and measure how long it takes"
    static let discussion = """
        ICMP is used over an unprivileged ping socket where the system permits it (net.ipv4.ping_group_range), and over
        a raw socket otherwise, which needs root or CAP_NET_RAW. The exit status is 1 when no answer came.
        """

    static var arguments: [Argument<Ping>] {
        [
            .option("--count", "-c", value: "N", sets: \.limit, help: "end after so many requests"),
            .option("--interval", "-i", value: "SECONDS", sets: \.interval, help: "time between two requests (1)"),
            .option("--timeout", "-t", value: "SECONDS", sets: \.timeout, help: "how long to wait for an answer (1)"),
            .flag("--json", sets: \.isJSON, help: "print a JSON object per answer, and one with the statistics"),
            .operand("HOST", sets: \.host, help: "the host: an IPv4 or IPv6 address, or a name"),
        ]
    }

    private var limit: Count?
    private var interval = Seconds(.seconds(1))
    private var timeout = Seconds(.seconds(1))
    private var isJSON = false
    private var host = ""

    func run() throws(SocketError) -> ExitStatus {
        let stop = try StopSignals()
        let target = try Resolver.addresses(of: host, port: 0)[0].address
        let socket = try PingSocket.open(to: target)
        var round = PingRound(target, UInt16(truncatingIfNeeded: csock_getpid()))
        if !isJSON { try printLine("ping \(target) over a \(socket.isRaw ? "raw" : "ping") socket") }
        while limit.map({ round.statistics.sent < $0.number }) ?? true {
            if round.statistics.sent > 0, try pause(round.watch.elapsed, stop) { break }
            try round.send(socket)
            guard let line = try round.outcome(socket, timeout.duration, stop) else { break }
            try printLine(isJSON ? round.json(line).description : line.text)
        }
        return try finish(round)
    }

    /// Waits until the interval is over; true when a signal came.
    private func pause(_ elapsed: Duration, _ stop: borrowing StopSignals) throws(SocketError) -> Bool {
        var list = WaitList()
        _ = list.add(stop.number, .readable)
        return try list.wait(atMost: max(.zero, interval.duration - elapsed))
    }

    private func finish(_ round: PingRound) throws(SocketError) -> ExitStatus {
        let statistics = round.statistics
        if isJSON {
            try printLine(
                JSON.object([
                    ("host", .text("\(round.target)")), ("sent", .number(statistics.sent)),
                    ("received", .number(statistics.received)),
                    ("mean", statistics.times.map { .decimal($0.mean) } ?? .null),
                ]).description)
        } else {
            try printLine("\(round.target): \(statistics)")
        }
        return statistics.received > 0 ? .success : .failure
    }
}

/// One request after the other, and what came of them.
struct PingRound {
    let target: IPAddress
    private(set) var statistics = PingStatistics()
    /// Runs since the last request.
    private(set) var watch = Stopwatch()
    private var request: EchoMessage

    /// What to print of one request.
    struct Line {
        let text: String
        let outcome: String
        var time: Duration?
    }

    init(_ target: IPAddress, _ identifier: UInt16) {
        self.target = target
        let payload = (0..<56).map { _ in UInt8.random(in: 0...255) }
        request = EchoMessage(identifier: identifier, sequence: 0, payload: payload)
    }

    mutating func send(_ socket: borrowing PingSocket) throws(SocketError) {
        let sequence = request.sequence &+ 1
        request = EchoMessage(identifier: request.identifier, sequence: sequence, payload: request.payload)
        statistics.send()
        watch = Stopwatch()
        _ = try socket.socket.send(request.request(target.version).span)
    }

    /// Waits for the answer; nil when a signal came.
    mutating func outcome(
        _ socket: borrowing PingSocket, _ timeout: Duration, _ stop: borrowing StopSignals
    ) throws(SocketError) -> Line? {
        while watch.elapsed < timeout {
            var list = WaitList()
            let signal = list.add(stop.number, .readable)
            let packet = list.add(socket.socket.withDescriptor { $0 }, .readable)
            try list.wait(atMost: timeout - watch.elapsed)
            if !list[signal].isEmpty { return nil }
            if !list[packet].isEmpty, let line = try receive(socket) { return line }
        }
        return Line(text: "\(target): seq \(request.sequence), no answer", outcome: "no answer")
    }

    /// Takes one packet; nil when it is none of ours.
    private mutating func receive(_ socket: borrowing PingSocket) throws(SocketError) -> Line? {
        var buffer = [UInt8](repeating: 0, count: 2048), count = 0
        do throws(SocketError) { count = try socket.socket.receive(into: &buffer) } catch {
            guard error.code != .wouldBlock else { return nil }
            // A ping socket hears of ICMP errors as errors of its calls.
            return Line(text: "\(target): seq \(request.sequence), \(error.code)", outcome: error.code.description)
        }
        switch request.answer(in: buffer[..<count], target.version, ownsIdentifier: socket.isRaw) {
        case .foreign: return nil
        case .failure(let text): return Line(text: "\(target): seq \(request.sequence), \(text)", outcome: text)
        case .reply(let size, let hops): return reply(size, hops)
        }
    }

    private mutating func reply(_ size: Int, _ hopLimit: Int?) -> Line {
        let time = watch.elapsed
        statistics.receive(after: time)
        let hops = hopLimit.map { ", hop limit \($0)" } ?? ""
        let text = "\(target): seq \(request.sequence), \(size) bytes\(hops), \(time.milliseconds.text(decimals: 3)) ms"
        return Line(text: text, outcome: "reply", time: time)
    }

    func json(_ line: Line) -> JSON {
        .object([
            ("host", .text("\(target)")), ("sequence", .number(Int(request.sequence))),
            ("outcome", .text(line.outcome)),
            ("milliseconds", line.time.map { .decimal($0.milliseconds) } ?? .null),
        ])
    }
}
