import Foundation
import Sockets
import TestSupport
import Testing

/// A real name server for names that end in `test`.
private struct NameServer {
    static let path = Program.find("dnsmasq")

    let program: Program
    let address: String

    /// It cannot choose a free port, so one is chosen here, and another one when somebody else was quicker.
    init() throws {
        for _ in 0..<10 {
            let port = try UDPSocket(boundTo: .loopback(port: 0)).localAddress.port
            let program = try Program(try #require(Self.path), Self.arguments + ["--port=\(port)"], joined: true)
            guard program.rest(after: "started, version") != nil else { continue }
            (self.program, address) = (program, "127.0.0.1:\(port)")
            return
        }
        throw CocoaError(.fileNoSuchFile)
    }

    private static var arguments: [String] {
        let long = (1...30).map { "--txt-record=long.test,\(String(repeating: "x", count: 40))\($0)" }
        return [
            "-d", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--listen-address=127.0.0.1",
            "--bind-interfaces", "--user=", "--pid-file=", "--local=/test/",
            "--host-record=a.test,192.0.2.7,2001:db8::7",
            "--txt-record=t.test,one two,three", "--cname=other.test,a.test",
        ] + long
    }
}

@Suite(.ownThread, .timeLimit(.minutes(2))) struct DNSTests {
    @Test(.enabled(if: NameServer.path != nil, "dnsmasq is not installed"))
    func `the DNS client asks a real name server, and again over TCP when the answer is long`() throws {
        let server = try NameServer()
        let questions = [
            ["a.test", "A"]: ["A 192.0.2.7", "1 records"], ["a.test", "AAAA"]: ["AAAA 2001:db8::7", "1 records"],
            ["t.test", "TXT"]: ["TXT \"one twothree\"", "1 records"],
            ["other.test", "A"]: ["A 192.0.2.7", "1 records"], ["a.test", "TXT"]: ["0 records"],
            ["none.test", "A"]: ["status 3, no such name", "0 records"],
        ]
        for (question, lines) in questions {
            let outcome = try Program(example: "dns-client", [server.address] + question).finish()
            #expect(outcome.status == 0)
            #expect(outcome.lines == lines, "\(question)")
        }
        let outcome = try Program(example: "dns-client", [server.address, "long.test", "TXT"]).finish()
        #expect(outcome.lines.first == "too long for a datagram: asking over TCP")
        #expect(outcome.lines.last == "30 records")
        #expect(Set(outcome.lines).count == 32)
    }

    @Test(arguments: ["x..test", ".", String(repeating: "x", count: 64) + ".test", String(repeating: "x.", count: 130)])
    func `what is no name is not asked for`(_ name: String) throws {
        let outcome = try Program(example: "dns-client", ["127.0.0.1:1", name, "A"]).finish()
        #expect(outcome.status == 1)
        #expect(outcome.lines.first?.contains("a name has parts of 1 to 63 bytes") == true)
    }

    @Test func `a name server that is not there is told of at once`() throws {
        // It hears nobody but its peer. One that was closed could live on in a process that is just being started.
        let deaf = try UDPSocket(boundTo: .loopback(port: 0)).connected(to: .loopback(port: 9))
        let outcome = try Program(example: "dns-client", ["\(try deaf.localAddress)", "a.test", "A"]).finish()
        #expect(outcome.status == 1)
        #expect(outcome.lines.first?.contains("ECONNREFUSED") == true)
    }

    /// An answer to a query, with whatever follows the question.
    private func answer(_ query: [UInt8], _ count: UInt8, _ records: [UInt8]) -> [UInt8] {
        query[..<2] + [0x81, 0x80, 0, 1, 0, count, 0, 0, 0, 0] + query[12...] + records
    }

    private static let record: [UInt8] = [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 9]

    @Test func `a lost query is asked again, and what is no answer to it is passed over`() throws {
        let server = try UDPSocket(boundTo: .loopback(port: 0))
        let client = try Program(example: "dns-client", ["\(try server.localAddress)", "a.test", "A"])
        var buffer = [UInt8](repeating: 0, count: 512)
        _ = try server.receive(into: &buffer)
        #expect(client.line() == "no answer, attempt 1")
        let datagram = try server.receive(into: &buffer), query = Array(buffer[..<datagram.count])
        let good = answer(query, 1, Self.record)
        var otherNumber = good, otherName = good
        otherNumber[1] ^= 1
        otherName[13] ^= 1
        let bad: [[UInt8]] = [
            [], [0], otherNumber, otherName, query, Array(good.dropLast()), answer(query, 200, Self.record),
            // A name that refers to itself, and one that goes beyond the end.
            answer(query, 1, [0xC0, UInt8(query.count)]), answer(query, 1, [63]), answer(query, 1, [0xC0]),
        ]
        for bytes in bad + [good] { try server.send(bytes.span, to: datagram.sender) }
        let outcome = client.finish()
        #expect(outcome.status == 0)
        // On a busy machine the answer may come after the time for it, and is one to the last query then.
        #expect(outcome.lines.filter { $0 != "no answer, attempt 2" } == ["A 192.0.2.9", "1 records"])
    }
}
