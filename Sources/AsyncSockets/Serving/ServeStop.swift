internal import Sockets

/// Asks servers to stop, from any thread: accept nobody more, finish the clients there are, return from `serve`.
///
/// It stays set: a server that begins later returns at once.
public final class ServeStop: @unchecked Sendable {
    private let lock = SpinLock()
    // Under the lock:
    private var isSet = false
    private var servers: [StreamServer] = []

    /// One that is not set.
    public init() {}

    /// Accepts nobody more, and cancels the clients that still run after this time; nil waits for them.
    ///
    /// Of several times, the earliest counts.
    public func stop(within patience: Duration? = nil) {
        let limit = patience.map(TimeLimit.after) ?? .forever
        let told = lock.withLock {
            isSet = true
            return servers
        }
        for server in told { server.stop(within: limit) }
    }

    /// Whether it is set.
    public var isRequested: Bool { lock.withLock { isSet } }

    func enter(_ server: StreamServer) { lock.withLock { servers.append(server) } }

    func leave(_ server: StreamServer) { lock.withLock { servers.removeAll { $0 === server } } }
}
