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
    /// Throws: as the synchronous accept; `timedOut`, `cancelled`, `closed`, none of which loses a client.
    /// ``serve(_:with:)`` knows after which errors a server goes on. C: accept(2)
    public func accept(within limit: TimeLimit = .forever) async throws(SocketError) -> AsyncStreamSocket<Address> {
        try AsyncStreamSocket(accepted: try await socket.reference.accept(limit))
    }

    /// Waits for a client, and leaves the connection to another loop.
    ///
    /// That may be the least loaded one of a group. Otherwise as ``accept(within:)``. Throws also: `closed` when that loop is shut down, and the connection is closed then.
    /// C: accept(2)
    public func accept(
        onto loop: EventLoop, within limit: TimeLimit = .forever
    ) async throws(SocketError) -> AsyncStreamSocket<Address> {
        try AsyncStreamSocket(accepted: try await socket.reference.accept(limit, onto: loop))
    }

    /// Gives the slot to another owner. Only for sockets without a file.
    consuming func release() -> SlotReference { socket.take() }

    /// Ends all operations on it with `closed`, and closes; cancelling does not end that. C: close(2)
    public consuming func close() async throws(SocketError) { try await socket.close() }
}

extension AsyncStreamSocket {
    /// Owns a connection that was accepted. It is closed when this throws: `wrongAddressFamily`.
    ///
    /// Apart, to keep the reading of addresses out of the frames of the clients' tasks.
    @inlinable
    @inline(never)
    init(accepted reference: SlotReference) throws(SocketError) {
        let socket = AsyncSocket(reference)
        guard let peer = Address(reference.takePeer()) else { throw SocketError(.accept, .wrongAddressFamily) }
        self.init(socket, peerAddress: peer)
    }
}

extension SlotReference {
    /// A connection that nobody owns yet, and that knows its peer.
    func accept(_ limit: TimeLimit, onto other: EventLoop? = nil) async throws(SocketError) -> SlotReference {
        let limit = starting(limit)
        guard isSteady(#isolation) else { return try await loop.actor.accept(tenant, limit, onto: other) }
        while true {
            let step = try acceptNow(onto: other)
            if let client = step.client { return client }
            guard step.answer != Attempt.elsewhere else {
                return try await loop.actor.accept(tenant, limit, onto: other)
            }
            _ = try await afterAttempt(step.answer, .read, limit, .accept)
        }
    }

    /// The next connection, or the answer of an attempt that found none.
    func acceptNow(onto other: EventLoop? = nil) throws(SocketError) -> (client: SlotReference?, answer: Int) {
        var peer = SocketAddress.none
        let answer = accept(&peer)
        guard answer >= 0 else { return (nil, answer) }
        let family = peer.isNone ? .unix : peer.family
        let state = Slot.State.of(family, isStream: true), number = Int32(truncatingIfNeeded: answer)
        let client =
            if let other { try number.given(to: other, state, from: loop) } else { try loop.open(number, state) }
        client.keepPeer(peer)
        return (client, answer)
    }
}

extension Int32 {
    /// The descriptor in the hands of another loop, whose engine may want another mode. It is closed when this throws.
    fileprivate func given(
        to other: EventLoop, _ state: Slot.State, from loop: EventLoop
    ) throws(SocketError) -> SlotReference {
        guard loop.engine.virtualSockets == nil, other.engine.virtualSockets == nil else {
            _ = loop.engine.close(self)
            throw SocketError(.accept, .notSupported, detail: "this socket is simulated")
        }
        let socket = try Socket(OwnedDescriptor(adopting: self)), mode = other.engine.mode(for: state)
        if loop.engine.mode(for: state) != mode { try socket.setMode(mode) }
        return try other.open(socket.release(), state)
    }
}
