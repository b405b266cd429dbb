extension StreamSocket<UnixAddress> {
    /// Sends bytes, at least one, and a socket, of which the receiver gets a duplicate. C: SCM_RIGHTS in unix(7)
    public func send(_ bytes: Span<UInt8>, passing passed: borrowing Socket) throws(SocketError) -> Int {
        var control = OutgoingControl(capacity: 32)
        try control.append(passing: passed)
        return try socket.sendMessage(bytes, control: control)
    }

    /// Receives bytes, and the descriptor that was passed with them if there was one; more than one is closed.
    ///
    /// The count is 0 at the end of the stream. `Socket(_:)` makes a socket of the descriptor. C: SCM_RIGHTS in unix(7)
    public func receiveDescriptor(into buffer: inout [UInt8]) throws(SocketError) -> PassedDescriptor {
        if buffer.isEmpty { throw emptyBuffer() }
        var control = IncomingControl(capacity: 32)
        var span = buffer.mutableSpan
        let message = try socket.receiveMessage(into: &span, control: &control)
        return PassedDescriptor(count: message.count, descriptor: control.takeDescriptor())
    }
}

/// Bytes that were received, and the descriptor that came with them.
@frozen public struct PassedDescriptor: ~Copyable, Sendable {
    /// Bytes that are in the buffer now.
    public let count: Int
    /// The descriptor, or nil when none came, or this process has no room for one more.
    public var descriptor: OwnedDescriptor?

    package init(count: Int, descriptor: consuming OwnedDescriptor?) {
        self.count = count
        self.descriptor = descriptor
    }
}
