/// A network: an address and the number of its leading bits that all members share.
///
/// The address keeps its other bits, as in `192.0.2.7/24`; ``masked`` clears them. A network has no zone.
///
/// RFC 4632, RFC 4291
public struct IPNetwork: Hashable, Sendable {
    /// An address of the network.
    public let address: IPAddress

    /// The number of leading bits that the members share: at most 32 for IPv4 and 128 for IPv6.
    public let prefixLength: Int

    /// The network of all addresses that agree with this one in the leading bits; a zone is dropped.
    ///
    /// - Throws: ``AddressError`` with `prefixOutOfRange` for a length below 0 or beyond the address.
    public init(_ address: IPAddress, prefixLength: Int) throws(AddressError) {
        guard (0...address.version.addressBits).contains(prefixLength) else {
            let length = String(prefixLength)
            throw AddressError(
                .prefixOutOfRange, part: length, in: "\(address)/\(length)", expected: .network)
        }
        self.init(unchecked: address, prefixLength: prefixLength)
    }

    /// The network of all addresses that agree with this one where the mask has one bits.
    ///
    /// - Throws: ``AddressError`` with `notContiguous` for a mask with a zero before a one, and
    ///   `mixedVersions` for a mask of the other IP version.
    public init(_ address: IPAddress, netmask: IPAddress) throws(AddressError) {
        guard address.version == netmask.version else {
            throw AddressError(
                .mixedVersions, part: "\(netmask)", in: "\(address)/\(netmask)", expected: .network)
        }
        let length = netmask.leadingOneBits
        self.init(unchecked: address, prefixLength: length)
        guard self.netmask == netmask.unscoped else {
            throw AddressError(
                .notContiguous, part: "\(netmask)", in: "\(address)/\(netmask)", expected: .network)
        }
    }

    /// The network of one address; a zone is dropped.
    public init(single address: IPAddress) {
        self.init(unchecked: address, prefixLength: address.version.addressBits)
    }

    /// The prefix length has to fit the address.
    init(unchecked address: IPAddress, prefixLength: Int) {
        self.address = address.unscoped
        self.prefixLength = prefixLength
    }
}

extension IPNetwork {
    /// Whether the network has one address only: `/32` or `/128`.
    public var isSingleAddress: Bool { prefixLength == address.version.addressBits }

    /// The same network with all bits after the prefix cleared.
    public var masked: IPNetwork { IPNetwork(unchecked: first, prefixLength: prefixLength) }

    /// The lowest address: the one that names the network.
    public var first: IPAddress { address.withTrailingBits(prefixLength, one: false) }

    /// The highest address: for IPv4 most often the one that reaches all machines of the network.
    public var last: IPAddress { address.withTrailingBits(prefixLength, one: true) }

    /// The address of one bits in the prefix and zero bits after it, such as `255.255.255.0`.
    public var netmask: IPAddress {
        switch address {
        case .v4: .v4(IPv4Address(rawValue: ~hostBits32))
        case .v6: .v6(IPv6Address(high: ~hostBits128.high, low: ~hostBits128.low))
        }
    }

    /// Whether the address is in this network, in whatever zone.
    ///
    /// An IPv4 network has no IPv6 addresses, not even those that map IPv4: ask with
    /// ``IPAddress/unmapped`` if those are meant.
    public func contains(_ address: IPAddress) -> Bool {
        address.version == self.address.version && first == address.withTrailingBits(prefixLength, one: false)
    }

    /// Whether all addresses of the other network are in this one.
    public func contains(_ other: IPNetwork) -> Bool {
        prefixLength <= other.prefixLength && contains(other.address)
    }

    /// Whether the networks have an address in common.
    public func overlaps(_ other: IPNetwork) -> Bool {
        contains(other) || other.contains(self)
    }

    private var hostBits32: UInt32 { .max >> prefixLength }

    private var hostBits128: (high: UInt64, low: UInt64) { hostBits(after: prefixLength) }
}

/// The 128 bits that are one after the prefix; smart shifts give 0 at 64 and beyond.
private func hostBits(after prefixLength: Int) -> (high: UInt64, low: UInt64) {
    (.max >> prefixLength, .max >> max(prefixLength - 64, 0))
}

extension IPAddress {
    /// The same address without its zone.
    fileprivate var unscoped: IPAddress {
        switch self {
        case .v4: self
        case .v6(let address): .v6(address.scoped(to: 0))
        }
    }

    /// The same address without its zone, with all bits after the prefix cleared or set.
    fileprivate func withTrailingBits(_ prefixLength: Int, one: Bool) -> IPAddress {
        switch self {
        case .v4(let address):
            let bits = UInt32.max >> prefixLength
            return .v4(IPv4Address(rawValue: one ? address.rawValue | bits : address.rawValue & ~bits))
        case .v6(let address):
            let bits = hostBits(after: prefixLength)
            let cleared = (address.high & ~bits.high, address.low & ~bits.low)
            let result = one ? (cleared.0 | bits.high, cleared.1 | bits.low) : cleared
            return .v6(IPv6Address(high: result.0, low: result.1))
        }
    }

    fileprivate var leadingOneBits: Int {
        switch self {
        case .v4(let address):
            return (~address.rawValue).leadingZeroBitCount
        case .v6(let address):
            let high = (~address.high).leadingZeroBitCount
            return high < 64 ? high : 64 + (~address.low).leadingZeroBitCount
        }
    }
}
