public import Sockets

/// A socket for single messages to and from anybody, for tasks: `AsyncUDPSocket`, `AsyncUnixDatagramSocket`.
///
/// ``AsyncSocket`` says how tasks share it, and what cancelling and closing do. C: udp(7), unix(7)
public struct AsyncDatagramSocket<Address: SocketAddressProtocol>: ~Copyable, Sendable {
    /// The socket, for options, messages and what else this type does not repeat.
    public let socket: AsyncSocket
    let file: BoundFile?

    /// Receives what is sent to this address; port 0 lets the kernel choose one. C: socket(2), bind(2)
    public init(boundTo address: Address, loop: EventLoop? = nil) throws(SocketError) {
        let loop = if let loop { loop } else { try EventLoop.suitable() }
        if let sockets = loop.engine.virtualSockets {
            let target = try address.encoded()
            self.init(
                try SocketParts.datagram(sockets, address.family, loop) { (number) throws(SocketError) in
                    try require(.bind, sockets.bind(number, to: target))
                })
        } else {
            try self.init(DatagramSocket(boundTo: address), on: loop)
        }
    }

    /// A socket without an address.
    init(
        unbound family: AddressFamily, on loop: EventLoop?,
        _ make: () throws(SocketError) -> DatagramSocket<Address>
    ) throws(SocketError) {
        let loop = if let loop { loop } else { try EventLoop.suitable() }
        if let sockets = loop.engine.virtualSockets {
            self.init(try SocketParts.datagram(sockets, family, loop))
        } else {
            try self.init(make(), on: loop)
        }
    }

    init(_ parts: consuming SocketParts) {
        socket = parts.socket
        file = parts.file
    }

    /// Takes over a datagram socket, for tasks on a loop; nil for the current one or else the shared one. The descriptor
    /// stays.
    public init(_ socket: consuming DatagramSocket<Address>, on loop: EventLoop? = nil) throws(SocketError) {
        let parts = try socket.giveParts { (socket, file) throws(SocketError) in
            SocketParts(socket: try AsyncSocket(socket, on: loop), file: file)
        }
        self.socket = parts.socket
        file = parts.file
    }

    /// The address it receives at. C: getsockname(2)
    public var localAddress: Address {
        get throws(SocketError) { try socket.localAddress() }
    }

    /// Receives one datagram over the bytes of the array: how many bytes are there now, who sent it, and whether the rest was
    /// lost. An empty datagram is one too, with a count of 0.
    ///
    /// Throws: `timedOut`, `cancelled`, `closed`, none of which loses a datagram. C: recvfrom(2)
    @inlinable
    public func receive(
        into buffer: inout [UInt8], within limit: TimeLimit = .forever
    ) async throws(SocketError) -> Datagram<Address> {
        let reference = socket.reference, room = buffer.count
        var sender = SocketAddress.none
        let size = try await reference.counting(.read, limit) { () throws(SocketError) in
            try reference.receiveDatagramIfReady(into: &buffer, from: &sender)
        }
        guard let address = Address(sender) else { throw SocketError(.recvfrom, .wrongAddressFamily) }
        return Datagram(count: min(size, room), size: size, sender: address)
    }

    /// Sends one datagram and returns its size. Throws: as the synchronous call; `timedOut`, `cancelled`, `closed`
    /// when nothing was sent. C: sendto(2)
    @discardableResult
    @inlinable
    public func send(
        _ bytes: Span<UInt8>, to address: Address, within limit: TimeLimit = .forever
    ) async throws(SocketError) -> Int {
        let reference = socket.reference, target = try address.encoded()
        do throws(SocketError) {
            return try await reference.counting(.write, limit) { () throws(SocketError) in
                try reference.sendUnlessFull(bytes, to: target)
            }
        } catch {
            guard error.code == .wouldBlock else { throw error }
            return try await reference.sendPatiently(bytes, to: target, limit)
        }
    }

    /// Ends all operations on it with `closed`, and closes; cancelling does not end that. C: close(2)
    public consuming func close() async throws(SocketError) { try await socket.close() }
}

