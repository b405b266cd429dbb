import Foundation
import Sockets
import TestSupport
import Testing

@Suite(.ownThread) struct RelayTests {
    /// How both ends are told where to meet; the folder is for Unix paths.
    static let addresses = ["127.0.0.1:0", "unix:/", "unix:@"]

    private static func place(_ address: String, _ folder: TemporaryFolder) -> String {
        switch address {
        case "unix:/": "unix:\(folder.file("socket"))"
        case "unix:@": "unix:@sock-test-\(UInt64.random(in: 0 ... .max))"
        default: address
        }
    }

    private static func target(_ place: String, _ program: Program) -> String {
        let reported = program.address
        return place.hasPrefix("unix:") ? place : reported
    }

    @Test(arguments: addresses) func `listen and connect exchange their inputs, and both end`(_ kind: String) throws {
        try relay(kind)
    }

    @Test(.needsIPv6) func `listen and connect exchange their inputs over IPv6 too`() throws { try relay("[::1]:0") }

    private func relay(_ kind: String) throws {
        let folder = try TemporaryFolder(), place = Self.place(kind, folder)
        let server = try Program.sock("listen", place)
        server.send("from the server\n")
        server.endInput()
        let client = try sock("connect", Self.target(place, server), input: "from the client\n")
        let outcome = server.finish()
        #expect(client.status == 0)
        #expect(client.output == "from the server\n")
        #expect(outcome.status == 0)
        #expect(outcome.output == "from the client\n")
        #expect(!FileManager.default.fileExists(atPath: folder.file("socket")))
    }

    @Test func `keep-open serves one client after the other`() throws {
        let server = try Program.sock("listen", "--keep-open", "127.0.0.1:0")
        server.endInput()
        for text in ["one\n", "two\n", "three\n"] {
            #expect(try sock("connect", server.address, input: text).status == 0)
        }
        for text in ["one", "two", "three"] { #expect(server.line() == text) }
        server.signal(SIGTERM)
        #expect(server.finish().status == 0)
    }

    @Test(arguments: ["iterative", "fork", "thread", "select", "poll", "epoll", "async"])
    func `echo sends a pipe's bytes back`(_ model: String) throws {
        let server = try Program.sock("echo", "127.0.0.1:0", "--model", model)
        let text = String(repeating: "0123456789abcde\n", count: 4000)
        let client = try sock("connect", server.address, input: text)
        #expect(client.status == 0)
        #expect(client.output == text)
        server.signal(SIGTERM)
        let outcome = server.finish()
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains("1 accepted, 0 active, 0 failed"))
    }

    @Test(arguments: ["udp", "udp-async"]) func `datagrams are echoed`(_ model: String) throws {
        try echoDatagram("127.0.0.1:0", model)
    }

    @Test(.needsIPv6, arguments: ["udp", "udp-async"]) func `datagrams of IPv6 are echoed`(_ model: String) throws {
        try echoDatagram("[::1]:0", model)
    }

    private func echoDatagram(_ address: String, _ model: String) throws {
        let server = try Program.sock("echo", address, "--model", model)
        let client = try sock("connect", "--udp", "--wait", "0.3", server.address, input: "a datagram")
        #expect(client.output == "a datagram")
        server.signal(SIGINT)
        #expect(server.finish().errors.contains("1 accepted"))
    }

    @Test(arguments: ["udp", "udp-async"]) func `datagrams of a Unix socket are echoed`(_ model: String) throws {
        let folder = try TemporaryFolder(), place = "unix:\(folder.file("socket"))"
        let server = try Program.sock("echo", place, "--model", model)
        _ = server.address
        let client = try sock("connect", "--udp", "--wait", "0.3", place, input: "a datagram")
        #expect(client.output == "a datagram")
        // One that has no address gets no answer.
        let nobody = try Socket(.unix, .datagram)
        try nobody.send([1].span, to: try UnixAddress(path: folder.file("socket")))
        server.signal(SIGINT)
        #expect(server.finish().errors.contains("2 accepted, 0 active, 0 failed"))
        #expect(!FileManager.default.fileExists(atPath: folder.file("socket")))
    }

