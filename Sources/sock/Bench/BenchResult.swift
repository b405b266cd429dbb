import Sockets

/// What came of a load.
struct BenchResult: Sendable {
    let plan: BenchPlan
    let target: String
    let elapsed: Duration
    let messages: Int
    let bytes: Int
    let times: LatencyHistogram
    let failures: Int
    let firstFailure: SocketError?

    init<Target>(
        _ plan: BenchPlan, _ target: String, _ elapsed: Duration, _ workers: [BenchWorker],
        _ problems: BenchLoad<Target>.Problems
    ) {
        self.plan = plan
        self.target = target
        self.elapsed = elapsed
        messages = workers.reduce(0) { $0 + $1.messages }
        bytes = workers.reduce(0) { $0 + $1.bytes }
        times = workers.reduce(into: LatencyHistogram()) { $0.add($1.histogram) }
        failures = problems.count
        firstFailure = problems.first
    }

    /// Whether something came back, and nothing else.
    var isGood: Bool { failures == 0 && messages + bytes > 0 }

    /// The percentiles that are told, by their names.
    static let percentiles = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999)]

    private var rate: Double { Double(messages) / max(elapsed.seconds, 1e-9) }
    private var megabytes: Double { Double(bytes) / 1e6 / max(elapsed.seconds, 1e-9) }
    /// Counted, not only bytes.
    private var hasMessages: Bool { plan.mode != .throughput }

    /// What the load was, in one line.
    var title: String {
        "\(plan.mode.rawValue) to \(target): \(plan.connections) connections, \(plan.size) bytes, "
            + "\(elapsed.seconds.text(decimals: 1)) s"
    }

    /// Names and values, for people.
    func text(_ style: Style) -> String {
        var table = TextTable([title])
        if hasMessages {
            let unit = plan.mode == .connect ? "connections" : "messages"
            table.add(["  \(unit)  \(messages), \(rate.text(decimals: 0)) per second"])
        }
        table.add(["  bytes  \(bytes) each way, \(megabytes.text(decimals: 1)) MB per second"])
        if hasMessages, times.count > 0 { table.add(["  latency  \(latency)"]) }
        if failures > 0 {
            table.add(["  " + style.bad("\(failures) failed") + (firstFailure.map { ", first: \($0)" } ?? "")])
        }
        return table.text(style)
    }

    private var latency: String {
        let parts = Self.percentiles.map { "\($0.0) \(Self.microseconds(times.percentile($0.1)))" }
        return parts.joined(separator: ", ") + ", max \(Self.microseconds(times.maximum)) us"
    }

    private static func microseconds(_ nanoseconds: Int64) -> String { (Double(nanoseconds) / 1000).text(decimals: 1) }

    /// The same for programs; times in microseconds.
    var json: JSON {
        .object([
            ("mode", .text(plan.mode.rawValue)), ("target", .text(target)), ("connections", .number(plan.connections)),
            ("size", .number(plan.size)), ("seconds", .decimal(elapsed.seconds)), ("messages", .number(messages)),
            ("messagesPerSecond", .decimal(rate)), ("bytes", .number(bytes)),
            ("megabytesPerSecond", .decimal(megabytes)),
            ("latency", jsonLatency), ("failures", .number(failures)), ("firstFailure", .optional(firstFailure)),
        ])
    }

    private var jsonLatency: JSON {
        guard hasMessages, times.count > 0 else { return .null }
        let parts = Self.percentiles.map { ($0.0, JSON.decimal(Double(times.percentile($0.1)) / 1000)) }
        return .object(
            [("mean", .decimal(times.mean / 1000))] + parts + [("max", .decimal(Double(times.maximum) / 1000))])
    }
}
