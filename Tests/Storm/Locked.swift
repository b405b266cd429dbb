import AsyncSockets

/// A value that one thread at a time has. The thread sanitizer understands this lock, and not that of `Mutex`.
final class Locked<Value: ~Copyable>: @unchecked Sendable {
    private let lock = SpinLock()
    // Under the lock:
    @exclusivity(unchecked)
    private var value: Value

    init(_ value: consuming sending Value) { unsafe self.value = value }

    func withLock<Result>(_ body: (inout Value) -> Result) -> Result { lock.withLock { unsafe body(&value) } }
}