    @Test(arguments: ["thread", "async"]) func `the second signal ends the clients of a server`(_ model: String) throws
    {
        let server = try Program.sock("echo", "127.0.0.1:0", "--model", model)
        let client = try Program.sock("connect", server.address)
        client.send("first\n")
        #expect(client.line() == "first")
        server.signal(SIGTERM)
        // It takes no more clients while it waits for this one.
        client.send("second\n")
        #expect(client.line() == "second")
        // Another one than the first, which may still wait to be taken.
        server.signal(SIGINT)
        #expect(server.finish().status == 0)
        #expect(client.finish().status == 0)
    }

    @Test func `the engine of a server is chosen, or refused with those there are`() throws {
        let server = try Program.sock("echo", "127.0.0.1:0", "--model", "async", "--engine", "epoll")
        #expect(try sock("connect", server.address, input: "hello").output == "hello")
        let missing = try sock("echo", "127.0.0.1:0", "--model", "async", "--engine", "kqueue")
        #expect(missing.status == 1)
        #expect(missing.errors.contains("there is no engine \"kqueue\" here; there are: "))
        let wrong = try sock("echo", "127.0.0.1:0", "--model", "thread", "--engine", "epoll")
        #expect(wrong.status == 1)
        #expect(wrong.errors.contains("only async and udp-async have an engine to choose"))
    }

    @Test func `send and receive move datagrams, and lines one by one`() throws {
        let receiver = try Program.sock("receive", "127.0.0.1:0", "--count", "4")
        #expect(try sock("send", receiver.address, "first", "-", input: "a line\n\nlast").status == 0)
        let outcome = receiver.finish()
        let texts = outcome.output.split(separator: "\n").map { $0.drop { $0 != " " }.dropFirst() }
        #expect(texts == ["5: first", "6: a line", "0: ", "4: last"])
        #expect(outcome.status == 0)
    }

    @Test func `received datagrams as JSON hold any bytes`() throws {
        let receiver = try Program.sock(
            "receive", "unix:@sock-test-\(UInt64.random(in: 0 ... .max))", "--json", "-c", "2")
        _ = receiver.errors(containing: "\n")
        let name = receiver.address
        #expect(try sock("send", "unix:\(name)", "say \"hi\"\t\\", "\u{1B}é").status == 0)
        let rows = receiver.finish().lineObjects
        #expect(rows.count == 2)
        #expect(rows[0]?["text"] as? String == "say \"hi\"\t\\")
        #expect(rows[1]?["bytes"] as? String == "1bc3a9")
        #expect(rows[1]?["size"] as? Int == 3)
    }

    @Test func `listen takes datagrams of its first sender, and answers`() throws {
        let server = try Program.sock("listen", "--udp", "127.0.0.1:0")
        let address = server.address
        let client = try Program.sock("connect", "--udp", address)
        client.send("question")
        #expect(server.errors(containing: "connected").contains("UDP"))
        server.send("answer")
        client.endInput()
        #expect(client.finish().output == "answer")
        server.signal(SIGINT)
        let outcome = server.finish()
        #expect(outcome.output == "question")
        #expect(outcome.errors.contains("8 bytes in, 6 bytes out"))
    }

    @Test func `a client whose input goes on ends when the server has closed`() throws {
        let server = try Program.sock("listen", "127.0.0.1:0")
        let client = try Program.sock("connect", server.address)
        client.send("first\n")
        #expect(server.line() == "first")
        server.signal(SIGTERM)
        #expect(server.finish().status == 0)
        #expect(client.finish().status == 0)
    }

    @Test func `much data goes through in both directions at once`() throws {
        let server = try Program.sock("echo", "127.0.0.1:0", "--model", "epoll")
        let script = "head -c 20000000 /dev/zero | \"$0\" connect \"$1\" | wc -c"
        let outcome = try Program.run("/bin/sh", ["-c", script, Program.tool, server.address])
        #expect(outcome.output.contains("20000000"))
    }
}
