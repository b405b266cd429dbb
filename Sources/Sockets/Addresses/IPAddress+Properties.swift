/// An IPv4 address in the IPv6 form answers like the IPv4 address: packets go there, after all.
extension IPAddress {
    /// `0.0.0.0` or `::`: no address yet.
    public var isUnspecified: Bool {
        switch self {
        case .v4(let address): address.isUnspecified
        case .v6(let address): address.isUnspecified
        }
    }

    /// `127.0.0.0/8` or `::1`: stays in this machine.
    public var isLoopback: Bool {
        switch self {
        case .v4(let address): address.isLoopback
        case .v6(let address): address.isLoopback
        }
    }

    /// `224.0.0.0/4` or `ff00::/8`: a group of receivers.
    public var isMulticast: Bool {
        switch self {
        case .v4(let address): address.isMulticast
        case .v6(let address): address.isMulticast
        }
    }

    /// `224.0.0.0/24` or `ff02::/16`: a group that no router forwards to.
    public var isLinkLocalMulticast: Bool {
        switch self {
        case .v4(let address): address.isLinkLocalMulticast
        case .v6(let address): address.isLinkLocalMulticast
        }
    }

    /// `169.254.0.0/16` or `fe80::/10`: valid on one link only.
    public var isLinkLocal: Bool {
        switch self {
        case .v4(let address): address.isLinkLocal
        case .v6(let address): address.isLinkLocal
        }
    }

    /// `10.0.0.0/8`, `172.16.0.0/12`, `192.168.0.0/16` or `fc00::/7`: inside of an organisation.
    public var isPrivate: Bool {
        switch self {
        case .v4(let address): address.isPrivate
        case .v6(let address): address.isPrivate
        }
    }

    /// `100.64.0.0/10`: shared by the customers of a provider.
    public var isShared: Bool {
        switch self {
        case .v4(let address): address.isShared
        case .v6(let address): address.isShared
        }
    }

    /// `198.18.0.0/15` or `2001:2::/48`: for measuring network devices.
    public var isBenchmarking: Bool {
        switch self {
        case .v4(let address): address.isBenchmarking
        case .v6(let address): address.isBenchmarking
        }
    }

    /// For examples, such as `192.0.2.0/24` or `2001:db8::/32`.
    public var isDocumentation: Bool {
        switch self {
        case .v4(let address): address.isDocumentation
        case .v6(let address): address.isDocumentation
        }
    }

    /// `240.0.0.0/4` without the broadcast address: set aside for future use.
    public var isReserved: Bool {
        switch self {
        case .v4(let address): address.isReserved
        case .v6(let address): address.isReserved
        }
    }

    /// Whether one machine may have it, even a private one: what Go calls global unicast.
    public var isGlobalUnicast: Bool {
        switch self {
        case .v4(let address): address.isGlobalUnicast
        case .v6(let address): address.isGlobalUnicast
        }
    }

    /// Whether the whole internet can reach it, as far as the registry of special addresses knows.
    public var isGloballyReachable: Bool {
        switch self {
        case .v4(let address): address.isGloballyReachable
        case .v6(let address): address.isGloballyReachable
        }
    }
}
