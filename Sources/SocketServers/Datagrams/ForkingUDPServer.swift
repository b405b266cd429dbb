internal import CSocketShim
public import Sockets

/// A concurrent UDP server: the first datagram of a client makes a process, which has a socket for that client alone.
///
/// ```swift
/// try ForkingUDPServer(socket).run { client in
///     try client.socket.setOption(.receiveTimeout, to: .seconds(30))
///     while true { try client.send(buffer.span.extracting(..<client.receive(into: &buffer).count)) }
/// }
/// ```
///
/// UDP has no end: a child ends when its handler returns or throws, such as after its time-out. No table of clients is
/// kept. A datagram that reaches the server's own socket is of a client without a child, because the kernel gives a
/// connected socket what its peer sends. What had reached the server before the child's socket was connected, the child
/// gets in memory; what reached the child's socket of other clients in the moment between its bind and its connect, the
/// server serves as its own. So none is lost, and none goes astray; in those microseconds, one can overtake another. At the
/// same port each new client waits some 10 ms for that (Linux; elsewhere a datagram on its way then can make a second
/// child). What waits unread in a child's socket when its handler ends is lost.
///
/// The process must have one thread only. C: recvfrom(2), bind(2), connect(2), fork(2), udp(7)
public struct ForkingUDPServer: ~Copyable, Sendable {
    private let socket: UDPSocket
    private let service: Service
    private let limit: Int
    private let childPort: ChildPort
    private var poll: PollSet
    private var children = ChildProcesses()
    private var errors: AcceptErrors
    private var inbox = Inbox()

    /// What a child does: the whole conversation with its client.
    public typealias Handler = (inout DatagramClient) throws -> Void

    /// Takes a bound socket over, for at most `limit` children; meanwhile others wait in the socket's buffer.
    ///
    /// Throws: `tooManyDescriptors`; `invalidInput` for a limit below 1.
    public init(
        _ socket: consuming UDPSocket, childPort: ChildPort = .same, limit: Int = 256,
        _ configuration: ServerConfiguration = .init()
    ) throws(SocketError) {
        try requireLimit(limit)
        if childPort == .same { try socket.setOption(.reusePort, to: true) }
        service = try Service(configuration)
        errors = AcceptErrors(service)
        poll = PollSet(service.stop, socket: socket.socket.number)
        self.limit = limit
        self.childPort = childPort
        self.socket = socket
    }

    /// Stops the server, also before it runs. When the patience ends, children get SIGTERM, and a second later SIGKILL.
    public var stop: StopSignal { service.stop }
    /// What the server has done so far; each child counts as a client.
    public var counters: ServerCounters { service.counters }
    /// Where it receives. C: getsockname(2)
    public var localAddress: IPSocketAddress { get throws(SocketError) { try socket.localAddress } }

    /// Makes children until it is stopped, then closes its socket and waits for them.
    ///
    /// A handler that throws or crashes costs its own client only; `wouldBlock`, its time-out, is no failure.
    /// Throws: `notSupported` with operation `fork` when the process has more than one thread; `outOfMemory`; what
    /// receiving throws when the socket is dead.
    public consuming func run(_ handler: Handler) throws(SocketError) {
        try Fork.requireOneThread()
        let result = Result { () throws(SocketError) in try receiveAll(handler) }
        try drain()
        try result.get()
    }

    private mutating func receiveAll(_ handler: Handler) throws(SocketError) {
        try children.keepFromChildren(&poll)
        while !service.stop.isRequested {
            guard let first = try next() else { continue }
            start(first, handler)
        }
    }

    private consuming func drain() throws(SocketError) {
        let service = service
        var children = children, poll = poll
        poll.place(-1, at: PollSet.socket)
        poll.place(service.stop.impatienceDescriptor, at: PollSet.stop)
        _ = consume socket
        try children.drain(&poll, service)
    }
}

// MARK: Receiving

extension ForkingUDPServer {
    /// The first datagram of a client without a child, if there may be one more child; reaps meanwhile.
    private mutating func next() throws(SocketError) -> Inbox.Arrival? {
        let mayServe = !errors.isPausing() && children.count < limit
        poll.place(mayServe ? socket.socket.number : -1, at: PollSet.socket)
        let isNextHere = mayServe && !inbox.ahead.isEmpty
        try poll.wait(until: isNextHere ? .now : min(errors.pauseEnd, children.nextLook))
        if poll.isReady(PollSet.signals) { service.stop.takeSignals() }
        children.reap(&poll, service)
        guard mayServe, !service.stop.isRequested else { return nil }
        return isNextHere ? inbox.ahead.removeFirst() : try receive()
    }

    private mutating func receive() throws(SocketError) -> Inbox.Arrival? {
        do throws(SocketError) {
            let arrival = try inbox.receive(from: socket)
            errors.succeed()
            return arrival
        } catch { try errors.handle(error, socket.socket.number) }
        return nil
    }
}

// MARK: Children

extension ForkingUDPServer {
    private mutating func start(_ first: Inbox.Arrival, _ handler: Handler) {
        service.counters.begin()
        do throws(SocketError) { try makeChild(first, handler) } catch {
            service.fail(.clientRefused(error))
            errors.pause(after: error)
        }
    }

    private mutating func makeChild(_ first: Inbox.Arrival, _ handler: Handler) throws(SocketError) {
        try children.reserve(&poll)
        let own = try childSocket()
        inbox.keep(inbox.drain(socket))
        var backlog = [first.bytes] + inbox.take(of: first.sender)
        let address = try socket.localAddress
        try own.bind(to: IPSocketAddress(address.address, port: childPort == .same ? address.port : 0))
        try own.connect(to: first.sender)
        // The kernel looks up the child's socket for this client from here on, and for nobody else. What it had looked up
        // before is waited for, or it would come to the wrong socket later.
        if childPort == .same { _ = csock_packet_barrier() }
        let bound = try UDPSocket(own)
        backlog += sort(late: inbox.drain(socket), strays: inbox.drain(bound), of: first.sender)
        var client = DatagramClient(try bound.connected(to: first.sender), backlog)
        let child = try Fork.child { serve(&client, handler) }
        children.add(child, &poll)
    }

    /// A socket like the server's, not bound yet.
    private func childSocket() throws(SocketError) -> Socket {
        let family = try socket.localAddress.family
        let own = try Socket(family, .datagram)
        if family == .ipv6 { try own.setOption(.ipv6Only, to: try socket.option(.ipv6Only)) }
        if childPort == .same { try own.setOption(.reusePort, to: true) }
        return own
    }

    /// The client's share of what came around bind and connect; the rest is kept. Both in the order of their arrival:
    /// the client's came to the server first, then to the child's socket; others' the other way round.
    private mutating func sort(
        late: [Inbox.Arrival], strays: [Inbox.Arrival], of client: IPSocketAddress
    ) -> [[UInt8]] {
        inbox.keep((strays + late).filter { $0.sender != client })
        return (late + strays).filter { $0.sender == client }.map(\.bytes)
    }

    /// The child's whole life, and whether it was a success.
    private func serve(_ client: inout DatagramClient, _ handler: Handler) -> Bool {
        service.stop.abandonInChild()
        _ = csock_close(socket.socket.number)
        return service.succeeds {
            do { try handler(&client) } catch let error as SocketError where error.code == .wouldBlock {}
        }
    }
}
