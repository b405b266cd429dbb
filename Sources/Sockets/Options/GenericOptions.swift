internal import CSocketShim

// Options of every socket, SOL_SOCKET in socket(7), sorted by C name.

extension SocketStatus<Bool> {
    /// Whether the socket listens. C: SO_ACCEPTCONN in socket(7)
    public static let acceptsConnections = SocketStatus(csock_SOL_SOCKET, csock_SO_ACCEPTCONN, .flag)
}

extension SocketStatus<Int> {
    /// The pending error number, which reading clears; `takeError()` names it. C: SO_ERROR in socket(7)
    public static let pendingError = SocketStatus(csock_SOL_SOCKET, csock_SO_ERROR, .int)
}

extension SocketStatus<SocketType> {
    /// The type the socket was made with. C: SO_TYPE in socket(7)
    public static let type = SocketStatus(csock_SOL_SOCKET, csock_SO_TYPE, .wrapped { SocketType(rawValue: $0) })
}

extension SocketStatus<Linger> {
    /// What close does with unsent data; set by `close(lingering:)` and `reset()`. C: SO_LINGER in socket(7)
    public static let linger = SocketStatus(csock_SOL_SOCKET, csock_SO_LINGER, .linger)
}

extension SocketOption<Bool> {
    /// Lets datagrams go to broadcast addresses. C: SO_BROADCAST in socket(7)
    public static let broadcast = SocketOption(csock_SOL_SOCKET, csock_SO_BROADCAST, .flag)
    /// Reaches only hosts on directly connected networks. C: SO_DONTROUTE in socket(7)
    public static let dontRoute = SocketOption(csock_SOL_SOCKET, csock_SO_DONTROUTE, .flag)
    /// Asks an idle peer now and then whether it is still there. C: SO_KEEPALIVE in socket(7)
    public static let keepAlive = SocketOption(csock_SOL_SOCKET, csock_SO_KEEPALIVE, .flag)
    /// Leaves urgent data in its place in the stream. C: SO_OOBINLINE in socket(7)
    public static let outOfBandInline = SocketOption(csock_SOL_SOCKET, csock_SO_OOBINLINE, .flag)
    /// Lets a port be bound again while old connections of it fade out. C: SO_REUSEADDR in socket(7)
    public static let reuseAddress = SocketOption(csock_SOL_SOCKET, csock_SO_REUSEADDR, .flag)
    /// Lets several sockets share a port, among which the kernel spreads the load. C: SO_REUSEPORT in socket(7)
    public static let reusePort = SocketOption(csock_SOL_SOCKET, csock_SO_REUSEPORT, .flag)
}

extension SocketOption<Int> {
    /// Bytes that wait to be received at most; Linux doubles it for its own bookkeeping. C: SO_RCVBUF in socket(7)
    public static let receiveBufferSize = SocketOption(csock_SOL_SOCKET, csock_SO_RCVBUF, .integer(in: 0...size))
    /// Bytes that must be there before a receive or a readiness call reports. C: SO_RCVLOWAT in socket(7)
    public static let receiveLowWater = SocketOption(csock_SOL_SOCKET, csock_SO_RCVLOWAT, .integer(in: 0...size))
    /// Bytes that wait to be sent at most; Linux doubles it for its own bookkeeping. C: SO_SNDBUF in socket(7)
    public static let sendBufferSize = SocketOption(csock_SOL_SOCKET, csock_SO_SNDBUF, .integer(in: 0...size))

    /// What the kernel takes without an overflow when it doubles it. A negative size would mean the largest one.
    private static var size: Int { Int(Int32.max / 2) }
}

extension SocketOption<Duration?> {
    /// How long a receive waits before `wouldBlock`, rounded to the kernel's ticks; nil for ever.
    ///
    /// A signal makes the wait begin anew. For a deadline use `wait(for:until:)`, which counts through.
    /// C: SO_RCVTIMEO in socket(7)
    public static let receiveTimeout = SocketOption(csock_SOL_SOCKET, csock_SO_RCVTIMEO, .timeout)
    /// How long a send waits before `wouldBlock`, and a connect before `inProgress`; nil for ever.
    /// C: SO_SNDTIMEO in socket(7)
    public static let sendTimeout = SocketOption(csock_SOL_SOCKET, csock_SO_SNDTIMEO, .timeout)
}
