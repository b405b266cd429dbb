import Testing

@testable import Sockets

@Suite struct IPNetworkTests {
    @Test(arguments: [
        ("135.104.0.0/32", "135.104.0.0/32", "255.255.255.255", "135.104.0.0"),
        ("0.0.0.0/24", "0.0.0.0/24", "255.255.255.0", "0.0.0.255"),
        ("135.104.0.1/24", "135.104.0.0/24", "255.255.255.0", "135.104.0.255"),
        ("135.104.0.1/0", "0.0.0.0/0", "0.0.0.0", "255.255.255.255"),
        ("10.1.2.3/31", "10.1.2.2/31", "255.255.255.254", "10.1.2.3"),
        ("::1/128", "::1/128", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::1"),
        ("::1/0", "::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("abcd:2345::/127", "abcd:2345::/127", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", "abcd:2345::1"),
        ("abcd:2345::/65", "abcd:2345::/65", "ffff:ffff:ffff:ffff:8000::", "abcd:2345::7fff:ffff:ffff:ffff"),
        ("abcd:2345::/64", "abcd:2345::/64", "ffff:ffff:ffff:ffff::", "abcd:2345::ffff:ffff:ffff:ffff"),
        ("abcd:2345::/63", "abcd:2345::/63", "ffff:ffff:ffff:fffe::", "abcd:2345:0:1:ffff:ffff:ffff:ffff"),
        ("abcd:2345::/33", "abcd:2345::/33", "ffff:ffff:8000::", "abcd:2345:7fff:ffff:ffff:ffff:ffff:ffff"),
        ("abcd:2345::/32", "abcd:2345::/32", "ffff:ffff::", "abcd:2345:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("abcd:2344::/31", "abcd:2344::/31", "ffff:fffe::", "abcd:2345:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("abcd:2345::/24", "abcd:2300::/24", "ffff:ff00::", "abcd:23ff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2001:DB8::1/48", "2001:db8::/48", "ffff:ffff:ffff::", "2001:db8:0:ffff:ffff:ffff:ffff:ffff"),
    ])
    func `a network has a mask, a first and a last address`(
        text: String, masked: String, netmask: String, last: String
    ) throws {
        let network = try IPNetwork(parsing: text)
        #expect(network.description == text.lowercased())
        #expect(network.masked.description == masked)
        #expect(network.netmask.description == netmask)
        #expect("\(network.first)/\(network.prefixLength)" == masked)
        #expect(network.last.description == last)
        #expect(try IPNetwork(network.address, netmask: network.netmask) == network)
        #expect(network.contains(network.first) && network.contains(network.last))
        #expect(network.first.predecessor.map(network.contains) != true)
        #expect(network.last.successor.map(network.contains) != true)
    }

    @Test(
        arguments: [
            ("", .empty), ("/24", .missingAddress), ("192.168.1.1/255.255.255.0", .wrongCharacter),
            ("192.168.1.1/35", .prefixOutOfRange), ("2001:db8::1/-1", .wrongCharacter),
            ("2001:db8::1/-0", .wrongCharacter), ("-0.0.0.0/32", .wrongCharacter), ("0.-1.0.0/32", .wrongCharacter),
            ("0.0.0.0/-0", .wrongCharacter), ("127.000.000.001/32", .leadingZero), ("192.168.0.0", .missingPrefix),
            ("1.257.1.1/24", .octetOutOfRange), ("1.1.1.0/q", .wrongCharacter), ("1.1.1.0/-1", .wrongCharacter),
            ("1.1.1.0/33", .prefixOutOfRange), ("2001::/129", .prefixOutOfRange), ("1.1.1.0%a/24", .zoneNotAllowed),
            ("2001:db8::%a/32", .zoneNotAllowed), ("10.0.0.256/24", .octetOutOfRange), ("10.0.0.0/", .missingPrefix),
            ("10.0.0.0/08", .leadingZero), ("10.0.0.0/8/8", .wrongCharacter), ("10.0.0.0/+8", .wrongCharacter),
            ("10.0.0.0/4294967304", .prefixOutOfRange), ("10.0.0.0/8 ", .wrongCharacter),
        ] as [(String, AddressError.Reason)])
    func `any other text is no network`(text: String, reason: AddressError.Reason) {
        #expect(refusal(of: text, as: IPNetwork.self) == reason)
    }

    @Test(arguments: ["127.0.0.1/24", "::1/24", "::1%scope_id/24"])
    func `a network is no address`(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(arguments: [("10.0.0.1", -1), ("10.0.0.1", 33), ("::1", 129), ("::1", .min), ("10.0.0.1", .max)])
    func `a prefix length outside of the address is refused`(address: String, length: Int) throws {
        let address = try IPAddress(parsing: address)
        let error = #expect(throws: AddressError.self) { try IPNetwork(address, prefixLength: length) }
        #expect(error?.reason == .prefixOutOfRange)
        #expect(error?.part == String(length))
    }

    @Test(
        arguments: [
            ("10.0.0.1", "255.255.255.1", .notContiguous), ("10.0.0.1", "0.255.255.0", .notContiguous),
            ("10.0.0.1", "0.0.0.1", .notContiguous), ("::1", "ffff::1", .notContiguous),
            ("::1", "ffff:ffff:ffff:ffff:0:8000::", .notContiguous), ("::1", "255.0.0.0", .mixedVersions),
            ("10.0.0.1", "ff00::", .mixedVersions),
        ] as [(String, String, AddressError.Reason)])
    func `a netmask is contiguous and of the same version`(
        address: String, netmask: String, reason: AddressError.Reason
    ) throws {
        let (address, netmask) = (try IPAddress(parsing: address), try IPAddress(parsing: netmask))
        let error = #expect(throws: AddressError.self) { try IPNetwork(address, netmask: netmask) }
        #expect(error?.reason == reason)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.7/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.0", false),
        ("0.0.0.0/0", "255.255.255.255", true), ("0.0.0.0/0", "::1", false), ("::/0", "1.2.3.4", false),
        ("10.0.0.0/8", "::ffff:10.0.0.1", false), ("::ffff:10.0.0.0/104", "::ffff:10.1.1.1", true),
        ("::1/128", "::1", true), ("::1/128", "::2", false), ("::1/127", "::", true),
        ("fe80::/10", "fe80::1%1", true),
    ])
    func `a network contains the addresses with its prefix`(text: String, address: String, isInside: Bool) throws {
        let network = try IPNetwork(parsing: text)
        #expect(network.contains(try IPAddress(parsing: address)) == isInside)
    }

    @Test func `an IPv4 network contains an unmapped address`() throws {
        let mapped = try IPAddress(parsing: "::ffff:10.0.0.1")
        #expect(try IPNetwork(parsing: "10.0.0.0/8").contains(mapped.unmapped))
    }

    @Test(arguments: [
        ("1.2.0.0/16", "1.2.3.0/24", true), ("1.2.3.0/24", "1.2.4.0/24", false), ("0.0.0.0/0", "9.9.9.9/32", true),
        ("1.2.3.4/32", "1.2.3.4/32", true), ("::/0", "0.0.0.0/0", false), ("2001:db8::/32", "2001:db8:1::/48", true),
        ("2001:db8::/48", "2001:db8:1::/48", false), ("1.2.255.255/16", "1.2.0.0/24", true),
    ])
    func `networks overlap when one contains the other`(left: String, right: String, overlap: Bool) throws {
        let (left, right) = (try IPNetwork(parsing: left), try IPNetwork(parsing: right))
        #expect(left.overlaps(right) == overlap)
        #expect(right.overlaps(left) == overlap)
        #expect(left.contains(right) == overlap)
        #expect(right.contains(left) == (left == right))
    }

    @Test func `the network of a single address drops its zone`() throws {
        let network = IPNetwork(single: try IPAddress(parsing: "fe80::1%1"))
        #expect(network.description == "fe80::1/128")
        #expect(network.isSingleAddress)
        #expect(try !IPNetwork(parsing: "fe80::1/127").isSingleAddress)
    }

    @Test func `a random network reads what it prints`() throws {
        var generator = SeededGenerator(seed: 9)
        for _ in 0..<5_000 {
            let addresses: [IPAddress] = [.v4(.random(using: &generator)), .v6(.random(using: &generator))]
            for address in addresses {
                let length = Int.random(in: 0...address.version.addressBits, using: &generator)
                let network = try IPNetwork(address, prefixLength: length)
                if try IPNetwork(parsing: network.description) != network { Issue.record("\(network)") }
            }
        }
    }
}
