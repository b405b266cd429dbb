import Foundation
import TestSupport
import Testing

/// Other programs at the other end of the line.
@Suite(.ownThread) struct ToolInteropTests {
    static let netcat = Program.find("nc"), socat = Program.find("socat"), curl = Program.find("curl")
    static let python = Program.find("python3")

    private static func hostAndPort(_ address: String) -> [String] { address.split(separator: ":").map(String.init) }

    @Test(.enabled(if: netcat != nil, "nc is not installed")) func `nc and listen exchange their inputs`() throws {
        let server = try Program.sock("listen", "127.0.0.1:0")
        server.send("from sock\n")
        server.endInput()
        let client = try Program(try #require(Self.netcat), Self.hostAndPort(server.address))
        #expect(client.line() == "from sock")
        client.send("from nc\n")
        #expect(server.line() == "from nc")
        // Foundation starts programs with most signals held back.
        client.signal(SIGKILL)
        _ = client.finish()
        #expect(server.finish().status == 0)
    }

    @Test(.enabled(if: socat != nil, "socat is not installed"), arguments: ["fork", "thread", "epoll"])
    func `socat hears its echo`(_ model: String) throws {
        let server = try Program.sock("echo", "127.0.0.1:0", "-m", model)
        let text = String(repeating: "socat\n", count: 5000)
        let outcome = try Program.run(
            try #require(Self.socat), ["-t", "10", "-", "TCP:\(server.address)"], input: text)
        #expect(outcome.output == text)
    }

    @Test(.enabled(if: socat != nil, "socat is not installed"))
    func `connect talks to socat over a Unix socket`() throws {
        let name = "sock-test-\(UInt64.random(in: 0 ... .max))"
        let server = try Program(try #require(Self.socat), ["-d", "-d", "ABSTRACT-LISTEN:\(name)", "EXEC:cat"])
        _ = server.errors(containing: "listening on")
        let outcome = try sock("connect", "unix:@\(name)", input: "over abstract names\n")
        #expect(outcome.output == "over abstract names\n")
    }

    @Test(.enabled(if: curl != nil, "curl is not installed")) func `curl takes listen for a web server`() throws {
        let server = try Program.sock("listen", "127.0.0.1:0")
        server.send("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        server.endInput()
        let outcome = try Program.run(
            try #require(Self.curl), ["-s", "--max-time", "10", "http://\(server.address)/path"])
        #expect(outcome.output == "hello")
        #expect(server.finish().output.hasPrefix("GET /path HTTP/1.1\r\n"))
    }

    static let pythonServer = """
        import socket
        s = socket.create_server(("127.0.0.1", 0))
        print("%s:%d" % s.getsockname(), flush=True)
        c, _ = s.accept()
        data = b""
        while (more := c.recv(4096)): data += more
        c.sendall(data.upper())
        c.close()
        """

    @Test(.enabled(if: python != nil, "python3 is not installed"))
    func `connect half-closes, and gets all that a Python server answers afterwards`() throws {
        let server = try Program(try #require(Self.python), ["-c", Self.pythonServer])
        let address = try #require(server.line())
        let text = String(repeating: "abc", count: 10_000)
        let outcome = try sock("connect", address, input: text)
        #expect(outcome.output == text.uppercased())
        #expect(outcome.status == 0)
    }

    static let pythonDatagrams = """
        import socket, sys
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        host, port = sys.argv[1].rsplit(":", 1)
        s.connect((host, int(port)))
        s.settimeout(10)
        for size in (0, 1, 1400, 60000):
            s.send(b"x" * size)
            print(len(s.recv(65536)))
        """

    @Test(.enabled(if: python != nil, "python3 is not installed"))
    func `Python's datagrams of all sizes are echoed`() throws {
        let server = try Program.sock("echo", "127.0.0.1:0", "-m", "udp")
        let outcome = try Program.run(try #require(Self.python), ["-c", Self.pythonDatagrams, server.address])
        #expect(outcome.output == "0\n1\n1400\n60000\n")
    }
}
