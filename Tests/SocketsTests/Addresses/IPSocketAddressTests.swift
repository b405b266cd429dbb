import Testing

@testable import Sockets

@Suite struct IPSocketAddressTests {
    @Test(arguments: ["1.2.3.4:1234", "[::1]:80", "[fe80::1%2]:80", "0.0.0.0:0", "[::ffff:1.2.3.4]:65535"])
    func `text is printed as it was read`(text: String) throws {
        #expect(try IPSocketAddress(parsing: text).description == text)
    }

    @Test(
        arguments: [
            ("", .empty), ("1.1.1.1:123456", .portOutOfRange), ("1.1.1.1:-123", .wrongCharacter),
            ("[1.2.3.4]:1234", .tooFewParts), ("fe80::1:1234", .missingBrackets), (":0", .missingAddress),
            ("127.0.0.1", .missingPort), ("127.0.0.1:", .missingPort), ("[127.0.0.1]:22", .tooFewParts),
            ("127.0.0.1:123456", .portOutOfRange), ("1:1:1:1:1:1:1:1:8080", .missingBrackets),
            ("[]:80", .missingAddress),
            ("[::1]", .missingPort), ("[::1]:", .missingPort), ("[::1]80", .missingPort), ("[::1", .strayBracket),
            ("::1]:80", .missingBrackets), ("[[::1]]:80", .missingPort), ("127.0.0.1:☺", .wrongCharacter),
            ("no-such-name:80", .wrongCharacter), ("127.0.0.1:http", .wrongCharacter),
            (" 127.0.0.1:80", .wrongCharacter),
            ("0127.0.0.1:80", .leadingZero), ("[::1]:+80", .wrongCharacter), ("[::1%no such]:80", .unknownZone),
        ] as [(String, AddressError.Reason)])
    func `any other text is no socket address`(text: String, reason: AddressError.Reason) {
        #expect(refusal(of: text, as: IPSocketAddress.self) == reason)
    }

    @Test func `the wildcard and the loopback are IPv4 unless IPv6 is asked for`() {
        #expect(IPSocketAddress.any(port: 80).description == "0.0.0.0:80")
        #expect(IPSocketAddress.any(.v6, port: 80).description == "[::]:80")
        #expect(IPSocketAddress.loopback(port: .any).description == "127.0.0.1:0")
        #expect(IPSocketAddress.loopback(.v6, port: 443).description == "[::1]:443")
        #expect(IPSocketAddress.loopback(.v6, port: 443).version == .v6)
    }

    @Test(arguments: [0, 1, 0xFFFFE, 0xFFFFF] as [UInt32])
    func `a flow label has up to twenty bits`(label: UInt32) throws {
        let address = try IPSocketAddress(.loopback, port: 1, flowLabel: label)
        #expect(address.flowLabel == label)
        #expect(address.description == "[::1]:1")
    }

    @Test(arguments: [0x100000, .max] as [UInt32])
    func `a flow label of more than twenty bits is refused`(label: UInt32) {
        let error = #expect(throws: AddressError.self) {
            try IPSocketAddress(.loopback, port: 1, flowLabel: label)
        }
        #expect(error?.reason == .flowLabelOutOfRange)
        #expect(error?.part == String(label))
    }

    @Test func `addresses are ordered by address, port and flow label`() throws {
        let texts = ["1.2.3.4:9", "1.2.3.4:10", "1.2.3.5:1", "[::1]:2", "[::1%1]:1"]
        var sorted = try texts.map { try IPSocketAddress(parsing: $0) }
        sorted.append(try IPSocketAddress(.init(high: 1, low: 0), port: 1, flowLabel: 1))
        sorted.append(try IPSocketAddress(.init(high: 1, low: 0), port: 1, flowLabel: 2))
        #expect(sorted.shuffled().sorted() == sorted)
    }

    @Test func `a mapped address is unmapped with its port`() throws {
        #expect(try IPSocketAddress(parsing: "[::ffff:127.0.0.1]:80").unmapped.description == "127.0.0.1:80")
        #expect(try IPSocketAddress(parsing: "[::1]:80").unmapped.description == "[::1]:80")
    }

    @Test func `a random address reads what it prints`() {
        var generator = SeededGenerator(seed: 16)
        let wrong = (0..<10_000).flatMap { index in
            let port = Port(UInt16(index))
            return [
                IPSocketAddress(IPv4Address.random(using: &generator), port: port),
                IPSocketAddress(IPv6Address.random(using: &generator), port: port),
            ]
        }.filter { IPSocketAddress($0.description) != $0 }
        #expect(wrong == [])
    }

    @Test func `damaged text is refused without harm`() {
        var generator = SeededGenerator(seed: 160)
        for index in 0..<10_000 {
            var text = IPSocketAddress(IPv6Address.random(using: &generator), port: Port(UInt16(index))).description
            for _ in 0..<4 where !text.isEmpty { text = mutated(text, using: &generator) }
            if let address = IPSocketAddress(text) { #expect(IPSocketAddress(address.description) == address) }
            _ = (HostPort(text), IPNetwork(text), HardwareAddress(text), Port(text))
        }
    }
}
