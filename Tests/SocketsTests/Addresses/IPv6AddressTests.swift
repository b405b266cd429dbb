import Testing

@testable import Sockets

@Suite struct IPv6AddressTests {
    @Test(arguments: IPv6Row.all)
    func `text is read as inet_pton reads it and printed as inet_ntop prints it`(row: IPv6Row) {
        #expect(IPv6Address(row.text)?.description == row.printed)
    }

    @Test(
        arguments: [
            ([0x2001, 0xdb8, 1, 0, 1, 0, 1, 0], "2001:db8:1:0:1:0:1:0"),
            ([0x2001, 0, 0, 0, 1, 0, 0, 1], "2001::1:0:0:1"),
            ([0x2001, 0xdb8, 0, 0, 1, 0, 0, 0], "2001:db8:0:0:1::"),
            ([1, 0, 0, 4, 0, 0, 0, 8], "1:0:0:4::8"),
            ([1, 0, 0, 4, 0, 0, 7, 8], "1::4:0:0:7:8"),
            ([1, 2, 3, 4, 5, 6, 0, 8], "1:2:3:4:5:6:0:8"),
            ([8, 9, 0xa, 0xb, 0xc, 0xd, 0xe, 0xf], "8:9:a:b:c:d:e:f"),
            ([0, 0, 0, 0, 0, 0, 0, 0], "::"),
            ([0, 0, 0, 0, 0, 0xffff, 0xc000, 0x280], "::ffff:192.0.2.128"),
            ([0, 0, 0, 0, 0, 0xffff, 0, 0], "::ffff:0.0.0.0"),
            ([0, 0, 0, 0, 0, 0, 1, 0], "::0.1.0.0"),
            ([0, 0, 0, 0, 0, 0, 0, 0xffff], "::ffff"),
            ([0, 0, 1, 0, 0, 0, 0, 0], "0:0:1::"),
            ([0, 1, 0, 1, 0, 1, 0, 1], "0:1:0:1:0:1:0:1"),
        ] as [([UInt16], String)])
    func `groups are printed in the shortest form`(groups: [UInt16], printed: String) {
        let address = IPv6Address(segments: InlineArray { groups[$0] })
        #expect(address.description == printed)
        #expect(IPv6Address(printed) == address)
    }

    @Test(
        arguments: [
            ("", .empty), (":", .wrongCharacter), (":1", .wrongCharacter), ("1:", .emptyPart), (":::", .emptyPart),
            ("fe80::1::1", .ambiguousGap), ("::::", .emptyPart), ("1:2:3", .tooFewParts),
            ("1:2:3:4:5:6:7:8:9", .tooManyParts), ("1:2:3:4::5:6:7:8", .tooManyParts), ("abcde::1", .groupTooLong),
            ("::00000", .groupTooLong), ("::fffffffffffffffffff", .groupTooLong), ("3ffe::goog", .wrongCharacter),
            ("::ffff:127.001.002.003", .leadingZero), ("::1.2.3.256", .octetOutOfRange), ("::1.2.3", .tooFewParts),
            ("fe80::1%", .emptyPart), ("fe80::1%no such", .unknownZone), ("fe80::1%4294967296", .zoneOutOfRange),
            ("fe80::1%-1", .unknownZone), ("fe80::1%01", .leadingZero), ("%1", .empty), ("::1%lo\0", .unknownZone),
            ("::1%scope_id/24", .unknownZone), ("::1/24", .wrongCharacter),
            ("::1%a name that no interface has because of its length", .unknownZone), ("::1%lö", .unknownZone),
        ] as [(String, AddressError.Reason)])
    func `the error names the reason`(text: String, reason: AddressError.Reason) {
        #expect(refusal(of: text, as: IPv6Address.self) == reason)
    }

    @Test func `a zone may be the name of an interface`() throws {
        let name = try #require(["lo", "lo0"].first { interfaceIndex(named: $0) != nil })
        let address = try IPv6Address(parsing: "fe80::1%" + name)
        #expect(address.scopeID == interfaceIndex(named: name))
        #expect(address.description == "fe80::1%\(address.scopeID)")
    }

    @Test(arguments: [("fe80::1%4294967295", "fe80::1%4294967295"), ("fe80::1%0", "fe80::1"), ("::1%1", "::1%1")])
    func `a zone is printed unless it is zero`(text: String, printed: String) {
        #expect(IPv6Address(text)?.description == printed)
    }

