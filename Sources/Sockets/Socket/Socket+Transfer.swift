internal import CSocketShim

extension Socket {
    /// Sends bytes to the peer and returns how many the kernel took, which on a stream can be fewer than given.
    ///
    /// Throws: `brokenPipe` and `connectionReset` when the peer is gone, `wouldBlock` when there is no room and the
    /// call may not wait, `messageTooLarge` for a datagram that does not fit. C: send(2)
    public func send(_ bytes: Span<UInt8>, flags: SendFlags = []) throws(SocketError) -> Int {
        let number = number, flags = flags.raw
        // The kernel reads the bytes during the call only.
        return try unsafe bytes.withUnsafeBufferPointer { (bytes) throws(SocketError) in
            try check(.send) { unsafe csock_send(number, bytes.baseAddress, bytes.count, flags) }
        }
    }

    /// Receives bytes into `buffer` and returns how many came: 0 at the end of a stream, or for an empty datagram.
    ///
    /// Throws: `connectionReset`; `wouldBlock` when nothing is there and the call may not wait; `connectionRefused` on
    /// a connected datagram socket after an ICMP error. C: recv(2)
    public func receive(into buffer: inout MutableSpan<UInt8>, flags: ReceiveFlags = []) throws(SocketError) -> Int {
        let number = number, flags = flags.rawValue
        // The kernel writes at most as many bytes as there are.
        return try unsafe buffer.withUnsafeMutableBufferPointer { (bytes) throws(SocketError) in
            try check(.recv) { unsafe csock_recv(number, bytes.baseAddress, bytes.count, flags) }
        }
    }

    /// Receives bytes into an array, over those it has; otherwise as `receive(into:)` for a span. C: recv(2)
    public func receive(into buffer: inout [UInt8], flags: ReceiveFlags = []) throws(SocketError) -> Int {
        var span = buffer.mutableSpan
        return try receive(into: &span, flags: flags)
    }

    /// Receives bytes behind those that the buffer has, into memory that need not be initialised; returns how many
    /// came. C: recv(2)
    public func receive(into buffer: inout OutputSpan<UInt8>, flags: ReceiveFlags = []) throws(SocketError) -> Int {
        let number = number, flags = flags.rawValue
        // The kernel writes into the free part only, and `count` grows by what it wrote.
        return try unsafe buffer.withUnsafeMutableBufferPointer { (bytes, count) throws(SocketError) in
            let rest = unsafe UnsafeMutableBufferPointer(rebasing: bytes[count...])
            let got = try check(.recv) { unsafe csock_recv(number, rest.baseAddress, rest.count, flags) }
            count += got
            return got
        }
    }

    /// Sends a datagram to an address and returns its size. An empty one is sent too. C: sendto(2)
    @discardableResult
    public func send(
        _ bytes: Span<UInt8>, to address: some SocketAddressProtocol, flags: SendFlags = []
    ) throws(SocketError) -> Int {
        try send(bytes, toRaw: try address.encoded(), flags: flags)
    }

    private func send(_ bytes: Span<UInt8>, toRaw address: SocketAddress, flags: SendFlags) throws(SocketError) -> Int {
        let number = number, flags = flags.raw
        do throws(SocketError) {
            return try unsafe bytes.withUnsafeBufferPointer { (bytes) throws(SocketError) in
                try unsafe address.withBytes { (target, length) throws(SocketError) in
                    try check(.sendto) {
                        unsafe csock_sendto(number, bytes.baseAddress, bytes.count, flags, target, length)
                    }
                }
            }
        } catch { throw error.code == .wouldBlock ? error : error.with(peer: address) }
    }

    /// Receives one datagram and its sender. What does not fit into the buffer is lost, and reported.
    ///
    /// A buffer of no bytes takes a datagram out of the queue too. Not for streams, whose bytes it would drop unread:
    /// the datagram roles, which know their type, offer it. C: recvfrom(2)
    package func receiveDatagram(
        into buffer: inout MutableSpan<UInt8>, flags: ReceiveFlags = []
    ) throws(SocketError) -> Datagram<SocketAddress> {
        let number = number, flags = flags.rawValue, room = buffer.count
        var size = 0
        let sender = try unsafe SocketAddress { (address, length) throws(SocketError) in
            size = try unsafe buffer.withUnsafeMutableBufferPointer { (bytes) throws(SocketError) in
                try check(.recvfrom) {
                    unsafe csock_recv_datagram(number, bytes.baseAddress, bytes.count, flags, address, &length)
                }
            }
        }
        return Datagram(count: min(size, room), size: size, sender: sender)
    }

    /// Receives one datagram of a known sender and returns the size it had. C: recv(2) with MSG_TRUNC
    package func receiveDatagramSize(
        into buffer: inout MutableSpan<UInt8>, flags: ReceiveFlags = []
    ) throws(SocketError) -> Int {
        let number = number, flags = flags.rawValue
        return try unsafe buffer.withUnsafeMutableBufferPointer { (bytes) throws(SocketError) in
            try check(.recv) { unsafe csock_recv_datagram(number, bytes.baseAddress, bytes.count, flags, nil, nil) }
        }
    }
}

/// What a receive says of a datagram.
public struct Datagram<Address: SocketAddressProtocol>: Sendable {
    /// Bytes that are in the buffer now.
    public let count: Int
    /// Bytes that the datagram had. Systems that do not tell say one more than the buffer has room for.
    public let size: Int
    /// Who sent it; on Unix sockets `unnamed` when the sender was not bound.
    public let sender: Address

    package init(count: Int, size: Int, sender: Address) {
        self.count = count
        self.size = size
        self.sender = sender
    }

    /// Whether the datagram was longer than the buffer, and its rest is lost.
    public var isTruncated: Bool { size > count }
}
