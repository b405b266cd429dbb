/// An IPv4 address in the IPv6 form answers like the IPv4 address: packets go there, after all.
extension IPv6Address {
    /// `::`: no address yet.
    public var isUnspecified: Bool { unmapped?.isUnspecified ?? (high == 0 && low == 0) }

    /// `::1`: stays in this machine.
    public var isLoopback: Bool { unmapped?.isLoopback ?? (high == 0 && low == 1) }

    /// `ff00::/8`: a group of receivers.
    public var isMulticast: Bool { unmapped?.isMulticast ?? starts(with: 0xFF00 << 48, bits: 8) }

    /// `ff01::/16` with any flags: a group inside of one machine.
    public var isInterfaceLocalMulticast: Bool { multicastScope == 1 }

    /// `ff02::/16` with any flags: a group that no router forwards to.
    public var isLinkLocalMulticast: Bool { unmapped?.isLinkLocalMulticast ?? (multicastScope == 2) }

    /// `fe80::/10`: valid on one link only, so that it needs a zone.
    public var isLinkLocal: Bool { unmapped?.isLinkLocal ?? starts(with: 0xFE80 << 48, bits: 10) }

    /// `fc00::/7`: for use inside of an organisation; also called unique local.
    ///
    /// RFC 4193
    public var isPrivate: Bool { unmapped?.isPrivate ?? starts(with: 0xFC00 << 48, bits: 7) }

    /// `100.64.0.0/10` in the IPv6 form: shared by the customers of a provider.
    public var isShared: Bool { unmapped?.isShared ?? false }

    /// `2001:2::/48`: for measuring network devices.
    ///
    /// RFC 5180
    public var isBenchmarking: Bool { unmapped?.isBenchmarking ?? starts(with: 0x2001_0002 << 32, bits: 48) }

    /// `2001:db8::/32` and `3fff::/20`: for examples.
    ///
    /// RFC 3849, RFC 9637
    public var isDocumentation: Bool {
        unmapped?.isDocumentation
            ?? (starts(with: 0x2001_0DB8 << 32, bits: 32) || starts(with: 0x3FFF << 48, bits: 20))
    }

    /// `240.0.0.0/4` in the IPv6 form, without the broadcast address.
    public var isReserved: Bool { unmapped?.isReserved ?? false }

    /// Whether one machine may have it, even a private one: what Go calls global unicast.
    ///
    /// See ``isGloballyReachable`` for an address that the whole internet can reach.
    public var isGlobalUnicast: Bool {
        unmapped?.isGlobalUnicast ?? !(isUnspecified || isLoopback || isMulticast || isLinkLocal)
    }

    /// Whether the whole internet can reach it, as far as the registry of special addresses knows.
    ///
    /// RFC 6890 and the IANA IPv6 Special-Purpose Address Registry
    public var isGloballyReachable: Bool {
        unmapped?.isGloballyReachable
            ?? !(isUnspecified || isLoopback || isLinkLocal || isPrivate || isDocumentation || isTranslatedLocally
            || isDiscarded || isProtocolAssignment || is6to4 || isSegment)
    }

    /// The last four bits of the first group, if this is a multicast address.
    private var multicastScope: UInt64? {
        starts(with: 0xFF00 << 48, bits: 8) ? high >> 48 & 0xF : nil
    }

    /// `64:ff9b:1::/48`, RFC 8215
    private var isTranslatedLocally: Bool { starts(with: 0x0064_FF9B_0001 << 16, bits: 48) }

    /// `100::/64` of RFC 6666, and `100:0:0:1::/64` of RFC 9780
    private var isDiscarded: Bool { high == 0x0100 << 48 || high == 0x0100 << 48 | 1 }

    /// `2002::/16`, RFC 3056
    private var is6to4: Bool { starts(with: 0x2002 << 48, bits: 16) }

    /// `5f00::/16`, RFC 9602
    private var isSegment: Bool { starts(with: 0x5F00 << 48, bits: 16) }

    /// `2001::/23`, RFC 2928, without the assignments inside that are reachable.
    private var isProtocolAssignment: Bool {
        guard starts(with: 0x2001 << 48, bits: 23) else { return false }
        let isAnycast = high == 0x2001_0001 << 32 && (1...3).contains(low)
        let isMulticastTunnel = starts(with: 0x2001_0003 << 32, bits: 32)
        let isNameSink = starts(with: 0x2001_0004_0112 << 16, bits: 48)
        let isHostIdentity = starts(with: 0x2001_0020 << 32, bits: 28)
        let isDroneIdentity = starts(with: 0x2001_0030 << 32, bits: 28)
        return !(isAnycast || isMulticastTunnel || isNameSink || isHostIdentity || isDroneIdentity)
    }

    /// Whether the address agrees with the number in that many leading bits, at most 64.
    private func starts(with other: UInt64, bits: Int) -> Bool {
        (high ^ other) >> (64 - bits) == 0
    }
}
