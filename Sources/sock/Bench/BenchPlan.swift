import AsyncSockets
internal import CSocketShim
import Sockets
internal import Synchronization

/// What a load does.
enum BenchMode: String, Choice {
    /// A message, then its echo, then the next one.
    case echo
    /// As much as goes through, both ways at once.
    case throughput
    /// A new connection for each message.
    case connect
}

/// What a load was told.
struct BenchPlan: Sendable {
    var mode: BenchMode
    var connections: Int
    var size: Int
    var duration: Duration
    /// How long connecting, or the last answers, may take.
    var patience: Duration
}

/// The time of a load, which starts when all are connected, and which a signal can cut short.
final class BenchClock: Sendable {
    private let begin = Atomic<Int64>(0)
    private let end = Atomic<Int64>(.max)
    private let stops = AsyncStream.makeStream(of: Void.self)

    /// Starts the time; throws when it was stopped before.
    func start(_ duration: Duration) throws(SocketError) {
        let now = csock_monotonic_ns()
        // Either this or `stop` sees what the other one did.
        begin.store(now, ordering: .sequentiallyConsistent)
        guard end.load(ordering: .sequentiallyConsistent) == .max else { throw SocketError(.connect, .cancelled) }
        let (sum, overflow) = now.addingReportingOverflow(duration.nanoseconds)
        end.min(overflow ? .max : sum, ordering: .relaxed)
    }

    /// Ends it now; false when it has not started, and will not.
    func stop() -> Bool {
        end.min(csock_monotonic_ns(), ordering: .sequentiallyConsistent)
        stops.continuation.finish()
        return begin.load(ordering: .sequentiallyConsistent) != 0
    }

    /// Waits until it is stopped, or the task is cancelled. For one task.
    func untilStopped() async { for await _ in stops.stream {} }

    var hasStarted: Bool { begin.load(ordering: .relaxed) != 0 }
    var isOver: Bool { csock_monotonic_ns() >= end.load(ordering: .relaxed) }

    /// The time since the start.
    var elapsed: Duration { hasStarted ? .nanoseconds(csock_monotonic_ns() - begin.load(ordering: .relaxed)) : .zero }
}

/// A loop of the load, and what its connections did. Others may look at the numbers, but not at the times.
final class BenchWorker: @unchecked Sendable {
    let loop: EventLoop
    private let messageCount = Atomic<Int>(0)
    private let byteCount = Atomic<Int>(0)
    /// On the loop's thread, and once the load has ended.
    @exclusivity(unchecked)
    private var times = LatencyHistogram()

    init(_ loop: EventLoop) { self.loop = loop }

    var messages: Int { messageCount.load(ordering: .relaxed) }
    var bytes: Int { byteCount.load(ordering: .relaxed) }
    /// How long the messages took.
    var histogram: LatencyHistogram { unsafe times }

    /// A message of this size came back, or a connection was made, after a time.
    func record(_ size: Int, since begin: Int64, _ now: Int64) {
        unsafe times.record(now - begin)
        messageCount.add(1, ordering: .relaxed)
        byteCount.add(size, ordering: .relaxed)
    }

    /// So many bytes came back.
    func add(bytes: Int) { byteCount.add(bytes, ordering: .relaxed) }
}
