internal import CSocketShim
public import Sockets

/// Serves each client in a process of its own, so that a crash costs one client only: the classic concurrent server.
///
/// ```swift
/// try ForkingServer(listener).run { client in try echo(client) }
/// ```
///
/// The process must have one thread only. Children are reaped by their ids; there is no handler for SIGCHLD. A child
/// leaves by `_exit`: what it printed without flushing is lost, and its events reach the child's copy of `onEvent`.
/// C: accept(2), fork(2), waitpid(2)
public struct ForkingServer<Address: SocketAddressProtocol>: ~Copyable, Sendable {
    private var loop: AcceptLoop<Address>
    private var children = ChildProcesses()
    private let limit: Int

    /// Takes the listener over, for at most `limit` children at once; further clients wait in the listener's queue.
    ///
    /// Throws: `tooManyDescriptors`; `invalidInput` for a limit below 1.
    public init(
        _ listener: consuming StreamListener<Address>, limit: Int = 256, _ configuration: ServerConfiguration = .init()
    ) throws(SocketError) {
        try requireLimit(limit)
        loop = try AcceptLoop(listener, configuration)
        self.limit = limit
    }

    /// Stops the server, also before it runs. When the patience ends, children get SIGTERM, and a second later SIGKILL.
    public var stop: StopSignal { loop.service.stop }
    /// What the server has done so far.
    public var counters: ServerCounters { loop.service.counters }
    /// Where it listens.
    public var localAddress: Address { loop.listener.localAddress }

    /// Serves clients until it is stopped, then closes the listener and waits for the children.
    ///
    /// A handler that throws or crashes costs its own client only. Throws: `notSupported` with operation `fork` when the
    /// process has more than one thread; `outOfMemory`; what accept throws when the listener is dead, see ``AcceptPolicy``.
    public consuming func run(_ handler: (borrowing StreamSocket<Address>) throws -> Void) throws(SocketError) {
        try Fork.requireOneThread()
        let result = Result { () throws(SocketError) in try acceptAll(handler) }
        try drain()
        try result.get()
    }

    private mutating func acceptAll(_ handler: Handler) throws(SocketError) {
        try children.keepFromChildren(&loop.poll)
        while !loop.service.stop.isRequested {
            let client = try loop.next(full: children.count >= limit, until: children.nextLook)
            children.reap(&loop.poll, loop.service)
            if let client { start(client, handler) }
        }
    }

    private typealias Handler = (borrowing StreamSocket<Address>) throws -> Void

    private mutating func start(_ client: consuming StreamSocket<Address>, _ handler: Handler) {
        do throws(SocketError) {
            try children.reserve(&loop.poll)
            let child = try Fork.child { serve(client, handler) }
            children.add(child, &loop.poll)
        } catch {
            loop.service.fail(.clientRefused(error))
            loop.pause(after: error)
        }
    }

    /// The child's whole life, and whether it was a success.
    private func serve(_ client: borrowing StreamSocket<Address>, _ handler: Handler) -> Bool {
        loop.service.stop.abandonInChild()
        // By number: the owner would also remove the file of a Unix socket, which is the parent's.
        _ = csock_close(loop.listener.socket.number)
        return loop.service.succeeds { try handler(client) }
    }

    private consuming func drain() throws(SocketError) {
        let service = loop.service
        var children = children
        var poll = loop.endAccepting()
        try children.drain(&poll, service)
    }
}
