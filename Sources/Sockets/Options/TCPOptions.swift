internal import CSocketShim

// Options of TCP, IPPROTO_TCP in tcp(7), sorted by C name.

extension SocketOption<Int> {
    /// Unanswered keep-alive probes until the connection counts as dead, 1 to 127. C: TCP_KEEPCNT in tcp(7)
    public static let keepAliveCount = SocketOption(csock_IPPROTO_TCP, csock_TCP_KEEPCNT, .integer(in: 1...127))
    /// Bytes of data in a segment at most, 88 to 32767. C: TCP_MAXSEG in tcp(7)
    public static let maximumSegmentSize = SocketOption(csock_IPPROTO_TCP, csock_TCP_MAXSEG, .integer(in: 88...32_767))
}

extension SocketOption<Duration> {
    /// Idle time before the first keep-alive probe, 1 to 32767 seconds. C: TCP_KEEPIDLE in tcp(7)
    public static let keepAliveIdle = SocketOption(csock_IPPROTO_TCP, csock_TCP_KEEPIDLE, .seconds(in: 1...32_767))
    /// Time between keep-alive probes, 1 to 32767 seconds. C: TCP_KEEPINTVL in tcp(7)
    public static let keepAliveInterval = SocketOption(csock_IPPROTO_TCP, csock_TCP_KEEPINTVL, .seconds(in: 1...32_767))
}

extension SocketOption<Bool> {
    /// Sends small writes at once instead of joining them. C: TCP_NODELAY in tcp(7)
    public static let noDelay = SocketOption(csock_IPPROTO_TCP, csock_TCP_NODELAY, .flag)
}
