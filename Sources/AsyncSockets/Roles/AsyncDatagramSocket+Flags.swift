public import Sockets

extension AsyncDatagramSocket {
    /// Receives one datagram with flags, such as `.peek`; otherwise as without. C: recvfrom(2)
    public func receive(
        into buffer: inout [UInt8], flags: ReceiveFlags, within limit: TimeLimit = .forever
    ) async throws(SocketError) -> Datagram<Address> {
        let reference = socket.reference, room = buffer.count
        var sender = SocketAddress.none
        try reference.requireKernel(.recvfrom)
        let size = try await reference.counting(.read, limit) { () throws(SocketError) in
            try Socket.lending(reference.descriptor) { (socket) throws(SocketError) in
                var span = buffer.mutableSpan
                return try unlessWaiting { () throws(SocketError) in
                    try socket.receiveDatagram(into: &span, flags: flags.union(.dontWait), from: &sender)
                }
            }
        }
        guard let address = Address(sender) else { throw SocketError(.recvfrom, .wrongAddressFamily) }
        return Datagram(count: min(size, room), size: size, sender: address)
    }

    /// Sends one datagram with flags, such as `.dontRoute`; otherwise as without. C: sendmsg(2)
    @discardableResult
    public func send(
        _ bytes: Span<UInt8>, to address: Address, flags: SendFlags, within limit: TimeLimit = .forever
    ) async throws(SocketError) -> Int {
        let none = OutgoingControl(capacity: 0)
        return try await socket.sendMessage(bytes, control: none, to: address, flags: flags, within: limit)
    }
}

extension AsyncConnectedDatagramSocket {
    /// Receives one datagram of the peer with flags, such as `.peek`; otherwise as without. C: recv(2)
    public func receive(
        into buffer: inout [UInt8], flags: ReceiveFlags, within limit: TimeLimit = .forever
    ) async throws(SocketError) -> Datagram<Address> {
        let reference = socket.reference, room = buffer.count, peer = peerAddress
        do throws(SocketError) {
            try reference.requireKernel(.recv)
            let size = try await reference.counting(.read, limit) { () throws(SocketError) in
                try Socket.lending(reference.descriptor) { (socket) throws(SocketError) in
                    var span = buffer.mutableSpan
                    return try unlessWaiting { () throws(SocketError) in
                        try socket.receiveDatagram(into: &span, flags: flags.union(.dontWait))
                    }
                }
            }
            return Datagram(count: min(size, room), size: size, sender: peer)
        } catch { throw named(error, peer) }
    }

    /// Sends one datagram to the peer with flags; otherwise as without. C: send(2)
    @discardableResult
    public func send(
        _ bytes: Span<UInt8>, flags: SendFlags, within limit: TimeLimit = .forever
    ) async throws(SocketError) -> Int {
        let peer = peerAddress
        do throws(SocketError) { return try await socket.send(bytes, flags: flags, within: limit) } catch {
            throw named(error, peer)
        }
    }
}
