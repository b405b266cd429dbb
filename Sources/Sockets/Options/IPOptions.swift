internal import CSocketShim

// Options of IPv4, IPPROTO_IP in ip(7), and of IPv6, IPPROTO_IPV6 in ipv6(7), sorted by C name.

extension SocketOption<Bool> {
    /// Whether packets of a raw socket bring their own IP header. C: IP_HDRINCL in ip(7)
    public static let headerIncluded = SocketOption(csock_IPPROTO_IP, csock_IP_HDRINCL, .flag)
    /// Whether this machine gets what it sends to a group itself. C: IP_MULTICAST_LOOP in ip(7)
    public static let multicastLoop = SocketOption(csock_IPPROTO_IP, csock_IP_MULTICAST_LOOP, .flag)
    /// Whether this machine gets what it sends to an IPv6 group itself. C: IPV6_MULTICAST_LOOP in ipv6(7)
    public static let multicastLoop6 = SocketOption(csock_IPPROTO_IPV6, csock_IPV6_MULTICAST_LOOP, .flag)
    /// Reports the hop limit of each IPv6 packet as `HopLimit`. C: IPV6_RECVHOPLIMIT in ipv6(7)
    public static let receiveHopLimit6 = SocketOption(csock_IPPROTO_IPV6, csock_IPV6_RECVHOPLIMIT, .flag)
    /// Reports destination and interface of each packet as `PacketInformation`. C: IPV6_RECVPKTINFO in ipv6(7)
    public static let receivePacketInformation6 = SocketOption(csock_IPPROTO_IPV6, csock_IPV6_RECVPKTINFO, .flag)
    /// Whether an IPv6 socket leaves IPv4 alone; to be set before bind. C: IPV6_V6ONLY in ipv6(7)
    public static let ipv6Only = SocketOption(csock_IPPROTO_IPV6, csock_IPV6_V6ONLY, .flag)
}

extension SocketOption<Int> {
    /// Routers that a multicast packet may pass, 0 to 255. C: IP_MULTICAST_TTL in ip(7)
    public static let multicastTimeToLive = SocketOption(
        csock_IPPROTO_IP, csock_IP_MULTICAST_TTL, .integer(in: 0...255))
    /// The byte with the service class and congestion bits of sent packets. C: IP_TOS in ip(7)
    public static let typeOfService = SocketOption(csock_IPPROTO_IP, csock_IP_TOS, .integer(in: 0...255))
    /// Routers that a packet may pass, 1 to 255. C: IP_TTL in ip(7)
    public static let timeToLive = SocketOption(csock_IPPROTO_IP, csock_IP_TTL, .integer(in: 1...255))
    /// Routers that an IPv6 multicast packet may pass; -1 for the default. C: IPV6_MULTICAST_HOPS in ipv6(7)
    public static let multicastHops6 = SocketOption(
        csock_IPPROTO_IPV6, csock_IPV6_MULTICAST_HOPS, .integer(in: -1...255))
    /// The byte with the service class of sent IPv6 packets; -1 for the default. C: IPV6_TCLASS in ipv6(7)
    public static let trafficClass6 = SocketOption(csock_IPPROTO_IPV6, csock_IPV6_TCLASS, .integer(in: -1...255))
    /// Routers that an IPv6 packet may pass; -1 for the default. C: IPV6_UNICAST_HOPS in ipv6(7)
    public static let hopLimit6 = SocketOption(csock_IPPROTO_IPV6, csock_IPV6_UNICAST_HOPS, .integer(in: -1...255))
}
