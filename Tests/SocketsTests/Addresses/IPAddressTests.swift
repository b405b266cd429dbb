import Testing

@testable import Sockets

@Suite struct IPAddressTests {
    @Test(arguments: IPv4Row.all)
    func `IPv4 text is read strictly`(row: IPv4Row) {
        // With a colon in it, a text is taken for IPv6.
        #expect(IPAddress(row.text)?.description == row.strict)
    }

    @Test(arguments: IPv6Row.all.filter { $0.text != "192.168.1.1" })
    func `IPv6 text is read strictly`(row: IPv6Row) {
        #expect(IPAddress(row.text)?.description == row.printed)
    }

    @Test(
        arguments: [("", .empty), ("localhost", .wrongCharacter), ("127.1", .tooFewParts), ("1:2", .tooFewParts)]
            as [(String, AddressError.Reason)])
    func `a name is no address`(text: String, reason: AddressError.Reason) {
        #expect(refusal(of: text, as: IPAddress.self) == reason)
    }

    @Test func `IPv4 is ordered before IPv6, and zones within an address`() throws {
        let sorted = ["0.0.0.0", "1.2.3.4", "8.8.8.8", "::", "::1", "::1%2", "::1%3", "::2", "102:304::", "ff00::"]
        let addresses = try sorted.map { try IPAddress(parsing: $0) }
        #expect(addresses.shuffled().sorted() == addresses)
        #expect(addresses.map(\.description) == sorted)
        for (left, right) in zip(addresses, addresses.dropFirst()) {
            #expect(left < right)
            #expect(!(right < left))
            #expect(!(left < left))
        }
    }

    @Test(
        arguments: [
            (nil, "0.0.0.0", "0.0.0.1"), ("255.255.255.254", "255.255.255.255", nil), (nil, "::", "::1"),
            ("::ffff:ffff:ffff:ffff", "0:0:0:1::", "::1:0:0:0:1"), ("fe80::%1", "fe80::1%1", "fe80::2%1"),
            ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", nil),
        ] as [(String?, String, String?)])
    func `neighbours stay in the version`(before: String?, text: String, after: String?) throws {
        let address = try IPAddress(parsing: text)
        #expect(address.predecessor?.description == before)
        #expect(address.successor?.description == after)
    }

    @Test(
        arguments: [(3, nil), (4, "1.1.1.1"), (5, nil), (15, nil), (16, "101:101:101:101:101:101:101:101"), (17, nil)]
            as [(Int, String?)])
    func `four or sixteen bytes are an address`(count: Int, printed: String?) {
        let bytes = [UInt8](repeating: 1, count: count)
        let address = IPAddress(bytes: bytes.span)
        #expect(address?.description == printed)
    }

    @Test(arguments: IPVersion.allCases)
    func `each version has its wildcard and its loopback`(version: IPVersion) {
        #expect(IPAddress.any(version).isUnspecified)
        #expect(IPAddress.any(version).version == version)
        #expect(IPAddress.loopback(version).isLoopback)
        #expect(IPAddress.loopback(version).version == version)
    }
}
