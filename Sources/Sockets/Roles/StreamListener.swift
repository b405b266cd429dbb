internal import CSocketShim

/// A socket that accepts connections: `TCPListener`, `UnixListener`. C: listen(2), tcp(7), unix(7)
public struct StreamListener<Address: SocketAddressProtocol>: ~Copyable, Sendable {
    /// The socket, for options and what else this type does not repeat.
    public let socket: Socket
    /// Where it listens; for port 0, the port that the kernel chose.
    public let localAddress: Address
    let file: BoundFile?

    /// Listens on an address.
    ///
    /// Throws: `addressInUse`, `addressNotAvailable`, `accessDenied` (ports below 1024), and for Unix paths the errors
    /// of the file system. C: socket(2), bind(2), listen(2)
    public init(on address: Address, _ configuration: ListenerConfiguration = .init()) throws(SocketError) {
        try configuration.check(address.family)
        _ = try address.encoded()
        let socket = try Socket(address.family, .stream)
        try configuration.apply(to: socket, address.family)
        let file = try BoundFile.bind(socket, to: address, configuration.staleFile)
        try socket.listen(backlog: configuration.backlog)
        localAddress = try socket.localAddress(as: Address.self)
        self.socket = socket
        self.file = file
    }

    /// Takes over a listening socket, such as one a service manager passed on; it does not own a Unix socket's file.
    ///
    /// Throws: `wrongProtocolType`, `wrongAddressFamily`, `invalidArgument` when it does not listen; it is closed then.
    public init(_ socket: consuming Socket) throws(SocketError) {
        try socket.require(.stream)
        guard try socket.option(.acceptsConnections) else {
            throw SocketError(.accept, .invalidArgument, detail: "the socket does not listen")
        }
        localAddress = try socket.localAddress(as: Address.self)
        file = nil
        self.socket = socket
    }

    package init(_ socket: consuming Socket, localAddress: Address, _ file: consuming BoundFile?) {
        self.socket = socket
        self.localAddress = localAddress
        self.file = file
    }

    /// Waits for a client and returns the connection to it, which knows the client's address.
    ///
    /// Throws: as `Socket.accept`. After most errors a server goes on; the ones in SocketServers do. C: accept(2)
    public func accept(_ mode: BlockingMode = .blocking) throws(SocketError) -> StreamSocket<Address> {
        let accepted = try socket.accept(mode)
        guard let peer = Address(accepted.peerAddress) else { throw SocketError(.accept, .wrongAddressFamily) }
        return StreamSocket(accepted.socket, peerAddress: peer)
    }

    /// Gives the socket and what else it owns to another kind of listener.
    package consuming func giveParts<Result: ~Copyable, Failure>(
        to body: (consuming Socket, consuming BoundFile?) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(socket, file)
    }

    /// Closes now; clients that wait in the queue get `connectionReset`. Removes the file of a Unix socket. C: close(2)
    public consuming func close() throws(SocketError) { try socket.close() }
}

/// How a listener is set up.
public struct ListenerConfiguration: Sendable {
    /// Connections that may wait to be accepted; the kernel cuts it to its limit. C: listen(2), net.core.somaxconn
    public var backlog = Int.max
    /// Whether a port can be bound again at once after a restart. C: SO_REUSEADDR in socket(7)
    public var reusesAddress = true
    /// Whether several listeners share the port, among which the kernel spreads the clients.
    ///
    /// Each has a queue of its own: when one is closed, the clients in its queue get `connectionReset`, and the others have
    /// all who come later. Linux hands the queue to the others where `net.ipv4.tcp_migrate_req` is 1.
    /// C: SO_REUSEPORT in socket(7)
    public var sharesPort = false
    /// Whether a listener on an IPv6 address takes IPv4 clients too, as `::ffff:a.b.c.d`. C: IPV6_V6ONLY in ipv6(7)
    public var isDualStack = false
    /// What to do about the file of a Unix socket that nobody listens on any more.
    public var staleFile = StaleFile.keep

    /// The usual: a long queue, the port free again after a restart, one IP version.
    public init() {}

    package func check(_ family: AddressFamily) throws(SocketError) {
        guard backlog >= 0 else { throw .invalid(.listen, "the backlog is \(backlog), and has to be at least 0") }
        guard family == .ipv6 || !isDualStack else { throw .invalid(.bind, "only an IPv6 listener can be dual-stack") }
    }

    func apply(to socket: borrowing Socket, _ family: AddressFamily) throws(SocketError) {
        guard family == .ipv4 || family == .ipv6 else { return }
        if family == .ipv6 { try socket.setOption(.ipv6Only, to: !isDualStack) }
        if reusesAddress { try socket.setOption(.reuseAddress, to: true) }
        if sharesPort { try socket.setOption(.reusePort, to: true) }
    }
}

/// What to do about the file of a Unix socket that nobody listens on any more.
public enum StaleFile: Sendable {
    /// Leave it: bind throws `addressInUse`.
    case keep
    /// Remove it, if it is a socket and a connect to it is refused.
    case replace
}
