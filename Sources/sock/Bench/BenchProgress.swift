import AsyncSockets
import Sockets

/// How much went through at a time, per second.
struct BenchSample {
    let seconds: Double
    let rate: Double
}

/// Looks at a load while it runs: keeps what it sees, and shows it on a terminal. For the main thread.
final class BenchProgress {
    /// What was seen, in order.
    private(set) var samples: [BenchSample] = []
    /// How often it is worth looking.
    let interval: Duration
    private let workers: [BenchWorker]
    private let clock: BenchClock
    private let countsBytes: Bool
    private let isShown = StandardStream.error.isTerminal
    private var last = (seconds: 0.0, count: 0)

    init<Target>(_ load: BenchLoad<Target>) {
        workers = load.workers
        clock = load.clock
        countsBytes = load.plan.mode == .throughput
        interval = min(max(load.plan.duration / 100, .milliseconds(20)), .milliseconds(500))
    }

    /// Messages, or bytes where there are no messages.
    private var count: Int { workers.reduce(0) { $0 + (countsBytes ? $1.bytes : $1.messages) } }

    /// Looks once, unless it did so just now.
    func tick() {
        let now = clock.elapsed.seconds, count = count
        guard clock.hasStarted, now - last.seconds >= interval.seconds / 2 else { return }
        samples.append(BenchSample(seconds: now, rate: Double(count - last.count) / (now - last.seconds)))
        last = (now, count)
        if isShown { show(now) }
    }

    private func show(_ seconds: Double) {
        let rate = samples.last?.rate ?? 0
        let text = countsBytes ? "\((rate / 1e6).text(decimals: 1)) MB" : "\(rate.text(decimals: 0))"
        write("\r\u{1B}[K\(seconds.text(decimals: 1)) s  \(text) per second")
    }

    /// Takes the line off the terminal again.
    func end() { if isShown { write("\r\u{1B}[K") } }

    /// Nobody can be told when that fails.
    private func write(_ text: String) {
        do throws(SocketError) { try StandardStream.error.write(text) } catch {}
    }
}
