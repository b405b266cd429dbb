import Synchronization

/// Numbers that several threads note.
final class Counter: Sendable {
    private let state = Mutex<(values: Set<UInt16>, total: Int)>(([], 0))

    func add(_ value: UInt16) {
        state.withLock {
            $0.values.insert(value)
            $0.total += 1
        }
    }

    var values: Set<UInt16> { state.withLock { $0.values } }
    var total: Int { state.withLock { $0.total } }
}
