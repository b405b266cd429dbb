public import Sockets

/// Serves one client after the other, in the calling thread: the simplest server.
///
/// ```swift
/// try IterativeServer(listener).run { client in try echo(client) }
/// ```
///
/// Others wait in the listener's queue meanwhile, so one slow client delays all. C: accept(2)
public struct IterativeServer<Address: SocketAddressProtocol>: ~Copyable, Sendable {
    private var loop: AcceptLoop<Address>

    /// Takes the listener over. Throws: `tooManyDescriptors`.
    public init(
        _ listener: consuming StreamListener<Address>, _ configuration: ServerConfiguration = .init()
    ) throws(SocketError) {
        loop = try AcceptLoop(listener, configuration)
    }

    /// Stops the server, also before it runs. A patience shorter than the running handler has no effect.
    public var stop: StopSignal { loop.service.stop }
    /// What the server has done so far.
    public var counters: ServerCounters { loop.service.counters }
    /// Where it listens.
    public var localAddress: Address { loop.listener.localAddress }

    /// Serves clients until it is stopped, then closes the listener. A handler that throws costs its own client only.
    ///
    /// Throws: what accept throws when the listener is dead; see ``AcceptPolicy``.
    public consuming func run(_ handler: (borrowing StreamSocket<Address>) throws -> Void) throws(SocketError) {
        while !loop.service.stop.isRequested {
            guard let client = try loop.next() else { continue }
            loop.service.serve { try handler(client) }
        }
    }
}
