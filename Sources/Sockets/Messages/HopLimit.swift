internal import CSocketShim

/// How many routers a packet may still pass; sent along, how many it may pass from here.
///
/// Received after `.receiveHopLimit` (IPv4, Linux) or `.receiveHopLimit6` was set.
/// C: IP_TTL in ip(7), IPV6_HOPLIMIT in ipv6(7)
public struct HopLimit: ControlMessage, Hashable {
    /// The number of routers, 0 to 255.
    public let value: UInt8
    /// The version of the packet; on a dual-stack IPv6 socket, IPv4 packets have the IPv4 one.
    public let version: IPVersion

    /// A limit to send along with a datagram of this version.
    public init(_ value: UInt8, _ version: IPVersion) {
        self.value = value
        self.version = version
    }

    /// The limit that a record holds.
    public init?(_ record: borrowing ControlRecord) {
        guard let value = record.int.flatMap(UInt8.init(exactly:)) else { return nil }
        if record.isOf(level: csock_IPPROTO_IP, type: csock_IP_TTL) {
            self.init(value, .v4)
        } else if record.isOf(level: csock_IPPROTO_IPV6, type: csock_IPV6_HOPLIMIT) {
            self.init(value, .v6)
        } else {
            return nil
        }
    }

    /// Writes the limit as a record.
    public func write(into control: inout OutgoingControl) throws(SocketError) {
        let isV4 = version == .v4
        var number = Int32(value)
        let level = isV4 ? csock_IPPROTO_IP : csock_IPPROTO_IPV6, type = isV4 ? csock_IP_TTL : csock_IPV6_HOPLIMIT
        try unsafe control.put { unsafe csock_control_put($0, $1, $2, level, type, &number, 4) }
    }
}
