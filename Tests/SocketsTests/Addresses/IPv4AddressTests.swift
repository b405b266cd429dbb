import Testing

@testable import Sockets

@Suite struct IPv4AddressTests {
    @Test(arguments: IPv4Row.all)
    func `the strict reader takes four decimal octets only`(row: IPv4Row) {
        #expect(IPv4Address(row.text)?.description == row.strict)
    }

    @Test(arguments: IPv4Row.all)
    func `the classic reader takes what inet_aton takes`(row: IPv4Row) {
        #expect(IPv4Address(classicNotation: row.text)?.description == row.classic)
    }

    @Test(
        arguments: [
            ("4294967295", "255.255.255.255"), ("4294967296", nil), ("0xffffffff", "255.255.255.255"),
            ("0x100000000", nil), ("037777777777", "255.255.255.255"), ("040000000000", nil),
            ("1.16777215", "1.255.255.255"), ("1.16777216", nil), ("1.2.65535", "1.2.255.255"), ("1.2.65536", nil),
            ("1.2.3.256", nil), ("256.1", nil), ("0x", nil), ("0x.1", nil), ("1.", nil), ("1.2.3.4.5", nil),
            ("00000000000000000001", "0.0.0.1"), ("0X7F.1", "127.0.0.1"), ("99999999999999999999999", nil),
            ("1.2.3.4 \t\r\n", "1.2.3.4"), ("1.2.3.4 junk", nil), (" ", nil), ("1.0xg", nil),
        ] as [(String, String?)])
    func `the classic reader knows the bounds of each part`(text: String, printed: String?) {
        #expect(IPv4Address(classicNotation: text)?.description == printed)
    }

    @Test(
        arguments: [
            ("", .empty), (".", .emptyPart), ("1..2.3", .emptyPart), ("1.2.3.4.", .tooManyParts),
            ("1.2.3.4.5", .tooManyParts), ("1.2.3", .tooFewParts), ("1.2.03.4", .leadingZero),
            ("00.0.0.0", .leadingZero), ("1.256.2.3", .octetOutOfRange), ("1.2.3.a", .wrongCharacter),
            ("1.2.3.4%lo", .wrongCharacter), ("127.0.0.1/24", .wrongCharacter),
            ("1.2.99999999999999999999.4", .octetOutOfRange),
        ] as [(String, AddressError.Reason)])
    func `the error names the reason`(text: String, reason: AddressError.Reason) {
        #expect(refusal(of: text, as: IPv4Address.self) == reason)
    }

    @Test func `octets, bytes and number are the same address`() {
        let address = IPv4Address(127, 0, 2, 1)
        #expect(address.rawValue == 0x7F00_0201)
        let octets = address.octets
        #expect(IPv4Address(bytes: octets.span) == address)
        #expect(octets.indices.map { octets[$0] } == [127, 0, 2, 1])
        #expect(IPv4Address.broadcast.rawValue == .max)
        #expect(IPv4Address("255.255.255.255") == .broadcast)
        #expect(IPv4Address.any.description == "0.0.0.0")
        #expect(IPv4Address.loopback.description == "127.0.0.1")
    }

    @Test(arguments: [0, 3, 5, 16])
    func `other than four bytes are no address`(count: Int) {
        let bytes = [UInt8](repeating: 1, count: count)
        let address = IPv4Address(bytes: bytes.span)
        #expect(address == nil)
    }

    @Test func `neighbours end at the bounds`() {
        #expect(IPv4Address.any.predecessor == nil)
        #expect(IPv4Address.any.successor == IPv4Address(0, 0, 0, 1))
        #expect(IPv4Address(10, 0, 0, 255).successor == IPv4Address(10, 0, 1, 0))
        #expect(IPv4Address(10, 0, 1, 0).predecessor == IPv4Address(10, 0, 0, 255))
        #expect(IPv4Address.broadcast.predecessor == IPv4Address(255, 255, 255, 254))
        #expect(IPv4Address.broadcast.successor == nil)
    }

    @Test(arguments: [0, 1, 0xFF, 0x100, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF] as [UInt32])
    func `a boundary value reads what it prints`(rawValue: UInt32) {
        let address = IPv4Address(rawValue: rawValue)
        #expect(IPv4Address(address.description) == address)
        #expect(IPv4Address(classicNotation: String(rawValue)) == address)
        #expect(IPv4Address(classicNotation: "0x" + String(rawValue, radix: 16)) == address)
        #expect(IPv4Address(classicNotation: "0" + String(rawValue, radix: 8)) == address)
    }

    @Test func `a random address reads what it prints`() {
        var generator = SeededGenerator(seed: 4)
        let wrong = (0..<20_000).map { _ in IPv4Address.random(using: &generator) }.filter {
            IPv4Address($0.description) != $0 || IPv4Address(classicNotation: $0.description) != $0
        }
        #expect(wrong == [])
    }

    @Test func `the reader agrees with a slow one about damaged text`() {
        var generator = SeededGenerator(seed: 44)
        let texts = (0..<20_000).map { _ in
            mutated(IPv4Address.random(using: &generator).description, using: &generator)
        }
        let wrong = texts.filter { text in
            let octets = IPv4Address(text).map { address in (0..<4).map { address.octets[$0] } }
            return octets != slowIPv4(text)
        }
        #expect(wrong == [])
    }
}
