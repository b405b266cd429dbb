/// An IPv4 or an IPv6 address.
public enum IPAddress: Hashable, Sendable {
    /// An IPv4 address.
    case v4(IPv4Address)
    /// An IPv6 address.
    case v6(IPv6Address)

    /// The version of the internet protocol that has this address.
    public var version: IPVersion {
        switch self {
        case .v4: .v4
        case .v6: .v6
        }
    }

    /// The IPv4 address if this is the IPv6 form of one; this address otherwise.
    ///
    /// A dual-stack socket reports its IPv4 peers in the IPv6 form. Unmap such an address before it is
    /// compared with one that a person has written.
    public var unmapped: IPAddress {
        switch self {
        case .v4: self
        case .v6(let address): address.unmapped.map(IPAddress.v4) ?? self
        }
    }

    /// `0.0.0.0` or `::`: all addresses of this machine for a server.
    public static func any(_ version: IPVersion = .v4) -> IPAddress {
        switch version {
        case .v4: .v4(.any)
        case .v6: .v6(.any)
        }
    }

    /// `127.0.0.1` or `::1`: this machine, without a network.
    public static func loopback(_ version: IPVersion = .v4) -> IPAddress {
        switch version {
        case .v4: .v4(.loopback)
        case .v6: .v6(.loopback)
        }
    }

    /// The address of 4 or 16 bytes in network order, or nil for any other count.
    public init?(bytes: Span<UInt8>) {
        if let address = IPv4Address(bytes: bytes) {
            self = .v4(address)
        } else if let address = IPv6Address(bytes: bytes) {
            self = .v6(address)
        } else {
            return nil
        }
    }
}

extension IPAddress: Comparable {
    /// Orders all of IPv4 before all of IPv6, and by number within.
    public static func < (left: IPAddress, right: IPAddress) -> Bool {
        switch (left, right) {
        case (.v4(let left), .v4(let right)): left < right
        case (.v6(let left), .v6(let right)): left < right
        case (.v4, .v6): true
        case (.v6, .v4): false
        }
    }

    /// The next address of the same version and zone, or nil after the last one.
    public var successor: IPAddress? {
        switch self {
        case .v4(let address): address.successor.map(IPAddress.v4)
        case .v6(let address): address.successor.map(IPAddress.v6)
        }
    }

    /// The address before of the same version and zone, or nil before the first one.
    public var predecessor: IPAddress? {
        switch self {
        case .v4(let address): address.predecessor.map(IPAddress.v4)
        case .v6(let address): address.predecessor.map(IPAddress.v6)
        }
    }
}

extension IPAddress: TextRepresentable {
    /// Reads an address of either version; what has a colon is IPv6.
    ///
    /// - Throws: ``AddressError`` with the reason, the text and the part to blame.
    ///
    /// C: inet_pton(3)
    public init(parsing text: String) throws(AddressError) {
        do {
            let bytes = text.utf8.span
            self = try IPAddress.parse(bytes, in: bytes.indices)
        } catch {
            throw AddressError(error, in: text, expected: .ip)
        }
    }

    /// The text form of the address.
    ///
    /// C: inet_ntop(3)
    public var description: String {
        var text = ASCIIText()
        append(to: &text)
        return text.string
    }

    func append(to text: inout ASCIIText) {
        switch self {
        case .v4(let address): address.append(to: &text)
        case .v6(let address): address.append(to: &text)
        }
    }

    static func parse(_ text: Span<UInt8>, in range: Range<Int>) throws(ParseFailure) -> IPAddress {
        guard text.firstIndex(of: ASCII.colon, in: range) != nil else {
            return try .v4(IPv4Address.parse(text, in: range))
        }
        return try .v6(IPv6Address.parse(text, in: range))
    }
}