/// A datagram socket with one peer, for tasks: it sends and receives without addresses, and hears of ICMP errors.
///
/// After a datagram that nobody took, a later send or receive throws `connectionRefused` once; the socket stays usable.
/// C: connect(2), udp(7)
public struct AsyncConnectedDatagramSocket<Address: SocketAddressProtocol>: ~Copyable, Sendable {
    /// The socket, for options, messages and what else this type does not repeat.
    public let socket: AsyncSocket
    /// The one peer.
    public let peerAddress: Address
    let file: BoundFile?

    /// A socket with this peer and any local address. Nothing is sent. C: socket(2), connect(2)
    public static func connect(to peer: Address, loop: EventLoop? = nil) throws(SocketError) -> Self {
        let loop = if let loop { loop } else { try EventLoop.suitable() }
        guard let sockets = loop.engine.virtualSockets else {
            return try Self(ConnectedDatagramSocket.connect(to: peer), on: loop)
        }
        let target = try peer.encoded()
        let parts = try SocketParts.datagram(sockets, peer.family, loop) { (number) throws(SocketError) in
            try require(.connect, sockets.connect(number, to: target))
        }
        return Self(parts, peerAddress: peer)
    }

    /// Takes over a connected datagram socket; the descriptor stays.
    public init(_ socket: consuming ConnectedDatagramSocket<Address>, on loop: EventLoop? = nil) throws(SocketError) {
        let peer = socket.peerAddress
        let parts = try socket.giveParts { (socket, file) throws(SocketError) in
            SocketParts(socket: try AsyncSocket(socket, on: loop), file: file)
        }
        self.init(parts, peerAddress: peer)
    }

    init(_ parts: consuming SocketParts, peerAddress: Address) {
        socket = parts.socket
        self.peerAddress = peerAddress
        file = parts.file
    }

    /// The address of this end. C: getsockname(2)
    public var localAddress: Address {
        get throws(SocketError) { try socket.localAddress() }
    }

    /// Receives one datagram of the peer over the bytes of the array. An empty one is one too.
    ///
    /// Throws: `connectionRefused`, once, when nobody took an earlier one; `timedOut`, `cancelled`, `closed`, none of which
    /// loses a datagram. C: recv(2)
    @inlinable
    public func receive(
        into buffer: inout [UInt8], within limit: TimeLimit = .forever
    ) async throws(SocketError) -> Datagram<Address> {
        let reference = socket.reference, room = buffer.count, peer = peerAddress
        do throws(SocketError) {
            let size = try await reference.counting(.read, limit) { () throws(SocketError) in
                try reference.receiveDatagramIfReady(into: &buffer)
            }
            return Datagram(count: min(size, room), size: size, sender: peer)
        } catch { throw named(error, peer) }
    }

    /// Sends one datagram to the peer and returns its size.
    ///
    /// Throws: as the synchronous call; `timedOut`, `cancelled`, `closed` when nothing was sent. C: send(2)
    @discardableResult
    @inlinable
    public func send(_ bytes: Span<UInt8>, within limit: TimeLimit = .forever) async throws(SocketError) -> Int {
        let reference = socket.reference, peer = peerAddress
        do throws(SocketError) {
            return try await reference.counting(.write, limit) { () throws(SocketError) in
                try reference.sendIfReady(bytes)
            }
        } catch { throw named(error, peer) }
    }

    /// Ends all operations on it with `closed`, and closes; cancelling does not end that. C: close(2)
    public consuming func close() async throws(SocketError) { try await socket.close() }
}

/// What a role owns.
struct SocketParts: ~Copyable {
    let socket: AsyncSocket
    let file: BoundFile?
}

extension AsyncSocket {
    func localAddress<Address: SocketAddressProtocol>() throws(SocketError) -> Address {
        let address = try reference.localAddress()
        guard let address = Address(address) else { throw SocketError(.getsockname, .wrongAddressFamily) }
        return address
    }
}
