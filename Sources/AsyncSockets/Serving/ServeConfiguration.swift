public import Sockets

/// What `serve` can be told.
public struct ServeConfiguration: Sendable {
    /// Connections that are served at once by one listener; further clients wait in its queue. The listeners of
    /// ``EventLoopGroup/serve(on:_:onListening:with:)`` have so many each.
    public var limit = Int.max
    /// What happens when accepting fails.
    public var acceptPolicy = AcceptPolicy()
    /// How long an operation of a handler may wait that names no limit itself, or `.forever`; after that it throws
    /// `timedOut`. What takes several waits, such as `sendAll`, has this long for each.
    public var idleLimit: Duration?
    /// How long a connection may last. After that all its operations throw `timedOut`, also those that need not wait; those
    /// of tasks that run elsewhere when they next wait.
    public var totalLimit: Duration?
    /// What stops the server; nil for nothing but cancellation.
    public var stop: ServeStop?
    /// What the server counts in, for others to look at.
    public var counters = ServeCounters()
    /// Hears of what a server survives, on a loop's thread.
    public var onEvent: (@Sendable (ServeEvent) -> Void)?

    /// No limits, pauses from 5 ms to 1 s when descriptors are missing.
    public init() {}

    func check() throws(SocketError) {
        guard limit >= 1 else {
            throw .invalid(.accept, "the limit is \(limit), and has to be at least 1")
        }
        try acceptPolicy.check()
        for time in [idleLimit, totalLimit].compactMap(\.self) where time <= .zero {
            throw .invalid(.accept, "\(time) is no time for a connection: it must be positive")
        }
    }
}

/// Something that a server survived.
public enum ServeEvent: Sendable {
    /// A client was lost before it was accepted, and the server went on at once.
    case acceptFailed(SocketError)
    /// Accepting failed for want of something, and pauses for this long.
    case acceptPaused(SocketError, Duration)
    /// A handler threw; its client is disconnected.
    case handlerFailed(any Error)
}
