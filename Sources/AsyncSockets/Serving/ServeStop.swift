internal import Sockets

/// Asks servers to stop, from any thread: accept nobody more, finish the clients there are, return from `serve`.
///
/// It stays set: a server that begins later returns at once.
public final class ServeStop: @unchecked Sendable {
    private let lock = SpinLock()
    // Under the lock:
    private var deadline: Deadline?
    // With their loops, because a server that ends by itself meanwhile may be the last to hold its own.
    private var listeners: [(slot: SlotReference, tenant: Tenant)] = []

    /// One that is not set.
    public init() {}

    /// Accepts nobody more, and cancels the clients that still run after this time; nil waits for them.
    ///
    /// Of several times, the earliest counts.
    public func stop(within patience: Duration? = nil) {
        let end = patience.map(Deadline.after) ?? .never
        let woken = lock.withLock {
            deadline = min(deadline ?? .never, end)
            return listeners
        }
        for (_, tenant) in woken { tenant.loop.tell(.call { try? tenant.require(.accept).wake(.read) }) }
    }

    /// Whether it is set.
    public var isRequested: Bool { end != nil }

    /// When the clients' time ends; nil while it is not set.
    var end: Deadline? { lock.withLock { deadline } }

    func enter(_ listener: SlotReference) { lock.withLock { listeners.append((listener, listener.tenant)) } }

    func leave(_ listener: SlotReference) {
        lock.withLock {
            if let place = listeners.firstIndex(where: { $0.slot == listener }) { listeners.remove(at: place) }
        }
    }
}
