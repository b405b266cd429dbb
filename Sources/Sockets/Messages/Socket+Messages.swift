internal import CSocketShim

/// What a receive says of a message. C: recvmsg(2)
public struct ReceivedMessage: Sendable {
    /// Bytes that are in the buffers now.
    public let count: Int
    /// Who sent it; `none` on a stream.
    public let sender: SocketAddress
    /// Whether data or control messages were cut off, and more.
    public let flags: MessageFlags

    package init(count: Int, sender: SocketAddress, flags: MessageFlags) {
        self.count = count
        self.sender = sender
        self.flags = flags
    }

    /// Whether the datagram was longer than the buffers, and its rest is lost.
    public var isTruncated: Bool { flags.contains(.truncated) }
    /// Whether control messages did not fit, and are lost, with the descriptors in them.
    public var isControlTruncated: Bool { flags.contains(.controlTruncated) }
}

extension Socket {
    /// Sends bytes with control messages, to the peer.
    ///
    /// Throws: `invalidInput` for descriptors on a socket that is no Unix socket, or without a byte on a stream, where
    /// the kernel would drop them silently; otherwise as `send`. C: sendmsg(2)
    public func sendMessage(
        _ bytes: Span<UInt8>, control: OutgoingControl = .init(capacity: 0), flags: SendFlags = []
    ) throws(SocketError) -> Int {
        try unsafe withParts(bytes) { (parts, count) throws(SocketError) in
            try unsafe transmit(parts, count, control, to: .none, flags)
        }
    }

    /// Sends a datagram with control messages, to an address. C: sendmsg(2)
    public func sendMessage(
        _ bytes: Span<UInt8>, control: OutgoingControl = .init(capacity: 0), to address: some SocketAddressProtocol,
        flags: SendFlags = []
    ) throws(SocketError) -> Int {
        let target = try address.encoded()
        return try unsafe withParts(bytes) { (parts, count) throws(SocketError) in
            try unsafe transmit(parts, count, control, to: target, flags)
        }
    }

    /// Sends the bytes of two places, such as header and body, as one; otherwise as for one. C: sendmsg(2)
    public func sendMessage(
        _ first: Span<UInt8>, _ second: Span<UInt8>, control: OutgoingControl = .init(capacity: 0),
        flags: SendFlags = []
    ) throws(SocketError) -> Int {
        try unsafe withParts(first, second) { (parts, count) throws(SocketError) in
            try unsafe transmit(parts, count, control, to: .none, flags)
        }
    }

    /// Receives bytes and, into `control`, what came beside them.
    ///
    /// Descriptors are closed by exec, and closed when nobody takes them out of `control`. C: recvmsg(2)
    public func receiveMessage(
        into buffer: inout MutableSpan<UInt8>, control: inout IncomingControl, flags: ReceiveFlags = []
    ) throws(SocketError) -> ReceivedMessage {
        try unsafe buffer.withUnsafeMutableBufferPointer { (bytes) throws(SocketError) -> ReceivedMessage in
            var part = unsafe csock_buffer_t(base: bytes.baseAddress, count: bytes.count)
            return try unsafe take(&part, 1, &control, flags)
        }
    }

    /// Receives bytes and the sender; control messages are dropped. C: recvmsg(2)
    public func receiveMessage(
        into buffer: inout MutableSpan<UInt8>, flags: ReceiveFlags = []
    ) throws(SocketError) -> ReceivedMessage {
        var none = IncomingControl(capacity: 0)
        return try receiveMessage(into: &buffer, control: &none, flags: flags)
    }

    /// Receives into two places, the second when the first is full, such as header and body. C: recvmsg(2)
    public func receiveMessage(
        into first: inout MutableSpan<UInt8>, _ second: inout MutableSpan<UInt8>, control: inout IncomingControl,
        flags: ReceiveFlags = []
    ) throws(SocketError) -> ReceivedMessage {
        try unsafe first.withUnsafeMutableBufferPointer { (first) throws(SocketError) -> ReceivedMessage in
            try unsafe second.withUnsafeMutableBufferPointer { (second) throws(SocketError) -> ReceivedMessage in
                var parts: InlineArray<2, csock_buffer_t> = unsafe [
                    csock_buffer_t(base: first.baseAddress, count: first.count),
                    csock_buffer_t(base: second.baseAddress, count: second.count),
                ]
                var span = unsafe parts.mutableSpan
                return try unsafe span.withUnsafeMutableBufferPointer {
                    (parts) throws(SocketError) -> ReceivedMessage in
                    try unsafe take(parts.baseAddress.unsafelyUnwrapped, 2, &control, flags)
                }
            }
        }
    }
}
