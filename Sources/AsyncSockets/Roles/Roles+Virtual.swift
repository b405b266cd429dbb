internal import CSocketShim
internal import Sockets

// The roles over sockets that only an engine knows.

extension AsyncStreamListener {
    static func listen(
        _ sockets: any VirtualSockets, on address: Address, _ configuration: ListenerConfiguration, _ loop: EventLoop
    ) throws(SocketError) -> Self {
        try configuration.check(address.family)
        let target = try address.encoded()
        let reference = try loop.openVirtual(sockets, address.family, isStream: true) { (number) throws(SocketError) in
            try require(.bind, sockets.bind(number, to: target))
            try require(.listen, sockets.listen(number, backlog: configuration.backlog))
        }
        let socket = AsyncSocket(reference)
        let local: Address = try socket.localAddress()
        return Self(SocketParts(socket: socket, file: nil), localAddress: local)
    }
}

extension SocketParts {
    /// A datagram socket of the engine's own, as `setUp` leaves it.
    static func datagram(
        _ sockets: any VirtualSockets, _ family: AddressFamily, _ loop: EventLoop,
        _ setUp: (Int32) throws(SocketError) -> Void = { _ in }
    ) throws(SocketError) -> Self {
        Self(socket: AsyncSocket(try loop.openVirtual(sockets, family, isStream: false, setUp)), file: nil)
    }
}

extension AsyncSocket {
    /// Sets an option, which sockets of the engine's own keep.
    func set<Value>(_ option: TypedOption<Value, some OptionAccess.Writable>, to value: Value) throws(SocketError) {
        guard let sockets = reference.virtual else {
            return try withSocket { (socket) throws(SocketError) in try socket.setOption(option, to: value) }
        }
        let bytes = try option.encode(value)
        try require(.setsockopt, sockets.setOption(reference.descriptor, option.key, bytes))
    }

    /// The value of an option, for sockets of the engine's own the one it was given.
    func value<Value>(of option: TypedOption<Value, some OptionAccess.Readable>) throws(SocketError) -> Value {
        guard let sockets = reference.virtual else {
            return try withSocket { (socket) throws(SocketError) in try socket.option(option) }
        }
        guard let bytes = sockets.option(reference.descriptor, option.key), let value = option.decode(bytes) else {
            throw SocketError(.getsockopt, .notSupported, detail: "a simulated socket has only what it was given")
        }
        return value
    }

    func shutdown(_ half: ShutdownHalf) throws(SocketError) {
        guard let sockets = reference.virtual else {
            return try withSocket { (socket) throws(SocketError) in try socket.shutdown(half) }
        }
        try require(.shutdown, sockets.shutdown(reference.descriptor, half))
    }

    /// Fixes the peer of a datagram socket.
    func connect(to peer: some SocketAddressProtocol) throws(SocketError) {
        guard let sockets = reference.virtual else {
            return try withSocket { (socket) throws(SocketError) in try socket.connect(to: peer) }
        }
        try require(.connect, sockets.connect(reference.descriptor, to: try peer.encoded()))
    }

    /// Lets the close reset the connection.
    func prepareReset() throws(SocketError) {
        guard let sockets = reference.virtual else {
            return try withSocket { (socket) throws(SocketError) in try socket.prepareReset() }
        }
        try require(.setsockopt, sockets.prepareReset(reference.descriptor))
    }
}

extension SlotReference {
    func localAddress() throws(SocketError) -> SocketAddress {
        if let virtual { return virtual.localAddress(descriptor) }
        return try Socket.lending(descriptor) { (socket) throws(SocketError) in try socket.localAddress }
    }
}
