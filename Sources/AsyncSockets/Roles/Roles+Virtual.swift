internal import CSocketShim
internal import Sockets

// The roles over sockets that only an engine knows.

extension AsyncSocket {
    /// Whether only the engine knows the socket.
    var isVirtual: Bool { reference.slot.isVirtual }
}

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

extension AsyncDatagramSocket {
    static func bind(
        _ sockets: any VirtualSockets, to address: Address, _ loop: EventLoop
    ) throws(SocketError) -> SocketParts {
        let target = try address.encoded()
        let reference = try loop.openVirtual(sockets, address.family, isStream: false) { (number) throws(SocketError) in
            try require(.bind, sockets.bind(number, to: target))
        }
        return SocketParts(socket: AsyncSocket(reference), file: nil)
    }

    func receiveVirtual(
        into buffer: inout [UInt8], _ limit: TimeLimit
    ) async throws(SocketError) -> Datagram<Address> {
        var sender = SocketAddress.none
        let room = buffer.count
        let size = try await socket.reference.receiveVirtual(into: &buffer, from: &sender, limit)
        guard let address = Address(sender) else { throw SocketError(.recvfrom, .wrongAddressFamily) }
        return Datagram(count: min(size, room), size: size, sender: address)
    }
}

extension AsyncConnectedDatagramSocket {
    static func connect(
        _ sockets: any VirtualSockets, to peer: Address, _ loop: EventLoop
    ) throws(SocketError) -> Self {
        let target = try peer.encoded()
        let reference = try loop.openVirtual(sockets, peer.family, isStream: false) { (number) throws(SocketError) in
            try require(.connect, sockets.connect(number, to: target))
        }
        return Self(SocketParts(socket: AsyncSocket(reference), file: nil), peerAddress: peer)
    }

    func receiveVirtual(
        into buffer: inout [UInt8], _ limit: TimeLimit
    ) async throws(SocketError) -> Datagram<Address> {
        var sender = SocketAddress.none
        let room = buffer.count
        let size = try await socket.reference.receiveVirtual(into: &buffer, from: &sender, limit)
        return Datagram(count: min(size, room), size: size, sender: peerAddress)
    }
}

extension SlotReference {
    func localAddress() throws(SocketError) -> SocketAddress {
        if let virtual { return virtual.localAddress(descriptor) }
        return try Socket.lending(descriptor) { (socket) throws(SocketError) in try socket.localAddress }
    }

    func shutdownVirtual(_ half: ShutdownHalf) throws(SocketError) {
        try require(.shutdown, virtual?.shutdown(descriptor, half) ?? -csock_EBADF)
    }

    func prepareVirtualReset() throws(SocketError) {
        try require(.setsockopt, virtual?.prepareReset(descriptor) ?? -csock_EBADF)
    }

    func setVirtual<Value>(
        _ option: TypedOption<Value, some OptionAccess.Writable>, to value: Value
    ) throws(SocketError) {
        let bytes = try option.encode(value)
        try require(.setsockopt, virtual?.setOption(descriptor, option.key, bytes) ?? -csock_EBADF)
    }

    func virtual<Value>(_ option: TypedOption<Value, some OptionAccess.Readable>) throws(SocketError) -> Value {
        guard let bytes = virtual?.option(descriptor, option.key), let value = option.decode(bytes) else {
            throw SocketError(.getsockopt, .notSupported, detail: "a simulated socket has only what it was given")
        }
        return value
    }
}
