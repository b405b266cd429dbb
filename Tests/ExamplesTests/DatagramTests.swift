import Foundation
import TestSupport
import Testing

@Suite(.ownThread, .timeLimit(.minutes(2))) struct DatagramTests {
    @Test func `the UDP examples talk to each other`() throws {
        let server = try Program(example: "udp-server", ["127.0.0.1:0", "2"])
        let address = try #require(server.rest(after: "receiving on "))
        let client = try Program(example: "udp-client", [address, "hello"]).finish()
        #expect(client.status == 0)
        #expect(client.lines.first?.hasPrefix("sent 5 bytes from port ") == true)
        #expect(client.lines.last == "answer: hello (5 bytes from \(address))")
        let long = try Program(example: "udp-client", [address, String(repeating: "x", count: 700)]).finish()
        #expect(long.lines.last?.hasSuffix("(512 bytes from \(address))") == true)
        let end = server.finish()
        #expect(end.status == 0)
        #expect(end.lines.first?.hasPrefix("5 bytes from 127.0.0.1:") == true)
        #expect(end.lines.last?.hasPrefix("512 bytes, of 700 from 127.0.0.1:") == true)
    }

    @Test(.enabled(if: Program.find("python3") != nil, "python3 is not installed"))
    func `the UDP server answers Python, also an empty datagram`() throws {
        let server = try Program(example: "udp-server", ["127.0.0.1:0", "2"])
        let address = try #require(Address(server.rest(after: "receiving on ")))
        let code = """
            import socket, sys
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            for text in (b"", b"bytes"):
                s.sendto(text, (sys.argv[1], int(sys.argv[2])))
                print(s.recvfrom(99)[0])
            """
        let python = try #require(Program.find("python3"))
        let client = try Program(python, ["-c", code, address.host, address.port]).finish()
        #expect(client.lines == ["b''", "b'bytes'"])
        let lines = server.finish().lines
        #expect(lines.first?.hasPrefix("0 bytes from 127.0.0.1:") == true)
    }

    @Test(.enabled(if: Program.find("python3") != nil, "python3 is not installed"))
    func `the UDP client talks to Python's server`() throws {
        let code = """
            import socket
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.bind(("127.0.0.1", 0))
            print("receiving on 127.0.0.1:%d" % s.getsockname()[1], flush=True)
            data, peer = s.recvfrom(99)
            s.sendto(data.upper(), peer)
            """
        let server = try Program(try #require(Program.find("python3")), ["-c", code])
        let address = try #require(server.rest(after: "receiving on "))
        let client = try Program(example: "udp-client", [address, "quiet"]).finish()
        #expect(client.lines.last == "answer: QUIET (5 bytes from \(address))")
    }

    @Test(.enabled(if: Program.find("socat") != nil, "socat is not installed"))
    func `socat talks to the UDP server`() throws {
        let server = try Program(example: "udp-server", ["127.0.0.1:0", "1"])
        let address = try #require(server.rest(after: "receiving on "))
        let client = try Program(try #require(Program.find("socat")), ["-t", "20", "-", "UDP:\(address)"])
        client.send("from socat\n")
        #expect(client.line() == "from socat")
        #expect(server.finish().lines.last?.hasPrefix("11 bytes from ") == true)
    }

    @Test(arguments: ["own", "same"])
    func `the forking UDP server gives each client a process, at its own or the same port`(_ kind: String) throws {
        let server = try Program(example: "udp-server-fork", ["127.0.0.1:0", kind])
        let address = try #require(Address(server.rest(after: "receiving on ")))
        for text in ["one", "two"] {
            let client = try Program(example: "udp-client", [address.text, text]).finish()
            let answer = try #require(client.lines.last)
            #expect(answer.hasPrefix("answer: \(text) (3 bytes from 127.0.0.1:"))
            #expect(answer.hasSuffix(":\(address.port))") == (kind == "same"))
            let child = try #require(server.rest(after: "a child at port "))
            #expect((child == address.port) == (kind == "same"))
        }
        server.stop()
        let end = server.finish()
        #expect(end.status == 0)
        #expect(end.lines.last?.hasPrefix("stopped: 2 accepted, 0 active, 0 failed") == true)
    }

    @Test func `a UDP client without a server gives up in the end`() throws {
        let server = try Program(example: "udp-server", ["127.0.0.1:0"])
        let address = try #require(server.rest(after: "receiving on "))
        server.end()
        #expect(server.finish().status == 137)
        let client = try Program(example: "udp-client", [address, "anybody?"]).finish()
        #expect(client.status == 1)
        #expect(client.lines.contains("error: recvfrom: timed out (ETIMEDOUT)"))
    }
}
