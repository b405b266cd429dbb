internal import CSocketShim

/// The calls of the hot path, as thin as a call can be: a count, or a negated errno.
///
/// What surrounds them is inlined into the user's code, which makes a receive cost a dozen instructions more than C's.
/// The shim stays behind this border: inlinable code cannot see it.
@usableFromInline
package enum Kernel {
    // In all of them the caller lends the memory for the length of the call, and the kernel stays within it.

    @usableFromInline
    static func send(_ number: Int32, _ bytes: UnsafeBufferPointer<UInt8>, _ flags: Int32) -> Int {
        Int(truncatingIfNeeded: unsafe csock_send(number, bytes.baseAddress, bytes.count, flags | csock_MSG_NOSIGNAL))
    }

    @usableFromInline
    static func receive(_ number: Int32, _ bytes: UnsafeMutableBufferPointer<UInt8>, _ flags: Int32) -> Int {
        Int(truncatingIfNeeded: unsafe csock_recv(number, bytes.baseAddress, bytes.count, flags))
    }

    /// As `receive`, without MSG_TRUNC: with it the kernel counts bytes that it has not written, which must not pass for
    /// initialised ones.
    @usableFromInline
    static func initialize(_ number: Int32, _ bytes: UnsafeMutableBufferPointer<UInt8>, _ flags: Int32) -> Int {
        unsafe receive(number, bytes, flags & ~csock_MSG_TRUNC)
    }

    @usableFromInline
    static func send(
        _ number: Int32, _ bytes: UnsafeBufferPointer<UInt8>, _ flags: Int32, to address: Span<UInt8>
    ) -> Int {
        unsafe address.withUnsafeBufferPointer { address in
            Int(
                truncatingIfNeeded: unsafe csock_sendto(
                    number, bytes.baseAddress, bytes.count, flags | csock_MSG_NOSIGNAL, address.baseAddress,
                    address.length))
        }
    }

    /// The size that the datagram had, which may be more than the buffer has.
    @usableFromInline
    static func receive(
        _ number: Int32, _ bytes: UnsafeMutableBufferPointer<UInt8>, _ flags: Int32, from sender: inout SocketAddress
    ) -> Int {
        unsafe sender.write { (address, length) in
            Int(
                truncatingIfNeeded: unsafe csock_recv_datagram(
                    number, bytes.baseAddress, bytes.count, flags, address, &length))
        }
    }

    /// The size that the datagram had, of a peer that is known.
    @usableFromInline
    static func receiveDatagram(
        _ number: Int32, _ bytes: UnsafeMutableBufferPointer<UInt8>, _ flags: Int32
    ) -> Int {
        Int(truncatingIfNeeded: unsafe csock_recv_datagram(number, bytes.baseAddress, bytes.count, flags, nil, nil))
    }

    /// The answer to a call that a signal broke off, which is to be made again.
    @usableFromInline
    static var interrupted: Int { -Int(csock_EINTR) }

    /// The answer to a call that would have to wait.
    @usableFromInline
    static var wouldWait: Int { -Int(csock_EAGAIN) }

    /// The error that a negative result stands for, with the address that was sent to unless it only has to wait.
    @usableFromInline
    @inline(never)
    static func failure(_ result: Int, to peer: Span<UInt8>) -> SocketError {
        let error = SocketError(.sendto, negated: result)
        return result == wouldWait ? error : error.with(peer: SocketAddress(sockaddr: peer))
    }

    /// Makes a call until no signal interrupts it.
    @inlinable
    @inline(__always)
    static func restarting(
        _ operation: SocketError.Operation, _ call: () -> Int
    ) throws(SocketError) -> Int {
        while true {
            let result = call()
            if result >= 0 { return result }
            if result != interrupted { throw SocketError(operation, negated: result) }
        }
    }

    /// As `restarting`, with nil in place of an error when the call would have to wait.
    @inlinable
    @inline(__always)
    static func trying(
        _ operation: SocketError.Operation, _ call: () -> Int
    ) throws(SocketError) -> Int? {
        while true {
            let result = call()
            if result >= 0 { return result }
            if result == wouldWait { return nil }
            if result != interrupted { throw SocketError(operation, negated: result) }
        }
    }
}

extension Kernel {
    /// The descriptor of the next connection and its peer's address, or a negated errno. C: accept4(2)
    @usableFromInline
    package static func accept(_ number: Int32, _ mode: BlockingMode, _ peer: inout SocketAddress) -> Int {
        unsafe peer.write { (address, length) in
            while true {
                let result = unsafe csock_accept(number, address, &length, mode.flags)
                if result != -csock_EINTR { return Int(result) }
            }
        }
    }

    /// Makes a call again as long as signals break it off: a count, or a negated errno.
    @inline(__always)
    package static func retrying(_ call: () -> Int64) -> Int {
        while true {
            let result = call()
            if result != -Int64(csock_EINTR) { return Int(truncatingIfNeeded: result) }
        }
    }
}
