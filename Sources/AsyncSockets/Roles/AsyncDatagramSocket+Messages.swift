public import Sockets

extension AsyncDatagramSocket {
    /// Receives one datagram over the bytes of the array and, into `control`, what came beside it.
    ///
    /// Throws: as ``receive(into:within:)``. C: recvmsg(2)
    public func receiveMessage(
        into buffer: inout [UInt8], control: inout IncomingControl, flags: ReceiveFlags = [],
        within limit: TimeLimit = .forever
    ) async throws(SocketError) -> ReceivedMessage {
        try await socket.receiveMessage(into: &buffer, control: &control, flags: flags, within: limit)
    }

    /// Sends one datagram with control messages, and returns its size.
    ///
    /// Throws: as ``send(_:to:within:)``. C: sendmsg(2)
    @discardableResult
    public func sendMessage(
        _ bytes: Span<UInt8>, control: OutgoingControl, to address: Address, flags: SendFlags = [],
        within limit: TimeLimit = .forever
    ) async throws(SocketError) -> Int {
        try await socket.sendMessage(bytes, control: control, to: address, flags: flags, within: limit)
    }

    /// Sets an option. C: setsockopt(2)
    public func setOption<Value>(
        _ option: TypedOption<Value, some OptionAccess.Writable>, to value: Value
    ) throws(SocketError) {
        try socket.set(option, to: value)
    }

    /// The value of an option, or of a status. C: getsockopt(2)
    public func option<Value>(_ option: TypedOption<Value, some OptionAccess.Readable>) throws(SocketError) -> Value {
        try socket.value(of: option)
    }

    /// Fixes the peer: only its datagrams are received, and ICMP errors are heard of. Nothing is sent. C: connect(2)
    public consuming func connected(to peer: Address) throws(SocketError) -> AsyncConnectedDatagramSocket<Address> {
        try socket.connect(to: peer)
        return AsyncConnectedDatagramSocket(SocketParts(socket: socket, file: file), peerAddress: peer)
    }
}

extension AsyncConnectedDatagramSocket {
    /// Receives one datagram of the peer over the bytes of the array, and what came beside it.
    ///
    /// Throws: as ``receive(into:within:)``. C: recvmsg(2)
    public func receiveMessage(
        into buffer: inout [UInt8], control: inout IncomingControl, flags: ReceiveFlags = [],
        within limit: TimeLimit = .forever
    ) async throws(SocketError) -> ReceivedMessage {
        let peer = peerAddress
        do throws(SocketError) {
            return try await socket.receiveMessage(into: &buffer, control: &control, flags: flags, within: limit)
        } catch { throw named(error, peer) }
    }

    /// Sends one datagram with control messages to the peer, and returns its size.
    ///
    /// Throws: as ``send(_:within:)``. C: sendmsg(2)
    @discardableResult
    public func sendMessage(
        _ bytes: Span<UInt8>, control: OutgoingControl, flags: SendFlags = [], within limit: TimeLimit = .forever
    ) async throws(SocketError) -> Int {
        let peer = peerAddress
        do throws(SocketError) {
            return try await socket.sendMessage(bytes, control: control, flags: flags, within: limit)
        } catch { throw named(error, peer) }
    }

    /// Sets an option. C: setsockopt(2)
    public func setOption<Value>(
        _ option: TypedOption<Value, some OptionAccess.Writable>, to value: Value
    ) throws(SocketError) {
        try socket.set(option, to: value)
    }

    /// The value of an option, or of a status. C: getsockopt(2)
    public func option<Value>(_ option: TypedOption<Value, some OptionAccess.Readable>) throws(SocketError) -> Value {
        try socket.value(of: option)
    }
}
