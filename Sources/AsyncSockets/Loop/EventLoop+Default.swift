public import Sockets
internal import Synchronization

extension EventLoop {
    /// The loop that is used where none is named, made when it is first asked for.
    ///
    /// Throws: as `init(engine:)`, and tries again the next time.
    public static func shared() throws(SocketError) -> EventLoop { try SharedLoop.get() }

    /// The loop in whose thread the caller runs, or else the shared one.
    static func suitable() throws(SocketError) -> EventLoop {
        if let current { return current }
        return try shared()
    }
}

/// Where the shared loop stands once it is there. It is never ended.
private enum SharedLoop {
    private static let lock = SpinLock()
    nonisolated(unsafe) private static var loop: EventLoop?

    static func get() throws(SocketError) -> EventLoop {
        if let loop = lock.withLock({ unsafe loop }) { return loop }
        let new = try EventLoop()
        let winner = lock.withLock {
            if let loop = unsafe loop { return loop }
            unsafe loop = new
            return new
        }
        if winner !== new { Task { await new.shutdown() } }
        return winner
    }
}
