public import Sockets

/// A socket that accepts connections, for tasks: `AsyncTCPListener`, `AsyncUnixListener`. C: listen(2), tcp(7), unix(7)
public struct AsyncStreamListener<Address: SocketAddressProtocol>: ~Copyable, Sendable {
    /// The socket, for what this type does not repeat.
    public let socket: AsyncSocket
    /// Where it listens; for port 0, the port that the kernel chose.
    public let localAddress: Address
    let file: BoundFile?

    /// Listens on an address, for tasks on a loop; nil for the current one or else the shared one.
    ///
    /// Throws: as the synchronous listener: `addressInUse`, `addressNotAvailable`, `accessDenied`.
    /// C: socket(2), bind(2), listen(2)
    public init(
        on address: Address, _ configuration: ListenerConfiguration = .init(), loop: EventLoop? = nil
    ) throws(SocketError) {
        let loop = if let loop { loop } else { try EventLoop.suitable() }
        if let sockets = loop.engine.virtualSockets {
            self = try Self.listen(sockets, on: address, configuration, loop)
        } else {
            try self.init(StreamListener(on: address, configuration), loop: loop)
        }
    }

    init(_ parts: consuming SocketParts, localAddress: Address) {
        socket = parts.socket
        self.localAddress = localAddress
        file = parts.file
    }

    /// Takes over a listener; the descriptor stays.
    public init(_ listener: consuming StreamListener<Address>, loop: EventLoop? = nil) throws(SocketError) {
        let address = listener.localAddress
        let parts = try listener.giveParts { (socket, file) throws(SocketError) in
            SocketParts(socket: try AsyncSocket(socket, on: loop), file: file)
        }
        socket = parts.socket
        localAddress = address
        file = parts.file
    }

    /// Waits for a client and returns the connection to it.
    ///
    /// Throws: as the synchronous accept; `timedOut`, `cancelled`, `closed`. ``serve(_:with:)`` knows after which errors a
    /// server goes on. C: accept(2)
    nonisolated(nonsending)
        public func accept(within limit: TimeLimit = .forever) async throws(SocketError) -> AsyncStreamSocket<Address>
    {
        let accepted = try await socket.reference.accept(limit)
        let socket = AsyncSocket(accepted.reference)
        guard let peer = Address(accepted.peer) else { throw SocketError(.accept, .wrongAddressFamily) }
        return AsyncStreamSocket(socket, peerAddress: peer)
    }

    /// Ends all operations on it with `closed`, and closes. C: close(2)
    public consuming func close() async throws(SocketError) { try await socket.close() }
}

/// A connection that nobody owns yet.
struct Accepted {
    let reference: SlotReference
    let peer: SocketAddress
}

extension SlotReference {
    nonisolated(nonsending)
        func accept(_ limit: TimeLimit) async throws(SocketError) -> Accepted
    {
        let limit = starting(limit)
        var peer = SocketAddress.none
        while true {
            let answer = accept(&peer)
            if answer >= 0 { return try adopt(Int32(truncatingIfNeeded: answer), peer) }
            guard answer != Attempt.elsewhere else { return try await loop.actor.accept(tenant, limit) }
            _ = try await afterAttempt(answer, .read, limit, .accept)
        }
    }

    func adopt(_ descriptor: Int32, _ peer: SocketAddress) throws(SocketError) -> Accepted {
        let family = peer.isNone ? .unix : peer.family
        return Accepted(reference: try loop.open(descriptor, .of(family, isStream: true)), peer: peer)
    }
}
