internal import CSocketShim

extension Socket {
    /// Ends receiving, sending, or both, for all descriptors of the socket.
    ///
    /// Those who wait in calls on it are woken.
    /// Shutting down the write half lets the peer see the end of the stream, and still receives.
    /// Throws: `notConnected`, also when it woke somebody. C: shutdown(2)
    public func shutdown(_ half: ShutdownHalf) throws(SocketError) {
        let number = number, how = half.rawValue
        _ = try check(.shutdown) { csock_shutdown(number, how) }
    }

    /// Whether calls wait. The mode is shared with duplicates and with those who got the descriptor. C: O_NONBLOCK
    public var mode: BlockingMode {
        get throws(SocketError) {
            let number = number
            return try check(.fcntl) { csock_nonblocking(number) } == 1 ? .nonBlocking : .blocking
        }
    }

    /// Makes calls wait or not, on all descriptors of the socket. C: fcntl(2) O_NONBLOCK
    public func setMode(_ mode: BlockingMode) throws(SocketError) {
        let number = number
        _ = try check(.fcntl) { csock_set_nonblocking(number, mode == .nonBlocking ? 1 : 0) }
    }

    /// Whether a program started by exec gets the descriptor. It does not, from birth. C: FD_CLOEXEC
    public var isInherited: Bool {
        get throws(SocketError) {
            let number = number
            return try check(.fcntl) { csock_close_on_exec(number) } == 0
        }
    }

    /// Lets a program started by exec have the descriptor, or not. C: fcntl(2) FD_CLOEXEC
    public func setInherited(_ inherited: Bool) throws(SocketError) {
        let number = number
        _ = try check(.fcntl) { csock_set_close_on_exec(number, inherited ? 0 : 1) }
    }

    /// The error that waits at the socket, such as that of a connect in the background; reading it clears it.
    /// C: SO_ERROR in socket(7)
    public func takeError() throws(SocketError) -> SocketError.Code? {
        let code = try option(.pendingError)
        return code == 0 ? nil : SocketError.Code(rawValue: Int32(truncatingIfNeeded: code))
    }

    /// Bytes that can be received at once; for datagrams, the size of the next one. C: FIONREAD in tcp(7), udp(7)
    public var availableCount: Int {
        get throws(SocketError) {
            let number = number
            return try check(.ioctl) { csock_available(number) }
        }
    }

    /// Bytes sent that the peer has not acknowledged. Throws: `notSupported` off Linux. C: SIOCOUTQ in tcp(7)
    public var unsentCount: Int {
        get throws(SocketError) {
            let number = number
            return try check(.ioctl) { csock_unsent(number) }
        }
    }

    /// Whether the next byte of the stream is where the peer sent urgent data. C: sockatmark(3)
    public var isAtMark: Bool {
        get throws(SocketError) {
            let number = number
            return try check(.ioctl) { csock_sockatmark(number) } == 1
        }
    }
}
