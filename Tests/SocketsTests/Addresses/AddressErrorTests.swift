import Testing

import struct Foundation.Data
import class Foundation.JSONDecoder
import class Foundation.JSONEncoder

@testable import Sockets

@Suite struct AddressErrorTests {
    @Test(arguments: [
        ("1.2.03.4", "\"1.2.03.4\" is no IPv4 address: \"03\" has a leading zero"),
        ("1.2.3.256", "\"1.2.3.256\" is no IPv4 address: \"256\" is above 255"),
        ("1.2.3.é", "\"1.2.3.\\u{00E9}\" is no IPv4 address: \"\\u{00E9}\" is not allowed here"),
        ("1.2.3.4\n", "\"1.2.3.4\\n\" is no IPv4 address: \"\\n\" is not allowed here"),
        ("1.2\0", "\"1.2\\0\" is no IPv4 address: \"\\0\" is not allowed here"),
        ("", "\"\" is no IPv4 address: the text is empty"),
    ])
    func `the description says what was wrong and what is accepted`(text: String, message: String) {
        let error = #expect(throws: AddressError.self) { try IPv4Address(parsing: text) }
        #expect(error?.description == message + " (expected: four numbers from 0 to 255 like 192.0.2.1)")
    }

    @Test func `a long text is cut`() {
        let text = String(repeating: "1", count: 10_000)
        let error = #expect(throws: AddressError.self) { try IPSocketAddress(parsing: "1.2.3.\(text):80") }
        #expect(error?.input == "1.2.3." + text.prefix(74) + "…")
        #expect(error?.part == text.prefix(80) + "…")
    }

    @Test(arguments: [
        "127.0.0.1", "\"127.0.0.1:80", "[\"300.0.0.1\"]", "[80]", "[\"::1\"]",
    ])
    func `damaged JSON is an error`(json: String) {
        #expect(throws: (any Error).self) {
            try JSONDecoder().decode([IPv4Address].self, from: Data(json.utf8))
        }
    }

    @Test func `values are coded as their text`() throws {
        let values = Values()
        let json = String(decoding: try JSONEncoder().encode(values), as: UTF8.self)
        for text in ["\"192.0.2.1\"", "\"fe80::1%7\"", "\"::1\"", "\"[::1]:80\"", ":443", "\"a:http\""] {
            #expect(json.contains(text))
        }
        #expect(try JSONDecoder().decode(Values.self, from: Data(json.utf8)) == values)
    }

    struct Values: Codable, Equatable {
        var v4 = IPv4Address(192, 0, 2, 1)
        var v6 = IPv6Address(0xFE80, 0, 0, 0, 0, 0, 0, 1, scopeID: 7)
        var ip = IPAddress.loopback(.v6)
        var port: Sockets.Port = 443
        var network = IPNetwork(single: .loopback())
        var socket = IPSocketAddress.loopback(.v6, port: 80)
        var hostPort = HostPort(host: "a", service: "http")
        var hardware = HardwareAddress("00:00:5e:00:53:01")
    }
}
