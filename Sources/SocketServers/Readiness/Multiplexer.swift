internal import Sockets

/// The call with which one thread waits for many clients. All do the same; their cost differs.
public struct Multiplexer: Sendable {
    let run: @Sendable (Door, Service, HandlerTable, ConnectionLimits) throws(SocketError) -> Void

    init<Poller: ReadinessPoller & ~Copyable & SendableMetatype>(_ type: Poller.Type) {
        run = { (door, service, handlers, limits) throws(SocketError) in
            var loop = ReadinessLoop(try Poller(), door, service, handlers, limits)
            try loop.run()
        }
    }

    /// Its cost grows with the highest descriptor. There may be more than 1024. C: select(2)
    public static let select = Multiplexer(SelectPoller.self)
    /// Its cost grows with the number of clients. C: poll(2)
    public static let poll = Multiplexer(PollPoller.self)
}
