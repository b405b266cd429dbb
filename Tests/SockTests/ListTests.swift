import TestSupport
import Testing

@Suite(.ownThread) struct ListTests {
    @Test func `resolve prints the addresses of localhost`() throws {
        let outcome = try sock("resolve", "localhost", "--ip", "v4")
        #expect(outcome.output == "127.0.0.1\n")
        let rows = try sock("resolve", "localhost", "7", "--json").objects
        #expect(rows?.first?["port"] as? Int == 7)
    }

    @Test func `an address is looked up by its name`() throws {
        let outcome = try sock("resolve", "127.0.0.1", "--json")
        #expect(outcome.objects?.first?["address"] as? String == "127.0.0.1")
    }

    @Test func `the interfaces include the loopback one`() throws {
        let rows = try #require(try sock("interfaces", "--json").objects)
        let loopback = rows.first { ($0["flags"] as? [String])?.contains("loopback") == true }
        #expect((loopback?["addresses"] as? [String])?.contains("127.0.0.1/8") == true)
        #expect(try sock("interfaces").output.contains("127.0.0.1/8"))
    }

    @Test func `the table of the example has a connection`() throws {
        let rows = try #require(try sock("table", "--example", "--json").objects)
        #expect(rows.contains { $0["state"] as? String == "LISTEN" })
        #expect(rows.contains { $0["receiveQueue"] as? Int == 3 })
        #expect(try sock("table", "--json").json != nil)
        #expect(try sock("table", "--example").output.contains("ESTABLISHED"))
    }

    @Test(arguments: ["tcp", "udp", "unix"])
    func `every option has a value or the name of an error`(_ kind: String) throws { try listOptions(kind) }

    @Test(.needsIPv6, arguments: ["tcp6", "udp6"])
    func `every option of IPv6 has a value or the name of an error`(_ kind: String) throws { try listOptions(kind) }

    private func listOptions(_ kind: String) throws {
        let rows = try #require(try sock("options", "--socket", kind, "--json").objects)
        #expect(rows.count > 50)
        let type = rows.first { $0["name"] as? String == "SO_TYPE" }
        #expect(type?["value"] as? Int == (kind.hasPrefix("udp") ? 2 : 1))
        #expect(rows.allSatisfy { $0["level"] is String && $0["kind"] is String && $0["value"] != nil })
    }

    @Test func `options of a connection are those of its socket`() throws {
        let server = try Program.sock("echo", "127.0.0.1:0")
        let outcome = try sock("options", server.address)
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("SO_RCVBUF"))
    }
}
