public import Sockets

extension AsyncStreamSocket<UnixAddress> {
    /// Two streams connected to each other, for tasks on a loop; nil for the current one or else the shared one.
    /// C: socketpair(2)
    public static func pair(on loop: EventLoop? = nil) throws(SocketError) -> AsyncStreamPair {
        let loop = if let loop { loop } else { try EventLoop.suitable() }
        if let sockets = loop.engine.virtualSockets { return try pair(sockets, loop) }
        let pair = try UnixStream.pair()
        let first = try Self(pair.first, on: loop), second = try Self(pair.second, on: loop)
        return AsyncStreamPair(first: first, second: second)
    }

    /// Sends bytes, at least one, and a socket, of which the receiver gets a duplicate.
    ///
    /// Throws: as ``send(_:within:)``; the socket goes with the first byte, or not at all. C: SCM_RIGHTS in unix(7)
    public func send(
        _ bytes: Span<UInt8>, passing passed: borrowing Socket, within limit: TimeLimit = .forever
    ) async throws(SocketError) -> Int {
        var control = OutgoingControl(capacity: 32)
        try control.append(passing: passed)
        return try await sendMessage(bytes, control: control, within: limit)
    }

    /// Receives bytes, and the descriptor that was passed with them if there was one; more than one is closed.
    ///
    /// The count is 0 at the end of the stream. A receive without descriptors drops those that come, so the protocol has to
    /// say where they do. `timedOut`, `cancelled` and `closed` lose none. C: SCM_RIGHTS in unix(7)
    public func receiveDescriptor(
        into buffer: inout [UInt8], within limit: TimeLimit = .forever
    ) async throws(SocketError) -> PassedDescriptor {
        if buffer.isEmpty { throw noRoom() }
        var control = IncomingControl(capacity: 32)
        let message = try await receiveMessage(into: &buffer, control: &control, within: limit)
        return PassedDescriptor(count: message.count, descriptor: control.takeDescriptor())
    }
}

/// Two connected Unix streams for tasks; a tuple cannot hold what cannot be copied.
@frozen public struct AsyncStreamPair: ~Copyable, Sendable {
    /// One end.
    public var first: AsyncUnixStream
    /// The other end.
    public var second: AsyncUnixStream
}
