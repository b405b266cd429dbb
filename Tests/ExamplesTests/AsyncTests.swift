import Foundation
import Sockets
import TestSupport
import Testing

/// An example that serves until it is ended.
private func server(_ name: String, _ arguments: String...) throws -> (program: Program, address: Address) {
    let program = try Program(example: name, ["127.0.0.1:0"] + arguments)
    return (program, try #require(Address(program.rest(after: "listening on "))))
}

@Suite(.ownThread, .timeLimit(.minutes(2))) struct AsyncTests {
    @Test(arguments: Client.stream) func `the async server echoes to a foreign client`(_ kind: Client) throws {
        let (server, address) = try server("async-echo")
        guard let client = try kind.start(address) else { try Test.cancel("\(kind.name) is not installed") }
        client.send("from afar\n")
        let answer = client.finish()
        #expect(answer.status == 0)
        #expect(answer.lines == ["from afar"])
        server.stop()
        #expect(server.finish().status == 128 + SIGTERM)
    }

    @Test func `a silent client holds up nobody of the async server`() throws {
        let (server, address) = try server("async-echo")
        let silent = try TCPStream.connect(to: address.text)
        let client = try Program(example: "tcp-client", [address.text, "me"]).finish()
        #expect(client.lines.last == "answer: me")
        try silent.sendAll("x".utf8.span)
        var buffer: [UInt8] = [0]
        #expect(try silent.receive(into: &buffer) == 1)
        #expect(server.isRunning)
    }

    @Test func `a passed listener serves on, in tasks`() throws {
        let outcome = try Program(example: "descriptor-passing-async").finish()
        #expect(outcome.status == 0)
        #expect(outcome.lines.count == 3)
        #expect(outcome.lines[0].hasPrefix("gave away the listener on 127.0.0.1:"))
        #expect(outcome.lines[1].dropFirst(9) == outcome.lines[0].dropFirst(14))
        #expect(outcome.lines[2] == "the client got: hello")
    }

    @Test func `the proxy moves both directions, and their ends`() throws {
        let target = try TCPListener(on: .loopback(port: 0))
        let (proxy, address) = try server("proxy", "\(target.localAddress)")
        let client = try Program(example: "tcp-client", [address.text, "question"])
        let stream = try target.accept()
        var buffer = [UInt8](repeating: 0, count: 9)
        try stream.receiveExactly(into: &buffer)
        #expect(buffer == Array("question\n".utf8))
        // The client has ended, and still gets its answer.
        #expect(try stream.receive(into: &buffer) == 0)
        try stream.sendAll("answer\n".utf8.span)
        try stream.close()
        #expect(client.finish().lines.last == "answer: answer")
        // Without a target a client is sent away, and the proxy goes on. The port stays taken, or another test may get it.
        try target.socket.shutdown(.both)
        let lost = try Program(example: "tcp-client", [address.text, "anybody?"]).finish()
        #expect(lost.status == 0 || lost.lines.last?.hasPrefix("error: ") == true)
        #expect(proxy.rest(after: "failed: ")?.contains("ECONNREFUSED") == true)
        #expect(proxy.isRunning)
    }
}

extension AsyncTests {
    @Test func `all others hear what one says in the chat`() throws {
        let (server, address) = try server("chat-server")
        var guests: [Program] = []
        for kind in Client.stream.dropFirst() {
            guard let guest = try kind.start(address) else { try Test.cancel("\(kind.name) is not installed") }
            guests.append(guest)
        }
        let chat = try Chat(address)
        try chat.say("chat")
        #expect(try chat.line() == "welcome, chat: 1 here")
        for (index, guest) in guests.enumerated() {
            guest.send("guest\(index)\n")
            #expect(guest.line() == "welcome, guest\(index): \(index + 2) here")
            #expect(try chat.line() == "guest\(index) is here")
        }
        try chat.say("hello \u{1B}[31m all")
        #expect(guests[0].rest(after: "chat: ") == "hello [31m all")
        #expect(guests[1].rest(after: "chat: ") == "hello [31m all")
        guests[1].send("hi\n")
        #expect(try chat.line() == "guest1: hi")
        guests[0].endInput()
        #expect(try chat.line() == "guest0 has left")
        // A name is taken once, until its owner leaves.
        let twin = try Chat(address)
        try twin.say("chat")
        #expect(try twin.line() == "take another name")
        #expect(try twin.line() == nil)
        try twin.close()
        try chat.close()
        let next = try Chat(address)
        try next.say("chat")
        #expect(guests[1].rest(after: "chat is ") == "here")
        server.end()
    }

    @Test func `a guest whose line has no end is sent away, and the others stay`() throws {
        let (server, address) = try server("chat-server")
        let (quiet, loud) = (try Chat(address), try Chat(address))
        try quiet.say("quiet")
        #expect(try quiet.line() == "welcome, quiet: 1 here")
        try loud.say("loud")
        #expect(try quiet.line() == "loud is here")
        try? loud.say(String(repeating: "x", count: 5000))
        #expect(try quiet.line() == "loud has left")
        #expect(server.isRunning)
    }

    /// A guest of the chat, line by line.
    private final class Chat {
        private let stream: TCPStream
        private var pending: [UInt8] = []
        private var isOpen = true

        init(_ address: Address) throws {
            stream = try TCPStream.connect(to: address.text)
            try stream.setOption(.receiveTimeout, to: .seconds(30))
        }

        func say(_ line: String) throws { try stream.sendAll((line + "\n").utf8.span) }
        func close() throws { try stream.shutdown(.write) }

        func line() throws -> String? {
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                if let end = pending.firstIndex(of: 10) {
                    defer { pending.removeFirst(end + 1) }
                    return String(decoding: pending[..<end], as: UTF8.self)
                }
                let count = try stream.receive(into: &buffer)
                if count == 0 { return nil }
                pending += buffer[..<count]
            }
        }
    }
}

