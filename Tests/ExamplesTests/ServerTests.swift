import Foundation
import TestSupport
import Testing

/// A program that sends what it reads, and prints what it gets: an example or a foreign tool.
struct Client: Sendable, CustomTestStringConvertible {
    let name: String
    /// The command for a host and a port, or nil when the tool is not there.
    let command: @Sendable (_ host: String, _ port: String) -> [String]?

    var testDescription: String { name }

    func start(_ address: Address) throws -> Program? {
        guard let words = command(address.host, address.port), let path = Program.find(words[0]) else { return nil }
        return try Program(path, Array(words.dropFirst()))
    }

    static let stream: [Client] = [
        Client(name: "Python's socket") { ["python3", "-c", pythonClient, $0, $1] },
        Client(name: "nc") { hasOpenNetcat ? ["nc", "-N", $0, $1] : nil },
        Client(name: "socat") { ["socat", "-t", "20", "-", "TCP:\($0):\($1)"] },
    ]

    /// The other netcats have other options for the same.
    static let hasOpenNetcat: Bool = {
        guard let path = Program.find("nc"), let help = try? Program(path, ["-h"], joined: true).finish() else {
            return false
        }
        return help.lines.contains { $0.contains("OpenBSD") }
    }()

    private static let pythonClient = """
        import socket, sys
        s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
        s.sendall(sys.stdin.buffer.read())
        s.shutdown(socket.SHUT_WR)
        while data := s.recv(65536): sys.stdout.buffer.write(data)
        """
}

/// Host and port of a line such as `listening on 127.0.0.1:40000`.
struct Address {
    let host: String
    let port: String

    init?(_ text: String?) {
        guard let text, let colon = text.lastIndex(of: ":") else { return nil }
        (host, port) = (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }

    var text: String { "\(host):\(port)" }
}

/// An example that serves TCP clients, and what it says in the end of three that it served.
struct Server: Sendable, CustomTestStringConvertible {
    let example: String
    var arguments: [String] = []
    /// What it adds to the echo.
    var addition: [String] = []
    /// Whether a silent client holds up the others.
    var isConcurrent = true

    var testDescription: String { ([example] + arguments).joined(separator: " ") }