    @Test func `the expanded form has all the digits`() {
        let address = IPv6Address(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1, scopeID: 7)
        #expect(address.expandedDescription == "2001:0db8:0000:0000:0000:0000:0000:0001%7")
        #expect(address.scoped(to: 0).expandedDescription == "2001:0db8:0000:0000:0000:0000:0000:0001")
        #expect(IPv6Address(address.expandedDescription) == address)
    }

    @Test func `the longest text fits`() {
        let longest = IPv6Address(mapping: .broadcast).scoped(to: .max)
        #expect(longest.description == "::ffff:255.255.255.255%4294967295")
        let widest = IPv6Address(high: .max, low: .max, scopeID: .max)
        let printed = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295"
        #expect(IPSocketAddress(widest, port: 65535).description == "[\(printed)]:65535")
    }

    @Test func `groups, bytes and numbers are the same address`() {
        let address = IPv6Address(0x2001, 0xdb8, 0x102, 0x304, 0x506, 0x708, 0x90a, 0xb0c, scopeID: 3)
        #expect(address.high == 0x2001_0db8_0102_0304)
        #expect(address.low == 0x0506_0708_090a_0b0c)
        let bytes = address.bytes
        #expect(bytes.indices.map { bytes[$0] } == [32, 1, 13, 184] + Array(1...12))
        #expect(IPv6Address(bytes: bytes.span, scopeID: 3) == address)
        #expect(IPv6Address(segments: address.segments, scopeID: 3) == address)
    }

    @Test(arguments: [0, 4, 15, 17])
    func `other than sixteen bytes are no address`(count: Int) {
        let bytes = [UInt8](repeating: 1, count: count)
        let address = IPv6Address(bytes: bytes.span)
        #expect(address == nil)
    }

    @Test func `neighbours end at the bounds and stay in the zone`() {
        let last = IPv6Address(high: .max, low: .max, scopeID: 1)
        #expect(IPv6Address.any.predecessor == nil)
        #expect(IPv6Address.any.successor == .loopback)
        #expect(IPv6Address(high: 1, low: .max, scopeID: 5).successor == IPv6Address(high: 2, low: 0, scopeID: 5))
        #expect(IPv6Address(high: 2, low: 0, scopeID: 5).predecessor == IPv6Address(high: 1, low: .max, scopeID: 5))
        #expect(last.predecessor == IPv6Address(high: .max, low: .max - 1, scopeID: 1))
        #expect(last.successor == nil)
    }

    @Test(
        arguments: [
            ("::ffff:c000:280", "192.0.2.128"), ("::ffff:c000:280%1", "192.0.2.128"), ("::fffe:c000:280", nil),
            ("::192.0.2.128", nil), ("1::ffff:c000:280", nil),
        ] as [(String, String?)])
    func `only a mapped address is unmapped`(text: String, unmapped: String?) throws {
        let address = try IPv6Address(parsing: text)
        #expect(address.unmapped?.description == unmapped)
        #expect(address.isV4Mapped == (unmapped != nil))
        #expect(IPAddress.v6(address).unmapped.description == unmapped ?? address.description)
    }

    @Test func `mapping and unmapping are inverse`() {
        #expect(IPv6Address(mapping: .loopback).description == "::ffff:127.0.0.1")
        #expect(IPv6Address(mapping: .broadcast).unmapped == .broadcast)
    }

    @Test func `a random address reads what it prints`() {
        var generator = SeededGenerator(seed: 6)
        let wrong = (0..<20_000).map { _ in IPv6Address.random(using: &generator) }.filter {
            IPv6Address($0.description) != $0 || IPv6Address($0.expandedDescription) != $0
        }
        #expect(wrong == [])
    }

    @Test func `the reader agrees with a slow one about damaged text`() {
        var generator = SeededGenerator(seed: 66)
        let texts = (0..<20_000).map { _ in
            let address = IPv6Address.random(using: &generator).scoped(to: 0)
            return mutated(address.description, using: &generator)
        }
        // The slow reader knows no zones.
        let wrong = texts.filter { !$0.contains("%") }.filter { text in
            let groups = IPv6Address(text).map { address in (0..<8).map { address.segments[$0] } }
            return groups != slowIPv6(text)
        }
        #expect(wrong == [])
    }
}
