import Testing

@testable import Sockets

@Suite struct PortTests {
    @Test(arguments: [("0", 0), ("80", 80), ("00080", 80), ("65535", 65535)] as [(String, Port)])
    func `a port is one to five digits`(text: String, port: Port) throws {
        #expect(try Port(parsing: text) == port)
        #expect(Port(text) == port)
    }

    @Test(
        arguments: [
            ("", .empty), ("+0", .wrongCharacter), ("-0", .wrongCharacter), ("+1", .wrongCharacter),
            ("-1", .wrongCharacter), ("65536", .portOutOfRange), ("000080", .portOutOfRange),
            ("123456789", .portOutOfRange), ("18446744073709551696", .portOutOfRange), ("abc", .wrongCharacter),
            ("9pfs", .wrongCharacter), ("123badport", .wrongCharacter), (" 80", .wrongCharacter),
            ("80\n", .wrongCharacter), ("８0", .wrongCharacter), ("-2147483649badport", .wrongCharacter),
        ] as [(String, AddressError.Reason)])
    func `any other text is no port`(text: String, reason: AddressError.Reason) {
        #expect(Port(text) == nil)
        let error = #expect(throws: AddressError.self) { try Port(parsing: text) }
        #expect(error?.reason == reason)
    }

    @Test func `every port reads what it prints`() {
        #expect((0...UInt16.max).allSatisfy { Port(Port($0).description) == Port($0) })
    }

    @Test func `ports are ordered by number`() {
        #expect(Port.any < 1)
        #expect(Port(9) < Port(10))
    }
}
