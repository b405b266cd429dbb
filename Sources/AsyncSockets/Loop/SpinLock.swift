internal import Synchronization

/// A lock for a few instructions, which the thread sanitizer understands.
package struct SpinLock: ~Copyable, Sendable {
    package init() {}

    private let isTaken = Atomic<Bool>(false)

    @inline(__always)
    package func withLock<Result, Failure>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        while isTaken.exchange(true, ordering: .acquiring) {}
        defer { isTaken.store(false, ordering: .releasing) }
        return try body()
    }
}
