/// A socket for single messages to and from anybody: `UDPSocket`, `UnixDatagramSocket`. C: udp(7), unix(7)
public struct DatagramSocket<Address: SocketAddressProtocol>: ~Copyable, Sendable {
    /// The socket, for options, messages and what else this type does not repeat.
    public let socket: Socket
    let file: BoundFile?

    /// Receives what is sent to this address; port 0 lets the kernel choose one. C: socket(2), bind(2)
    public init(boundTo address: Address) throws(SocketError) {
        _ = try address.encoded()
        let socket = try Socket(address.family, .datagram)
        if address.family == .ipv6 { try socket.setOption(.ipv6Only, to: true) }
        let file = try BoundFile.bind(socket, to: address, .keep)
        self.socket = socket
        self.file = file
    }

    /// Takes over a datagram socket. Throws: `wrongProtocolType`, `wrongAddressFamily`; it is closed then.
    public init(_ socket: consuming Socket) throws(SocketError) {
        try socket.require(.datagram)
        _ = try socket.localAddress(as: Address.self)
        file = nil
        self.socket = socket
    }

    package init(_ socket: consuming Socket, _ file: consuming BoundFile?) {
        self.socket = socket
        self.file = file
    }

    /// A socket without an address, from which one can send; the kernel gives IP sockets a port at the first send.
    init(unbound family: AddressFamily) throws(SocketError) {
        socket = try Socket(family, .datagram)
        file = nil
    }

    /// The address it receives at. C: getsockname(2)
    public var localAddress: Address {
        get throws(SocketError) { try socket.localAddress(as: Address.self) }
    }

    /// Receives one datagram: how many bytes are in the buffer, who sent it, and whether the rest was lost.
    ///
    /// An empty datagram is one too, with a count of 0. C: recvfrom(2)
    @inlinable
    @inline(__always)
    public func receive(
        into buffer: inout MutableSpan<UInt8>, flags: ReceiveFlags = []
    ) throws(SocketError) -> Datagram<Address> {
        var raw = SocketAddress()
        let room = buffer.count
        let size = try socket.receiveDatagram(into: &buffer, flags: flags, from: &raw)
        guard let sender = Address(sockaddr: raw.bytes) else { throw wrongFamily() }
        return Datagram(count: min(size, room), size: size, sender: sender)
    }

    /// Receives one datagram into an array, over the bytes it has. C: recvfrom(2)
    @inlinable
    @inline(__always)
    public func receive(
        into buffer: inout [UInt8], flags: ReceiveFlags = []
    ) throws(SocketError) -> Datagram<Address> {
        var span = buffer.mutableSpan
        return try receive(into: &span, flags: flags)
    }

    /// Sends one datagram and returns its size. Throws: `messageTooLarge`, `networkUnreachable`, and for Unix sockets
    /// `notFound`, `connectionRefused`. C: sendto(2)
    @discardableResult
    @inlinable
    @inline(__always)
    public func send(_ bytes: Span<UInt8>, to address: Address, flags: SendFlags = []) throws(SocketError) -> Int {
        try socket.send(bytes, to: address, flags: flags)
    }

    /// Fixes the peer: only its datagrams are received, and ICMP errors are heard of. Nothing is sent. C: connect(2)
    public consuming func connected(to peer: Address) throws(SocketError) -> ConnectedDatagramSocket<Address> {
        try socket.connect(to: peer)
        return ConnectedDatagramSocket(socket, peerAddress: peer, file)
    }

    /// Gives the socket and what else it owns to another kind of datagram socket.
    package consuming func giveParts<Result: ~Copyable, Failure>(
        to body: (consuming Socket, consuming BoundFile?) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(socket, file)
    }

    /// Sets an option. C: setsockopt(2)
    public func setOption<Value>(
        _ option: TypedOption<Value, some OptionAccess.Writable>, to value: Value
    ) throws(SocketError) {
        try socket.setOption(option, to: value)
    }

    /// The value of an option, or of a status. C: getsockopt(2)
    public func option<Value>(
        _ option: TypedOption<Value, some OptionAccess.Readable>
    ) throws(SocketError) -> Value {
        try socket.option(option)
    }

    /// Closes now and reports what the kernel says. Removes the file of a Unix socket. C: close(2)
    public consuming func close() throws(SocketError) { try socket.close() }
}

@usableFromInline
func wrongFamily() -> SocketError { SocketError(.recvfrom, .wrongAddressFamily) }

