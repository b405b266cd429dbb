internal import Synchronization

/// What a server has done so far, readable from any thread while it runs.
public final class ServeCounters: Sendable {
    private let acceptedCount = Atomic<Int>(0)
    private let activeCount = Atomic<Int>(0)
    private let failedCount = Atomic<Int>(0)

    /// All zero.
    public init() {}

    /// Clients that were let in.
    public var accepted: Int { acceptedCount.load(ordering: .relaxed) }
    /// Clients that are being served.
    public var active: Int { activeCount.load(ordering: .relaxed) }
    /// Clients whose handler threw.
    public var failed: Int { failedCount.load(ordering: .relaxed) }

    func begin() {
        acceptedCount.add(1, ordering: .relaxed)
        activeCount.add(1, ordering: .relaxed)
    }

    func end(failed: Bool) {
        activeCount.subtract(1, ordering: .relaxed)
        if failed { failedCount.add(1, ordering: .relaxed) }
    }
}
