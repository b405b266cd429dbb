/// An IPv4 address.
///
/// C: struct in_addr in sockaddr(3type)
public struct IPv4Address: Hashable, Sendable {
    /// The 32 bits as a number in the order of this machine: `127.0.0.1` is `0x7F000001`.
    public var rawValue: UInt32

    /// The address whose 32 bits are this number, in the order of this machine.
    ///
    /// C: inet_makeaddr(3), without the classes
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The address of four octets, in the order in which they are written.
    public init(_ first: UInt8, _ second: UInt8, _ third: UInt8, _ fourth: UInt8) {
        rawValue = UInt32(first) << 24 | UInt32(second) << 16 | UInt32(third) << 8 | UInt32(fourth)
    }

    /// The address of exactly four bytes in network order, or nil for any other count.
    public init?(bytes: Span<UInt8>) {
        guard bytes.count == 4 else { return nil }
        self.init(bytes[0], bytes[1], bytes[2], bytes[3])
    }

    /// The four octets in the order in which they are written, which is network order.
    public var octets: InlineArray<4, UInt8> {
        [
            UInt8(truncatingIfNeeded: rawValue >> 24), UInt8(truncatingIfNeeded: rawValue >> 16),
            UInt8(truncatingIfNeeded: rawValue >> 8), UInt8(truncatingIfNeeded: rawValue),
        ]
    }
}

extension IPv4Address {
    /// `0.0.0.0`: all addresses of this machine for a server, none for anybody else.
    ///
    /// C: INADDR_ANY in ip(7)
    public static let any = IPv4Address(0, 0, 0, 0)

    /// `127.0.0.1`: this machine, without a network.
    ///
    /// C: INADDR_LOOPBACK in ip(7)
    public static let loopback = IPv4Address(127, 0, 0, 1)

    /// `255.255.255.255`: everybody on the local network.
    ///
    /// C: INADDR_BROADCAST in ip(7)
    public static let broadcast = IPv4Address(255, 255, 255, 255)
}

extension IPv4Address: Comparable {
    /// Whether the number on the left is smaller.
    public static func < (left: IPv4Address, right: IPv4Address) -> Bool {
        left.rawValue < right.rawValue
    }

    /// The next address, or nil after `255.255.255.255`.
    public var successor: IPv4Address? {
        rawValue == .max ? nil : IPv4Address(rawValue: rawValue + 1)
    }

    /// The address before, or nil before `0.0.0.0`.
    public var predecessor: IPv4Address? {
        rawValue == 0 ? nil : IPv4Address(rawValue: rawValue - 1)
    }
}