/// A datagram socket with one peer: it sends and receives without addresses, and hears of ICMP errors.
///
/// After a datagram that nobody took, a later send or receive throws `connectionRefused` once; the socket stays usable.
/// C: connect(2), udp(7)
public struct ConnectedDatagramSocket<Address: SocketAddressProtocol>: ~Copyable, Sendable {
    /// The socket, for options, messages and what else this type does not repeat.
    public let socket: Socket
    /// The one peer.
    public let peerAddress: Address
    let file: BoundFile?

    package init(_ socket: consuming Socket, peerAddress: Address, _ file: consuming BoundFile?) {
        self.socket = socket
        self.peerAddress = peerAddress
        self.file = file
    }

    /// A socket with this peer and any local address. C: socket(2), connect(2)
    public static func connect(to peer: Address) throws(SocketError) -> Self {
        let target = try peer.encoded()
        let socket = try Socket(peer.family, .datagram)
        try socket.connect(to: target)
        return Self(socket, peerAddress: peer, nil)
    }

    /// The address of this end. C: getsockname(2)
    public var localAddress: Address {
        get throws(SocketError) { try socket.localAddress(as: Address.self) }
    }

    /// Sends one datagram to the peer and returns its size. C: send(2)
    @discardableResult
    @inlinable
    @inline(__always)
    public func send(_ bytes: Span<UInt8>, flags: SendFlags = []) throws(SocketError) -> Int {
        do throws(SocketError) {
            return try socket.send(bytes, flags: flags)
        } catch let error where error.code != .wouldBlock { throw named(error) }
    }

    /// Receives one datagram of the peer. An empty one is one too, with a count of 0. C: recv(2)
    @inlinable
    @inline(__always)
    public func receive(
        into buffer: inout MutableSpan<UInt8>, flags: ReceiveFlags = []
    ) throws(SocketError) -> Datagram<Address> {
        let room = buffer.count
        do throws(SocketError) {
            let size = try socket.receiveDatagram(into: &buffer, flags: flags)
            return Datagram(count: min(size, room), size: size, sender: peerAddress)
        } catch let error where error.code != .wouldBlock { throw named(error) }
    }

    /// The error with the peer it happened with. Waiting is no news of a peer: that error stays cheap, and goes by.
    @inlinable
    @inline(never)
    func named(_ error: SocketError) -> SocketError {
        error.with(peer: try? peerAddress.encoded())
    }

    /// Receives one datagram of the peer into an array, over the bytes it has. C: recv(2)
    @inlinable
    @inline(__always)
    public func receive(
        into buffer: inout [UInt8], flags: ReceiveFlags = []
    ) throws(SocketError) -> Datagram<Address> {
        var span = buffer.mutableSpan
        return try receive(into: &span, flags: flags)
    }

    /// Gives the socket and what else it owns to another kind of datagram socket.
    package consuming func giveParts<Result: ~Copyable, Failure>(
        to body: (consuming Socket, consuming BoundFile?) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(socket, file)
    }

    /// Sets an option. C: setsockopt(2)
    public func setOption<Value>(
        _ option: TypedOption<Value, some OptionAccess.Writable>, to value: Value
    ) throws(SocketError) {
        try socket.setOption(option, to: value)
    }

    /// The value of an option, or of a status. C: getsockopt(2)
    public func option<Value>(
        _ option: TypedOption<Value, some OptionAccess.Readable>
    ) throws(SocketError) -> Value {
        try socket.option(option)
    }

    /// Closes now and reports what the kernel says. C: close(2)
    public consuming func close() throws(SocketError) { try socket.close() }
}

extension DatagramSocket<IPSocketAddress> {
    /// A socket to send from; the kernel gives it a port at the first send. C: socket(2)
    public init(_ version: IPVersion = .v4) throws(SocketError) {
        try self.init(unbound: version == .v4 ? .ipv4 : .ipv6)
    }
}

extension DatagramSocket<UnixAddress> {
    /// A socket to send from; its receivers see an `unnamed` sender. C: socket(2)
    public init() throws(SocketError) { try self.init(unbound: .unix) }

    /// Receives what is sent to the socket file it makes at the path. C: bind(2)
    public init(boundTo path: String) throws(SocketError) { try self.init(boundTo: try UnixAddress(path: path)) }
}

extension StreamListener<UnixAddress> {
    /// Listens on the socket file it makes at the path, and removes it in the end. C: bind(2), listen(2)
    public init(on path: String, _ configuration: ListenerConfiguration = .init()) throws(SocketError) {
        try self.init(on: try UnixAddress(path: path), configuration)
    }
}

extension StreamListener<IPSocketAddress> {
    /// Listens on an address given as text, `0.0.0.0:8080`. Throws: `invalidInput` for anything else.
    public init(on text: String, _ configuration: ListenerConfiguration = .init()) throws(SocketError) {
        try self.init(on: try IPSocketAddress(checking: text), configuration)
    }
}
