public import Sockets

/// What all servers can be told.
public struct ServerConfiguration: Sendable {
    /// The signal that stops the server; nil for one of its own, which its `stop` tells.
    public var stop: StopSignal?
    /// What happens when accepting fails.
    public var acceptPolicy = AcceptPolicy()
    /// Hears of what went wrong with single clients; it is called on the server's threads and must not wait.
    public var onEvent: (@Sendable (ServerEvent) -> Void)?

    /// The usual: a stop signal of its own, and nobody who hears of events.
    public init() {}

    /// As the usual, with this stop signal and this listener to events.
    public init(stop: StopSignal?, onEvent: (@Sendable (ServerEvent) -> Void)? = nil) {
        self.stop = stop
        self.onEvent = onEvent
    }
}

/// What went wrong without ending the server.
public enum ServerEvent: Sendable {
    /// Accepting failed for one client, and went on at once.
    case acceptFailed(SocketError)
    /// Accepting failed for want of something, and pauses for this long.
    case acceptPaused(SocketError, Duration)
    /// A client could not be served: no process, no thread, or no registration could be made for it.
    case clientRefused(SocketError)
    /// A handler threw; its client is disconnected.
    case handlerFailed(any Error)
    /// A child process ended with this status: 1 when its handler threw, 128 and the signal's number when it crashed.
    case childFailed(process: Int32, status: Int32)
}

/// What the parts of a server share.
struct Service: Sendable {
    let stop: StopSignal
    let counters = ServerCounters()
    let policy: AcceptPolicy
    private let onEvent: (@Sendable (ServerEvent) -> Void)?

    init(_ configuration: ServerConfiguration) throws(SocketError) {
        try configuration.acceptPolicy.check()
        stop = if let given = configuration.stop { given } else { try StopSignal() }
        policy = configuration.acceptPolicy
        onEvent = configuration.onEvent
    }

    func report(_ event: ServerEvent) { onEvent?(event) }

    /// Runs a handler; one that throws costs its own client only.
    func serve(_ body: () throws -> Void) {
        do {
            try body()
            counters.end(failed: false)
        } catch { fail(.handlerFailed(error)) }
    }

    /// Runs the handler of a child process, whose end the parent accounts for.
    func succeeds(_ body: () throws -> Void) -> Bool {
        do {
            try body()
            return true
        } catch {
            report(.handlerFailed(error))
            return false
        }
    }

    func fail(_ event: ServerEvent) {
        counters.end(failed: true)
        report(event)
    }
}

func requireLimit(_ limit: Int) throws(SocketError) {
    guard limit >= 1 else {
        throw SocketError(.accept, .invalidInput, detail: "the limit is \(limit), and has to be at least 1")
    }
}
