#if os(Linux)
internal import CSocketShim

// Options that Linux alone has, by level and sorted by C name.

extension SocketOption<String> {
    /// The interface that the socket sends and receives by, empty for any. C: SO_BINDTODEVICE in socket(7)
    public static let boundInterface = SocketOption(csock_SOL_SOCKET, csock_SO_BINDTODEVICE, .text(limit: 16))
    /// The algorithm that decides how fast TCP sends, such as `cubic`. C: TCP_CONGESTION in tcp(7)
    public static let congestionControl = SocketOption(csock_IPPROTO_TCP, csock_TCP_CONGESTION, .text(limit: 16))
}

extension SocketStatus<UInt64> {
    /// A number that no other socket of this system has or had. C: SO_COOKIE
    public static let cookie = SocketStatus(csock_SOL_SOCKET, csock_SO_COOKIE, .wideBits)
}

extension SocketStatus<AddressFamily> {
    /// The family the socket was made with. C: SO_DOMAIN in socket(7)
    public static let family = SocketStatus(
        csock_SOL_SOCKET, csock_SO_DOMAIN, .wrapped { AddressFamily(rawValue: $0) })
}

extension SocketStatus<SocketProtocol> {
    /// The protocol the socket speaks. C: SO_PROTOCOL in socket(7)
    public static let `protocol` = SocketStatus(
        csock_SOL_SOCKET, csock_SO_PROTOCOL, .wrapped { SocketProtocol(rawValue: $0) })
}

extension SocketStatus<Int> {
    /// The processor that handles the socket's packets. C: SO_INCOMING_CPU in socket(7)
    public static let incomingCPU = SocketStatus(csock_SOL_SOCKET, csock_SO_INCOMING_CPU, .int)
    /// Bytes that fit into a packet to the peer. Throws: `notConnected`. C: IP_MTU in ip(7)
    public static let pathMTU = SocketStatus(csock_IPPROTO_IP, csock_IP_MTU, .int)
}

extension SocketStatus<TCPInfo> {
    /// How the connection is doing: state, round-trip time, windows, retransmissions. C: TCP_INFO in tcp(7)
    public static let tcpInfo = SocketStatus(csock_IPPROTO_TCP, csock_TCP_INFO, .tcpInfo)
}

extension SocketOption<UInt32> {
    /// A number that routing and firewall rules can look at; takes a privilege. C: SO_MARK in socket(7)
    public static let mark = SocketOption(csock_SOL_SOCKET, csock_SO_MARK, .bits)
}

extension SocketOption<Bool> {
    /// Sends the process's credentials along and reports the peer's as `Credentials`. C: SO_PASSCRED in unix(7)
    public static let passCredentials = SocketOption(csock_SOL_SOCKET, csock_SO_PASSCRED, .flag)
    /// Leaves the choice of a port to connect, so that many connections can share one. C: IP_BIND_ADDRESS_NO_PORT
    public static let bindWithoutPort = SocketOption(csock_IPPROTO_IP, csock_IP_BIND_ADDRESS_NO_PORT, .flag)
    /// Binds to addresses that the machine does not have yet. C: IP_FREEBIND in ip(7)
    public static let freeBind = SocketOption(csock_IPPROTO_IP, csock_IP_FREEBIND, .flag)
    /// Reports destination and interface of each packet as `PacketInformation`. C: IP_PKTINFO in ip(7)
    public static let receivePacketInformation = SocketOption(csock_IPPROTO_IP, csock_IP_PKTINFO, .flag)
    /// Keeps ICMP errors in a queue that `ReceiveFlags.errorQueue` reads. C: IP_RECVERR in ip(7)
    public static let receiveErrors = SocketOption(csock_IPPROTO_IP, csock_IP_RECVERR, .flag)
    /// Reports the time to live of each packet as `HopLimit`. C: IP_RECVTTL in ip(7)
    public static let receiveHopLimit = SocketOption(csock_IPPROTO_IP, csock_IP_RECVTTL, .flag)
    /// Holds back partial segments until it is off again. C: TCP_CORK in tcp(7)
    public static let cork = SocketOption(csock_IPPROTO_TCP, csock_TCP_CORK, .flag)
    /// Acknowledges at once; the kernel turns it off again as it sees fit. C: TCP_QUICKACK in tcp(7)
    public static let quickAcknowledge = SocketOption(csock_IPPROTO_TCP, csock_TCP_QUICKACK, .flag)
}

extension SocketOption<Int> {
    /// Where the next peek starts, in bytes from the front; -1 for always at the front. C: SO_PEEK_OFF in socket(7)
    public static let peekOffset = SocketOption(
        csock_SOL_SOCKET, csock_SO_PEEK_OFF, .integer(in: -1...Int(Int32.max)))
    /// The order among this machine's packets, 0 to 6, or more with a privilege. C: SO_PRIORITY in socket(7)
    public static let priority = SocketOption(csock_SOL_SOCKET, csock_SO_PRIORITY, .integer(in: 0...Int(Int32.max)))
    /// Handshakes that may carry data at once, on a listener. C: TCP_FASTOPEN in tcp(7)
    public static let fastOpenQueue = SocketOption(csock_IPPROTO_TCP, csock_TCP_FASTOPEN, .integer(in: 0...65_535))
    /// Times that a connection request is sent again, 1 to 127. C: TCP_SYNCNT in tcp(7)
    public static let connectRetries = SocketOption(csock_IPPROTO_TCP, csock_TCP_SYNCNT, .integer(in: 1...127))
}

extension SocketOption<Duration> {
    /// How long a listener keeps a connection back until its first data. C: TCP_DEFER_ACCEPT in tcp(7)
    public static let deferAccept = SocketOption(
        csock_IPPROTO_TCP, csock_TCP_DEFER_ACCEPT, .seconds(in: 0...32_767))
    /// How long sent data may stay unacknowledged until the connection is dead. C: TCP_USER_TIMEOUT in tcp(7)
    public static let userTimeout = SocketOption(
        csock_IPPROTO_TCP, csock_TCP_USER_TIMEOUT, .milliseconds(in: 0...Int(Int32.max)))
}
#endif
