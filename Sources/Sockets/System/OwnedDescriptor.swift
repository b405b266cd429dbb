internal import CSocketShim

/// A descriptor that is closed exactly once: at the end of its scope, by `close()`, or by the one it is given to.
///
/// It may be of any kind: a socket, a pipe, a file received over a Unix socket. C: close(2)
@frozen public struct OwnedDescriptor: ~Copyable, Sendable {
    /// The number. It names this descriptor only as long as this value lives.
    public let number: Int32

    /// Takes over an open descriptor, which nobody else may close from now on.
    public init(adopting number: Int32) throws(SocketError) {
        guard number >= 0 else { throw .invalid(.inspect, "\(number) is no descriptor: numbers start at 0") }
        self.number = number
    }

    @inlinable
    init(unchecked number: Int32) { self.number = number }

    deinit { _ = csock_close(number) }

    /// Gives the number away; the caller closes it.
    @inlinable
    public consuming func release() -> Int32 {
        let number = number
        discard self
        return number
    }

    /// Closes now. The number is gone also when this throws. An interrupted close counts as done.
    ///
    /// Throws: what the kernel reports of earlier writes, such as EIO. C: close(2)
    public consuming func close() throws(SocketError) {
        let result = csock_close(release())
        // The number is free again after EINTR: a second close would hit somebody else's descriptor.
        if result < 0 && result != -csock_EINTR { throw failure(.close, Int64(result)) }
    }

    /// A second descriptor of the same open thing, closed by exec. C: fcntl(2) F_DUPFD_CLOEXEC
    public func duplicate() throws(SocketError) -> OwnedDescriptor {
        let number = number
        return OwnedDescriptor(unchecked: try check(.fcntl) { csock_duplicate(number) })
    }

    /// Whether it is a socket. C: fstat(2) S_ISSOCK
    public var isSocket: Bool {
        get throws(SocketError) {
            let number = number
            return try check(.fstat) { csock_is_socket(number) } == 1
        }
    }
}
