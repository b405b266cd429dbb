internal import CSocketShim

extension Socket {
    /// Sends bytes to the peer and returns how many the kernel took. On a stream that can be fewer than given.
    ///
    /// Throws: `brokenPipe` and `connectionReset` when the peer is gone, `wouldBlock` when there is no room and the
    /// call may not wait, `messageTooLarge` for a datagram that does not fit. C: send(2)
    @inlinable
    @inline(__always)
    public func send(_ bytes: Span<UInt8>, flags: SendFlags = []) throws(SocketError) -> Int {
        try Kernel.restarting(.send) {
            unsafe bytes.withUnsafeBufferPointer { unsafe Kernel.send(number, $0, flags.rawValue) }
        }
    }

    /// Sends what can be sent at once and returns how many bytes went, or nil when there is no room.
    ///
    /// That holds on a blocking socket too: that one would have to wait is an answer here, not an error.
    /// C: send(2) with MSG_DONTWAIT
    @inlinable
    @inline(__always)
    public func sendIfReady(_ bytes: Span<UInt8>, flags: SendFlags = []) throws(SocketError) -> Int? {
        let flags = flags.union(.dontWait).rawValue
        return try Kernel.trying(.send) {
            unsafe bytes.withUnsafeBufferPointer { unsafe Kernel.send(number, $0, flags) }
        }
    }

    /// Receives bytes into `buffer` and returns how many came: 0 at the end of a stream, or for an empty datagram.
    ///
    /// Throws: `connectionReset`; `wouldBlock` when nothing is there and the call may not wait; `connectionRefused` on
    /// a connected datagram socket after an ICMP error. C: recv(2)
    @inlinable
    @inline(__always)
    public func receive(into buffer: inout MutableSpan<UInt8>, flags: ReceiveFlags = []) throws(SocketError) -> Int {
        try Kernel.restarting(.recv) {
            unsafe buffer.withUnsafeMutableBufferPointer { unsafe Kernel.receive(number, $0, flags.rawValue) }
        }
    }

    /// Receives what is there and returns how many bytes came, or nil when nothing is there.
    ///
    /// That holds on a blocking socket too: that one would have to wait is an answer here, not an error.
    /// C: recv(2) with MSG_DONTWAIT
    @inlinable
    @inline(__always)
    public func receiveIfReady(
        into buffer: inout MutableSpan<UInt8>, flags: ReceiveFlags = []
    ) throws(SocketError) -> Int? {
        let flags = flags.union(.dontWait).rawValue
        return try Kernel.trying(.recv) {
            unsafe buffer.withUnsafeMutableBufferPointer { unsafe Kernel.receive(number, $0, flags) }
        }
    }

    /// Receives bytes into an array, over those it has; otherwise as `receive(into:)` for a span. C: recv(2)
    @inlinable
    @inline(__always)
    public func receive(into buffer: inout [UInt8], flags: ReceiveFlags = []) throws(SocketError) -> Int {
        var span = buffer.mutableSpan
        return try receive(into: &span, flags: flags)
    }

    /// Receives bytes behind those that the buffer has, into memory that need not be initialised; returns how many
    /// came. C: recv(2)
    @inlinable
    @inline(__always)
    public func receive(into buffer: inout OutputSpan<UInt8>, flags: ReceiveFlags = []) throws(SocketError) -> Int {
        // The kernel writes into the free part only, and `count` grows by what it wrote.
        try unsafe buffer.withUnsafeMutableBufferPointer { (bytes, count) throws(SocketError) -> Int in
            let rest = unsafe UnsafeMutableBufferPointer(rebasing: bytes[count...])
            let got = try Kernel.restarting(.recv) { unsafe Kernel.initialize(number, rest, flags.rawValue) }
            count += got
            return got
        }
    }

    /// Sends a datagram to an address and returns its size. An empty one is sent too. C: sendto(2)
    @discardableResult
    @inlinable
    @inline(__always)
    public func send(
        _ bytes: Span<UInt8>, to address: some SocketAddressProtocol, flags: SendFlags = []
    ) throws(SocketError) -> Int {
        var target = SocketAddress()
        try address.write(to: &target)
        while true {
            let result = unsafe bytes.withUnsafeBufferPointer {
                unsafe Kernel.send(number, $0, flags.rawValue, to: target.bytes)
            }
            if result >= 0 { return result }
            if result != Kernel.interrupted { throw Kernel.failure(result, to: target.bytes) }
        }
    }

    /// Receives one datagram and writes its sender; returns the size it had. C: recvfrom(2)
    ///
    /// Not for streams, whose bytes it would drop unread: the datagram roles, which know their type, use it.
    @inlinable
    @inline(__always)
    package func receiveDatagram(
        into buffer: inout MutableSpan<UInt8>, flags: ReceiveFlags, from sender: inout SocketAddress
    ) throws(SocketError) -> Int {
        try Kernel.restarting(.recvfrom) {
            unsafe buffer.withUnsafeMutableBufferPointer {
                unsafe Kernel.receive(number, $0, flags.rawValue, from: &sender)
            }
        }
    }

    /// As `receiveDatagram(into:flags:from:)`, with nil when none is there.
    @inlinable
    @inline(__always)
    package func receiveDatagramIfReady(
        into buffer: inout MutableSpan<UInt8>, from sender: inout SocketAddress
    ) throws(SocketError) -> Int? {
        let flags = ReceiveFlags.dontWait.rawValue
        return try Kernel.trying(.recvfrom) {
            unsafe buffer.withUnsafeMutableBufferPointer { unsafe Kernel.receive(number, $0, flags, from: &sender) }
        }
    }

    /// Receives one datagram of a known sender and returns the size it had. C: recv(2) with MSG_TRUNC
    @inlinable
    @inline(__always)
    package func receiveDatagram(
        into buffer: inout MutableSpan<UInt8>, flags: ReceiveFlags
    ) throws(SocketError) -> Int {
        try Kernel.restarting(.recv) {
            unsafe buffer.withUnsafeMutableBufferPointer { unsafe Kernel.receiveDatagram(number, $0, flags.rawValue) }
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

    @inlinable
    package init(count: Int, size: Int, sender: Address) {
        self.count = count
        self.size = size
        self.sender = sender
    }

    /// Whether the datagram was longer than the buffer, and its rest is lost.
    public var isTruncated: Bool { size > count }
}