    func start() throws -> (program: Program, address: Address) {
        let program = try Program(example: example, ["127.0.0.1:0"] + arguments)
        return (program, try #require(Address(program.rest(after: "listening on "))))
    }

    static let all: [Server] = [
        Server(example: "tcp-server-iterative", isConcurrent: false), Server(example: "tcp-server-fork"),
        Server(example: "tcp-server-threads"),
        Server(example: "tcp-server-select", arguments: ["select"], addition: ["lines: 1"]),
        Server(example: "tcp-server-select", arguments: ["poll"], addition: ["lines: 1"]),
        Server(example: "tcp-server-select", arguments: ["epoll"], addition: ["lines: 1"]),
    ]
}

@Suite(.ownThread, .timeLimit(.minutes(2))) struct ServerTests {
    @Test(arguments: Server.all) func `a server serves the client example, and sums up when stopped`(
        _ each: Server
    ) throws {
        let (server, address) = try each.start()
        for text in ["one", "two", "three"] {
            let client = try Program(example: "tcp-client", [address.text, text]).finish()
            #expect(client.status == 0)
            #expect(client.lines.dropFirst() == (["answer: \(text)"] + each.addition)[...])
        }
        server.stop()
        let end = server.finish()
        #expect(end.status == 0)
        #expect(end.lines.contains { $0.hasPrefix("stopped: 3 accepted, 0 active, 0 failed") }, "\(end.lines)")
    }

    @Test(arguments: Server.all, Client.stream)
    func `a server serves a foreign client`(_ each: Server, _ kind: Client) throws {
        let (server, address) = try each.start()
        guard let client = try kind.start(address) else {
            // Test cancellation marks it as skipped, with the reason.
            try Test.cancel("\(kind.name) is not installed")
        }
        client.send("from afar\n")
        let answer = client.finish()
        #expect(answer.status == 0)
        #expect(answer.lines == ["from afar"] + each.addition)
        server.stop()
        #expect(server.finish().status == 0)
    }

    @Test(arguments: Server.all)
    func `a silent client holds up the iterative server only`(_ each: Server) throws {
        guard let python = Program.find("python3") else { try Test.cancel("python3 is not installed") }
        let (server, address) = try each.start()
        // The silent one says that it is connected, and stays until its input ends.
        let silent = try Program(python, ["-c", Self.silentClient, address.host, address.port])
        #expect(silent.line() == "connected")

        let client = try Program(example: "tcp-client", [address.text, "me"])
        #expect(client.line()?.hasPrefix("connected: ") == true)
        if !each.isConcurrent { silent.endInput() }
        #expect(client.line() == "answer: me")
        #expect(client.finish().status == 0)
        #expect(silent.finish().status == 0)
        server.stop()
        #expect(server.finish().status == 0)
    }

    private static let silentClient = """
        import socket, sys
        s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
        print("connected", flush=True)
        sys.stdin.read()
        """

    @Test func `a crash in a child costs the forking server one client`() throws {
        let (server, address) = try Server(example: "tcp-server-fork").start()
        let victim = try Program(example: "tcp-client", [address.text, "crash"]).finish()
        #expect(victim.status == 0 || victim.lines.last?.hasPrefix("error: recv") == true)
        let event = server.rest(after: "event: childFailed")
        #expect(event != nil)
        let next = try Program(example: "tcp-client", [address.text, "still there?"]).finish()
        #expect(next.lines.last == "answer: still there?")
        server.stop()
        #expect(server.finish().lines.contains("stopped: 2 accepted, 0 active, 1 failed, 0 bytes in, 0 out"))
    }

    @Test(.enabled(if: Program.find("curl") != nil, "curl is not installed"))
    func `curl talks to a server like a terminal`() throws {
        let (server, address) = try Server(example: "tcp-server-threads").start()
        let curl = try Program(try #require(Program.find("curl")), ["-sN", "telnet://\(address.text)"])
        // With its input open, curl waits 0.1 s for an answer and then for more input, and hears nothing more.
        curl.send("hello\n")
        curl.endInput()
        #expect(curl.line() == "hello")
        // It would wait for the server to end the connection, which waits for curl.
        curl.end()
        _ = curl.finish()
        server.stop()
        #expect(server.finish().lines.last == "bytes of all threads: 6")
    }

    @Test(.enabled(if: Program.find("python3") != nil, "python3 is not installed"))
    func `the client example talks to Python's server`() throws {
        let code = """
            import socket
            l = socket.create_server(("127.0.0.1", 0))
            print("listening on 127.0.0.1:%d" % l.getsockname()[1], flush=True)
            s, _ = l.accept()
            while data := s.recv(4096): s.sendall(data.upper())
            """
        let server = try Program(try #require(Program.find("python3")), ["-c", code])
        let address = try #require(Address(server.rest(after: "listening on ")))
        let client = try Program(example: "tcp-client", [address.text, "quiet"]).finish()
        #expect(client.lines.last == "answer: QUIET")
        #expect(server.finish().status == 0)
    }

    @Test(.enabled(if: Program.find("socat") != nil, "socat is not installed"))
    func `the client example talks to socat`() throws {
        let arguments = ["-d", "-d", "TCP-LISTEN:0,bind=127.0.0.1", "EXEC:cat"]
        let server = try Program(try #require(Program.find("socat")), arguments, joined: true)
        let address = try #require(Address(server.rest(after: "listening on AF=2 ")))
        let client = try Program(example: "tcp-client", [address.text, "to socat"]).finish()
        #expect(client.lines.last == "answer: to socat")
        #expect(server.finish().status == 0)
    }
}
