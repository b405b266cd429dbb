/// An IP address and a port: where a TCP or UDP socket is.
///
/// C: struct sockaddr_in in ip(7), struct sockaddr_in6 in ipv6(7)
public struct IPSocketAddress: Hashable, Sendable {
    /// The address of the machine.
    public let address: IPAddress

    /// The port on the machine.
    public var port: Port

    /// The 20 bits with which IPv6 marks the packets of one flow; 0 for none, and always for IPv4.
    ///
    /// Its order is that of this machine. It is not part of the text form.
    ///
    /// C: sin6_flowinfo in ipv6(7); RFC 6437
    public let flowLabel: UInt32

    /// The port at this address.
    public init(_ address: IPAddress, port: Port) {
        self.address = address
        self.port = port
        flowLabel = 0
    }

    /// The port at this IPv4 address.
    public init(_ address: IPv4Address, port: Port) {
        self.init(.v4(address), port: port)
    }

    /// The port at this IPv6 address.
    public init(_ address: IPv6Address, port: Port) {
        self.init(.v6(address), port: port)
    }

    /// The port at this IPv6 address, with a flow label.
    ///
    /// - Throws: ``AddressError`` with `flowLabelOutOfRange` for a label of more than 20 bits.
    public init(_ address: IPv6Address, port: Port, flowLabel: UInt32) throws(AddressError) {
        self.address = .v6(address)
        self.port = port
        self.flowLabel = flowLabel
        guard flowLabel <= 0xFFFFF else {
            throw AddressError(
                .flowLabelOutOfRange, part: "\(flowLabel)", in: description, expected: .socketAddress)
        }
    }

    /// As the kernel reported it, where a flow label can have the bits of the traffic class above it.
    init(_ address: IPv6Address, port: Port, unchecked flowLabel: UInt32) {
        self.address = .v6(address)
        self.port = port
        self.flowLabel = flowLabel & 0xFFFFF
    }

    /// The port at `0.0.0.0` or `::`: at all addresses of this machine for a server.
    ///
    /// C: INADDR_ANY, in6addr_any
    public static func any(_ version: IPVersion = .v4, port: Port) -> IPSocketAddress {
        IPSocketAddress(.any(version), port: port)
    }

    /// The port at `127.0.0.1` or `::1`: in this machine, without a network.
    ///
    /// C: INADDR_LOOPBACK, in6addr_loopback
    public static func loopback(_ version: IPVersion = .v4, port: Port) -> IPSocketAddress {
        IPSocketAddress(.loopback(version), port: port)
    }

    /// The version of the internet protocol that has the address.
    public var version: IPVersion { address.version }

    /// The same port at the IPv4 address if this is the IPv6 form of one; this value otherwise.
    public var unmapped: IPSocketAddress {
        if case .v6(let address) = address, let unmapped = address.unmapped {
            return IPSocketAddress(unmapped, port: port)
        }
        return self
    }
}

extension IPSocketAddress: Comparable {
    /// Orders by address, then by port, then by flow label.
    public static func < (left: IPSocketAddress, right: IPSocketAddress) -> Bool {
        (left.address, left.port, left.flowLabel) < (right.address, right.port, right.flowLabel)
    }
}
