/// An IPv6 address, and the zone in which it is meant if there is one.
///
/// C: struct in6_addr and sin6_scope_id in ipv6(7)
public struct IPv6Address: Hashable, Sendable {
    /// The first 64 bits as a number in the order of this machine.
    public var high: UInt64

    /// The last 64 bits as a number in the order of this machine.
    public var low: UInt64

    /// The index of the network interface that a link-local address belongs to, or 0 for none.
    public var scopeID: UInt32

    /// The address of two numbers in the order of this machine.
    public init(high: UInt64, low: UInt64, scopeID: UInt32 = 0) {
        self.high = high
        self.low = low
        self.scopeID = scopeID
    }

    /// The address of eight groups in the order in which they are written.
    public init(segments: InlineArray<8, UInt16>, scopeID: UInt32 = 0) {
        self.init(high: 0, low: 0, scopeID: scopeID)
        for index in 0..<4 {
            high = high << 16 | UInt64(segments[index])
            low = low << 16 | UInt64(segments[index + 4])
        }
    }

    /// The address of eight groups in the order in which they are written.
    public init(
        _ first: UInt16, _ second: UInt16, _ third: UInt16, _ fourth: UInt16,
        _ fifth: UInt16, _ sixth: UInt16, _ seventh: UInt16, _ eighth: UInt16, scopeID: UInt32 = 0
    ) {
        self.init(segments: [first, second, third, fourth, fifth, sixth, seventh, eighth], scopeID: scopeID)
    }

    /// The address of exactly sixteen bytes in network order, or nil for any other count.
    public init?(bytes: Span<UInt8>, scopeID: UInt32 = 0) {
        guard bytes.count == 16 else { return nil }
        self.init(high: 0, low: 0, scopeID: scopeID)
        for index in 0..<8 {
            high = high << 8 | UInt64(bytes[index])
            low = low << 8 | UInt64(bytes[index + 8])
        }
    }

    /// The eight groups in the order in which they are written.
    public var segments: InlineArray<8, UInt16> {
        InlineArray { UInt16(truncatingIfNeeded: ($0 < 4 ? high : low) >> (48 - 16 * ($0 % 4))) }
    }

    /// The sixteen bytes in network order.
    public var bytes: InlineArray<16, UInt8> {
        InlineArray { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> (56 - 8 * ($0 % 8))) }
    }
}

extension IPv6Address {
    /// `::`: all addresses of this machine for a server, none for anybody else.
    ///
    /// C: in6addr_any in ipv6(7)
    public static let any = IPv6Address(high: 0, low: 0)

    /// `::1`: this machine, without a network.
    ///
    /// C: in6addr_loopback in ipv6(7)
    public static let loopback = IPv6Address(high: 0, low: 1)

    /// The same address in this zone; 0 for none.
    public func scoped(to scopeID: UInt32) -> IPv6Address {
        IPv6Address(high: high, low: low, scopeID: scopeID)
    }
}

extension IPv6Address {
    /// The IPv6 form of an IPv4 address: `::ffff:192.0.2.1`.
    ///
    /// RFC 4291, section 2.5.5.2
    public init(mapping address: IPv4Address) {
        self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(address.rawValue))
    }

    /// Whether this is the IPv6 form of an IPv4 address: `::ffff:0:0/96`.
    ///
    /// C: IN6_IS_ADDR_V4MAPPED
    public var isV4Mapped: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// The IPv4 address of which this is the IPv6 form, or nil; a zone is dropped.
    public var unmapped: IPv4Address? {
        isV4Mapped ? IPv4Address(rawValue: UInt32(truncatingIfNeeded: low)) : nil
    }
}

extension IPv6Address: Comparable {
    /// Whether the number on the left is smaller, or the zone if the numbers are the same.
    public static func < (left: IPv6Address, right: IPv6Address) -> Bool {
        (left.high, left.low, left.scopeID) < (right.high, right.low, right.scopeID)
    }

    /// The next address in the same zone, or nil after the last one.
    public var successor: IPv6Address? {
        let (next, overflow) = low.addingReportingOverflow(1)
        guard overflow else { return IPv6Address(high: high, low: next, scopeID: scopeID) }
        return high == .max ? nil : IPv6Address(high: high + 1, low: 0, scopeID: scopeID)
    }

    /// The address before in the same zone, or nil before `::`.
    public var predecessor: IPv6Address? {
        let (previous, overflow) = low.subtractingReportingOverflow(1)
        guard overflow else { return IPv6Address(high: high, low: previous, scopeID: scopeID) }
        return high == 0 ? nil : IPv6Address(high: high - 1, low: .max, scopeID: scopeID)
    }
}