@Suite(.ownThread, .timeLimit(.minutes(2))) struct HTTPTests {
    static let curl = Program.find("curl"), wrk = Program.find("wrk")

    @Test(.enabled(if: curl != nil, "curl is not installed"))
    func `curl gets two answers over one connection of the HTTP server`() throws {
        let (server, address) = try server("http-hello")
        let url = "http://\(address.text)/"
        let outcome = try Program(try #require(Self.curl), ["-sv", url, url + "again"]).finish()
        #expect(outcome.status == 0)
        #expect(outcome.lines == ["hello", "hello"])
        #expect(outcome.errors.contains("Re-using existing"))
        #expect(outcome.errors.contains("HTTP/1.1 200 OK"))
        let head = try Program(try #require(Self.curl), ["-sI", "--max-time", "20", url]).finish()
        #expect(head.status == 0 && head.output.contains("Content-Length: 6"))
        let old = try Program(try #require(Self.curl), ["-s0", "--max-time", "20", url]).finish()
        #expect(old.status == 0 && old.output == "hello\n")
        server.end()
    }

    @Test(.enabled(if: wrk != nil, "wrk is not installed"))
    func `wrk loads the HTTP server without an error`() throws {
        let (server, address) = try server("http-hello")
        let outcome = try Program(
            try #require(Self.wrk), ["-t1", "-c8", "-d1", "http://\(address.text)/"]
        ).finish()
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("requests in") && !outcome.output.contains(" 0 requests in"))
        #expect(!outcome.output.contains("Socket errors") && !outcome.output.contains("Non-2xx"))
        server.end()
    }

    struct Exchange: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let request: String
        let answers: [String]
        var body = "hello"
    }

    @Test(arguments: [
        Exchange(
            testDescription: "two at once",
            request: "GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nConnection: close\r\n\r\n",
            answers: ["HTTP/1.1 200 OK", "HTTP/1.1 200 OK"]),
        Exchange(
            testDescription: "no HTTP", request: "hello\r\n\r\n", answers: ["HTTP/1.1 400 Bad Request"], body: "no HTTP"
        ),
        Exchange(
            testDescription: "another method", request: "DELETE / HTTP/1.1\r\n\r\n",
            answers: ["HTTP/1.1 501 Not Implemented"], body: "GET and HEAD only"),
        Exchange(
            testDescription: "a body", request: "GET / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc",
            answers: ["HTTP/1.1 501 Not Implemented"], body: "GET and HEAD only"),
        Exchange(
            testDescription: "a head without end",
            request: "GET / HTTP/1.1\r\n" + String(repeating: "x", count: 8200),
            answers: ["HTTP/1.1 431 Request Header Fields Too Large"], body: ""),
    ])
    func `the HTTP server answers what is asked, byte by byte`(_ exchange: Exchange) throws {
        let (server, address) = try server("http-hello")
        let stream = try TCPStream.connect(to: address.text)
        try stream.setOption(.receiveTimeout, to: .seconds(30))
        try stream.setOption(.noDelay, to: true)
        // In pieces, whose borders are anywhere.
        let bytes = Array(exchange.request.utf8)
        for start in stride(from: 0, to: bytes.count, by: 7) {
            // It may have answered and closed before all of a request that is too long has come.
            try? stream.sendAll(bytes[start..<min(start + 7, bytes.count)].span)
        }
        var text = "", buffer = [UInt8](repeating: 0, count: 4096)
        while let count = try? stream.receive(into: &buffer), count > 0 {
            text += String(decoding: buffer[..<count], as: UTF8.self)
        }
        let lines = text.split(separator: "\r\n").map(String.init)
        #expect(lines.filter { $0.hasPrefix("HTTP/1.1") || $0.contains("\nHTTP/1.1") }.count == exchange.answers.count)
        for answer in exchange.answers { #expect(text.contains(answer)) }
        #expect(text.contains("\r\n\r\n\(exchange.body)"))
        server.end()
    }
}

@Suite(.ownThread, .timeLimit(.minutes(2))) struct RedisTests {
    /// The server is a part of the tools, and looks at the name it is called by.
    static let redis = Program.find("redis-server") ?? Program.find("redis-check-rdb")

    @Test(.enabled(if: redis != nil, "Redis is not installed"), arguments: ["a Unix socket", "TCP"])
    func `the Redis client talks to a real Redis`(_ kind: String) throws {
        let folder = try TemporaryFolder(), path = folder.file("redis.sock"), program = folder.file("redis-server")
        try FileManager.default.createSymbolicLink(
            atPath: program, withDestinationPath: try #require(Self.redis))
        // Redis cannot choose a free port, so TCP reaches it through the proxy.
        let redis = try Program(
            program, ["--port", "0", "--unixsocket", path, "--save", "", "--dir", folder.path, "--daemonize", "no"])
        // The first letter is large or small.
        #expect(redis.rest(after: "eady to accept connections") != nil)
        let proxy = try Program(Program.built("sock"), ["proxy", "127.0.0.1:0", "unix:\(path)"])
        let first = proxy.errors(containing: "\n").split(separator: "\n").first
        let address = try #require(first?.split(separator: " ").last)
        let client = try Program(example: "redis-client", [kind == "TCP" ? String(address) : path]).finish()
        #expect(client.status == 0)
        #expect(
            client.output == """
                SET: OK
                GET: "hello\r
                world"
                missing: nothing
                INCR: 1
                wrong: error: ERR value is not an integer or out of range
                pipeline: 1000 replies, the last one is 1000
                list: ["998", "999", "1000"]
                big: true

                """)
        redis.stop()
        #expect(redis.finish().status == 0)
    }

    @Test(arguments: ["?\r\n", "$-2\r\n", "*99999999\r\n", ":one\r\n", "$5\r\nab", ""])
    func `a server that is no Redis ends the Redis client with an error`(_ reply: String) throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let client = try Program(example: "redis-client", ["\(listener.localAddress)"])
        let stream = try listener.accept()
        try stream.sendAll(reply.utf8.span)
        try stream.close()
        let outcome = client.finish()
        #expect(outcome.status == 1)
        #expect(outcome.lines.last?.hasPrefix("error: ") == true || outcome.lines.last?.hasPrefix("advice: ") == true)
    }
}
