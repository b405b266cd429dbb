public import Sockets

/// Serves many clients in the calling thread, with select, poll or epoll: none of them can make the others wait.
///
/// ```swift
/// try ReadinessServer(listener, using: .poll).run(EchoProtocol())
/// ```
///
/// The sockets are non-blocking. A client that takes nothing is not read from either, once its queue is above a mark.
/// C: accept(2), select(2), poll(2), epoll(7)
public struct ReadinessServer<Address: SocketAddressProtocol>: ~Copyable, Sendable {
    private let listener: StreamListener<Address>
    private let service: Service
    private let multiplexer: Multiplexer
    private let limits: ConnectionLimits

    /// Takes the listener over. Throws: `tooManyDescriptors`; `invalidInput` for limits below 1.
    public init(
        _ listener: consuming StreamListener<Address>, using multiplexer: Multiplexer,
        limits: ConnectionLimits = .init(), _ configuration: ServerConfiguration = .init()
    ) throws(SocketError) {
        try requireLimit(min(limits.connections, limits.queueMark, limits.queueLimit))
        try listener.socket.setMode(.nonBlocking)
        service = try Service(configuration)
        self.listener = listener
        self.multiplexer = multiplexer
        self.limits = limits
    }

    /// Stops the server, also before it runs. When the patience ends, the clients that are left are disconnected.
    public var stop: StopSignal { service.stop }
    /// What the server has done so far.
    public var counters: ServerCounters { service.counters }
    /// Where it listens.
    public var localAddress: Address { listener.localAddress }

    /// Serves clients until it is stopped, then closes the listener and serves the rest until they leave.
    ///
    /// Each client has a copy of the handler. One that throws costs its own client only.
    /// Throws: what accept throws when the listener is dead, once the clients left; see ``AcceptPolicy``.
    public consuming func run(_ handler: some ConnectionHandler) throws(SocketError) {
        try multiplexer.run(ListenerDoor(listener), service, Handlers(handler), limits)
    }
}
