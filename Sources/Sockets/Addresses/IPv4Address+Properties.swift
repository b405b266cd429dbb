extension IPv4Address {
    /// `0.0.0.0`: no address yet.
    public var isUnspecified: Bool { rawValue == 0 }

    /// `127.0.0.0/8`: stays in this machine.
    public var isLoopback: Bool { starts(with: 0x7F00_0000, bits: 8) }

    /// `255.255.255.255`: everybody on the local network.
    public var isBroadcast: Bool { rawValue == .max }

    /// `224.0.0.0/4`: a group of receivers.
    public var isMulticast: Bool { starts(with: 0xE000_0000, bits: 4) }

    /// `224.0.0.0/24`: a group that no router forwards to.
    public var isLinkLocalMulticast: Bool { starts(with: 0xE000_0000, bits: 24) }

    /// `169.254.0.0/16`: chosen by machines on one link for themselves.
    ///
    /// RFC 3927
    public var isLinkLocal: Bool { starts(with: 0xA9FE_0000, bits: 16) }

    /// `10.0.0.0/8`, `172.16.0.0/12`, `192.168.0.0/16`: for use inside of an organisation.
    ///
    /// RFC 1918
    public var isPrivate: Bool {
        starts(with: 0x0A00_0000, bits: 8) || starts(with: 0xAC10_0000, bits: 12) || starts(with: 0xC0A8_0000, bits: 16)
    }

    /// `100.64.0.0/10`: shared by the customers of a provider.
    ///
    /// RFC 6598
    public var isShared: Bool { starts(with: 0x6440_0000, bits: 10) }

    /// `198.18.0.0/15`: for measuring network devices.
    ///
    /// RFC 2544
    public var isBenchmarking: Bool { starts(with: 0xC612_0000, bits: 15) }

    /// `192.0.2.0/24`, `198.51.100.0/24`, `203.0.113.0/24`: for examples.
    ///
    /// RFC 5737
    public var isDocumentation: Bool {
        starts(with: 0xC000_0200, bits: 24) || starts(with: 0xC633_6400, bits: 24)
            || starts(with: 0xCB00_7100, bits: 24)
    }

    /// `240.0.0.0/4` without the broadcast address: set aside for future use.
    ///
    /// RFC 1112
    public var isReserved: Bool { starts(with: 0xF000_0000, bits: 4) && !isBroadcast }

    /// Whether one machine may have it, even a private one: what Go calls global unicast.
    ///
    /// See ``isGloballyReachable`` for an address that the whole internet can reach.
    public var isGlobalUnicast: Bool {
        !(isUnspecified || isLoopback || isBroadcast || isMulticast || isLinkLocal)
    }

    /// Whether the whole internet can reach it, as far as the registry of special addresses knows.
    ///
    /// RFC 6890 and the IANA IPv4 Special-Purpose Address Registry
    public var isGloballyReachable: Bool {
        !(starts(with: 0, bits: 8) || isPrivate || isShared || isLoopback || isLinkLocal || isDocumentation
            || isBenchmarking || isReserved || isBroadcast || isProtocolAssignment)
    }

    /// `192.0.0.0/24` without the two anycast addresses that are reachable, and the 6a44 relays.
    private var isProtocolAssignment: Bool {
        switch rawValue {
        case 0xC000_0009, 0xC000_000A: false
        case 0xC058_6302: true
        default: starts(with: 0xC000_0000, bits: 24)
        }
    }

    /// Whether the address agrees with the other number in that many leading bits.
    func starts(with other: UInt32, bits: Int) -> Bool {
        // A smart shift by 32 gives 0, so zero bits agree with everything.
        (rawValue ^ other) >> (32 - bits) == 0
    }
}
