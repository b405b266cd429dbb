import Testing

@testable import Sockets

/// Addresses with all the properties that each of them has, and no other.
@Suite struct IPAddressPropertiesTests {
    @Test(
        arguments: [
            ("0.0.0.0", [.unspecified]),
            ("0.0.0.1", [.globalUnicast]),
            ("127.0.0.1", [.loopback]),
            ("127.255.255.254", [.loopback]),
            ("128.1.2.3", [.globalUnicast, .reachable]),
            ("8.8.8.8", [.globalUnicast, .reachable]),
            ("224.0.0.0", [.multicast, .linkLocalMulticast, .reachable]),
            ("224.0.1.0", [.multicast, .reachable]),
            ("239.0.0.0", [.multicast, .reachable]),
            ("232.0.0.0", [.multicast, .reachable]),
            ("169.254.0.0", [.linkLocal]),
            ("169.255.0.0", [.globalUnicast, .reachable]),
            ("240.0.0.0", [.reserved, .globalUnicast]),
            ("255.255.255.254", [.reserved, .globalUnicast]),
            ("255.255.255.255", []),
            ("9.255.255.255", [.globalUnicast, .reachable]),
            ("10.0.0.0", [.private, .globalUnicast]),
            ("10.255.255.255", [.private, .globalUnicast]),
            ("11.0.0.0", [.globalUnicast, .reachable]),
            ("172.15.255.255", [.globalUnicast, .reachable]),
            ("172.16.0.0", [.private, .globalUnicast]),
            ("172.31.255.255", [.private, .globalUnicast]),
            ("172.32.0.0", [.globalUnicast, .reachable]),
            ("192.167.255.255", [.globalUnicast, .reachable]),
            ("192.168.0.0", [.private, .globalUnicast]),
            ("192.168.255.255", [.private, .globalUnicast]),
            ("192.169.0.0", [.globalUnicast, .reachable]),
            ("100.63.255.255", [.globalUnicast, .reachable]),
            ("100.64.0.0", [.shared, .globalUnicast]),
            ("100.127.255.255", [.shared, .globalUnicast]),
            ("100.128.0.0", [.globalUnicast, .reachable]),
            ("198.17.255.255", [.globalUnicast, .reachable]),
            ("198.18.0.0", [.benchmarking, .globalUnicast]),
            ("198.19.255.255", [.benchmarking, .globalUnicast]),
            ("198.20.0.0", [.globalUnicast, .reachable]),
            ("192.0.2.255", [.documentation, .globalUnicast]),
            ("198.51.100.0", [.documentation, .globalUnicast]),
            ("203.0.113.9", [.documentation, .globalUnicast]),
            ("192.0.0.8", [.globalUnicast]),
            ("192.0.0.9", [.globalUnicast, .reachable]),
            ("192.0.0.10", [.globalUnicast, .reachable]),
            ("192.88.99.2", [.globalUnicast]),
        ] as [(String, Set<Property>)])
    func `IPv4 addresses have the properties of the registry`(text: String, properties: Set<Property>) throws {
        let address = try IPv4Address(parsing: text)
        #expect(Property.all(of: .v4(address)) == properties)
        #expect(Property.all(of: .v6(IPv6Address(mapping: address))) == properties)
        #expect(address.isBroadcast == (text == "255.255.255.255"))
    }

    @Test(
        arguments: [
            ("::", [.unspecified]),
            ("::1", [.loopback]),
            ("::2", [.globalUnicast, .reachable]),
            ("ff01::1", [.multicast, .reachable]),
            ("ff02::1", [.multicast, .linkLocalMulticast, .reachable]),
            ("ff12::2", [.multicast, .linkLocalMulticast, .reachable]),
            ("ff05::", [.multicast, .reachable]),
            ("fe80::1", [.linkLocal]),
            ("febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", [.linkLocal]),
            ("fec0::", [.globalUnicast, .reachable]),
            ("fbff:ffff::", [.globalUnicast, .reachable]),
            ("fc00::", [.private, .globalUnicast]),
            ("fdff:ffff::", [.private, .globalUnicast]),
            ("fe00::", [.globalUnicast, .reachable]),
            ("4000::1", [.globalUnicast, .reachable]),
            ("2001:db8::123:12:1", [.documentation, .globalUnicast]),
            ("2001:db9::", [.globalUnicast, .reachable]),
            ("3fff:fff::", [.documentation, .globalUnicast]),
            ("3fff:1000::", [.globalUnicast, .reachable]),
            ("2001:2::1", [.benchmarking, .globalUnicast]),
            ("2001:2:1::", [.globalUnicast]),
            ("2001:1::1", [.globalUnicast, .reachable]),
            ("2001:1::4", [.globalUnicast]),
            ("2001:3::", [.globalUnicast, .reachable]),
            ("2001:4:112::", [.globalUnicast, .reachable]),
            ("2001:20::", [.globalUnicast, .reachable]),
            ("2001:3f::", [.globalUnicast, .reachable]),
            ("2001:200::", [.globalUnicast, .reachable]),
            ("2002::", [.globalUnicast]),
            ("64:ff9b::1", [.globalUnicast, .reachable]),
            ("64:ff9b:1::", [.globalUnicast]),
            ("100::1", [.globalUnicast]),
            ("5f00::", [.globalUnicast]),
        ] as [(String, Set<Property>)])
    func `IPv6 addresses have the properties of the registry`(text: String, properties: Set<Property>) throws {
        let address = try IPv6Address(parsing: text)
        #expect(Property.all(of: .v6(address)) == properties)
        #expect(Property.all(of: .v6(address.scoped(to: 9))) == properties)
        #expect(address.isInterfaceLocalMulticast == text.hasPrefix("ff01"))
    }

    enum Property: CaseIterable {
        case unspecified, loopback, multicast, linkLocalMulticast, linkLocal, `private`, shared
        case benchmarking, documentation, reserved, globalUnicast, reachable

        static func all(of address: IPAddress) -> Set<Property> {
            Set(allCases.filter { $0.holds(for: address) })
        }

        private func holds(for address: IPAddress) -> Bool {
            switch self {
            case .unspecified: address.isUnspecified
            case .loopback: address.isLoopback
            case .multicast: address.isMulticast
            case .linkLocalMulticast: address.isLinkLocalMulticast
            case .linkLocal: address.isLinkLocal
            case .private: address.isPrivate
            case .shared: address.isShared
            case .benchmarking: address.isBenchmarking
            case .documentation: address.isDocumentation
            case .reserved: address.isReserved
            case .globalUnicast: address.isGlobalUnicast
            case .reachable: address.isGloballyReachable
            }
        }
    }
}
