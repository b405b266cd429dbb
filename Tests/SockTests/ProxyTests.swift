import Foundation
import Sockets
import TestSupport
import Testing

/// A proxy, the listener that is its target, and what connects the two.
private struct Line: ~Copyable {
    let listener: TCPListener
    let proxy: Program

    init(_ options: String...) throws {
        let target = try TCPListener(on: .loopback(port: 0))
        proxy = try Program(Program.tool, ["proxy"] + options + ["127.0.0.1:0", "\(target.localAddress)"])
        listener = target
    }

    func client() throws -> TCPStream {
        let stream = try TCPStream.connect(to: proxy.address)
        try stream.setOption(.receiveTimeout, to: .seconds(30))
        return stream
    }

    func accept() throws -> TCPStream {
        let stream = try listener.accept()
        try stream.setOption(.receiveTimeout, to: .seconds(30))
        return stream
    }

    /// The proxy ends, and says this in the end.
    func end(_ text: String) {
        proxy.stop()
        let outcome = proxy.finish()
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains(text), "\(outcome.errors)")
    }
}

extension StreamSocket {
    /// Everything up to the end of the stream.
    fileprivate func rest() throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 65_536), all: [UInt8] = []
        while case let count = try receive(into: &buffer), count > 0 { all += buffer[..<count] }
        return all
    }

    fileprivate func text(_ count: Int) throws -> String {
        var buffer = [UInt8](repeating: 0, count: count)
        try receiveExactly(into: &buffer)
        return String(decoding: buffer, as: UTF8.self)
    }
}

@Suite(.ownThread, .timeLimit(.minutes(2))) struct ProxyTests {
    static let methods = [[], ["--splice"], ["--copy"]]
    static let python = Program.find("python3")

    @Test func `the client ends first, and the answer still comes`() throws {
        let line = try Line(), client = try line.client(), server = try line.accept()
        try client.sendAll("question".utf8.span)
        try client.shutdown(.write)
        #expect(try server.rest() == Array("question".utf8))
        try server.sendAll("answer".utf8.span)
        try server.close()
        #expect(try client.rest() == Array("answer".utf8))
        line.end("1 connections, 0 failed, 8 bytes to the target, 6 bytes back")
    }

    @Test func `the target ends first, and still receives`() throws {
        let line = try Line("-v"), client = try line.client(), server = try line.accept()
        try server.sendAll("welcome".utf8.span)
        try server.shutdown(.write)
        #expect(try client.rest() == Array("welcome".utf8))
        try client.sendAll("thanks".utf8.span)
        let name = "\(try client.localAddress)"
        try client.close()
        #expect(try server.rest() == Array("thanks".utf8))
        line.end("sock: \(name): 6 bytes to the target, 7 bytes back, 0.")
    }

    /// Sends so many bytes both ways at once, through addresses of two kinds.
    @Test(.enabled(if: python != nil, "python3 is not installed"), arguments: ["127.0.0.1:0", "unix"], methods)
    func `much goes both ways at once, byte for byte`(_ kind: String, _ options: [String]) throws {
        let folder = try TemporaryFolder()
        let (front, back) = ("unix:\(folder.file("front"))", "unix:\(folder.file("back"))")
        let server = try Program.sock("echo", "--model", "async", kind == "unix" ? back : kind)
        let target = kind == "unix" ? back : server.address
        _ = server.address
        // The other kind, so that all four meet.
        let listen = kind == "unix" ? "127.0.0.1:0" : front
        let proxy = try Program(Program.tool, ["proxy"] + options + [listen, target])
        let reported = proxy.address
        let place = kind == "unix" ? reported : folder.file("front")
        let outcome = try Program(try #require(Self.python), ["-c", Self.pythonClient, place, "5000000"]).finish()
        #expect(outcome.lines == ["same"], "\(outcome.errors)")
        proxy.stop()
        #expect(proxy.finish().errors.contains("0 failed, 5000000 bytes to the target, 5000000 bytes back"))
    }

    static let pythonClient = """
        import os, socket, sys, threading
        place, size = sys.argv[1], int(sys.argv[2])
        if "/" in place:
            s = socket.socket(socket.AF_UNIX)
            s.connect(place)
        else:
            host, port = place.rsplit(":", 1)
            s = socket.create_connection((host, int(port)))
        data = os.urandom(size)
        def send():
            s.sendall(data)
            s.shutdown(socket.SHUT_WR)
        threading.Thread(target=send).start()
        got = bytearray()
        while more := s.recv(65536): got += more
        print("same" if got == data else "%d bytes, wrong" % len(got))
        """

    @Test func `a target that refuses costs its client, and the next one is served`() throws {
        let folder = try TemporaryFolder(), path = folder.file("target")
        let proxy = try Program.sock("proxy", "127.0.0.1:0", "unix:\(path)")
        let first = try TCPStream.connect(to: proxy.address)
        #expect(try first.rest() == [])
        #expect(proxy.errors(containing: "ENOENT").contains("connect to \(path): no such file"))
        let listener = try UnixListener(on: UnixAddress(path: path))
        let second = try TCPStream.connect(to: proxy.address), server = try listener.accept()
        try second.sendAll("hello".utf8.span)
        #expect(try server.text(5) == "hello")
        try second.close()
        #expect(try server.rest() == [])
        try server.close()
        proxy.stop()
        #expect(proxy.finish().errors.contains("2 connections, 1 failed, 5 bytes to the target, 0 bytes back"))
    }
}

extension ProxyTests {
    @Test(arguments: methods) func `a reset goes on to the other side, whichever it comes from`(
        _ options: [String]
    ) throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let proxy = try Program(Program.tool, ["proxy"] + options + ["127.0.0.1:0", "\(listener.localAddress)"])
        for isFromClient in [true, false] {
            let client = try TCPStream.connect(to: proxy.address), server = try listener.accept()
            // It is there, so that the reset has a connection to break.
            try client.sendAll("x".utf8.span)
            #expect(try server.text(1) == "x")
            if isFromClient {
                try client.reset()
                #expect(throws: SocketError.self) { try server.rest() }
            } else {
                try server.reset()
                #expect(throws: SocketError.self) { try client.rest() }
            }
        }
        proxy.stop()
        #expect(proxy.finish().errors.contains("2 connections, 2 failed"))
    }

    @Test func `a connection on which nothing moves is ended, and one that moves either way is not`() throws {
        let line = try Line("--idle", "2", "-v")
        let quiet = try line.client(), quietServer = try line.accept()
        let busy = try line.client(), server = try line.accept()
        // Longer than the limit, and always in the same direction.
        for _ in 0..<22 {
            #expect(try server.socket.wait(for: .readable, until: .after(.milliseconds(100))).isEmpty)
            try server.sendAll("x".utf8.span)
            #expect(try busy.text(1) == "x")
        }
        #expect(try quiet.rest() == [])
        #expect(try quietServer.rest() == [])
        try busy.sendAll("y".utf8.span)
        #expect(try server.text(1) == "y")
        // Not a close alone, which tells nothing while a process that another test starts has the descriptor, too.
        try busy.shutdown(.write)
        try server.shutdown(.write)
        #expect(line.proxy.errors(containing: "ETIMEDOUT").contains("0 bytes to the target, 0 bytes back, "))
        line.end("2 connections, 1 failed, 1 bytes to the target, 22 bytes back")
    }

    @Test func `a peer that does not read is idle, too`() throws {
        let line = try Line("--idle", "0.3"), client = try line.client(), server = try line.accept()
        let chunk = [UInt8](repeating: 1, count: 1 << 16)
        // All buffers on the way fill up, and then nothing moves any more.
        try client.setOption(.sendTimeout, to: .seconds(30))
        #expect(throws: SocketError.self) { while true { try client.sendAll(chunk.span) } }
        // What the proxy had sent by then is there, and the end.
        _ = try? server.rest()
        line.end("1 connections, 1 failed")
    }

    @Test func `no more clients than the limit are served at a time`() throws {
        let line = try Line("--limit", "1"), first = try line.client(), firstServer = try line.accept()
        let second = try line.client()
        #expect(try line.listener.socket.wait(for: .readable, until: .after(.milliseconds(100))).isEmpty)
        try first.close()
        #expect(try firstServer.rest() == [])
        try firstServer.close()
        let secondServer = try line.accept()
        try second.sendAll("now".utf8.span)
        #expect(try secondServer.text(3) == "now")
        // The second one ends with the proxy, by the second signal.
        line.proxy.signal(SIGINT)
        line.end("2 connections, ")
    }

    @Test func `many connections in bulk do not wait for each other's memory`() throws {
        let server = try Program.sock("echo", "127.0.0.1:0", "--model", "epoll")
        let proxy = try Program.sock("proxy", "--copy", "127.0.0.1:0", server.address)
        let outcome = try sock(
            "bench", "-m", "throughput", "-c", "16", "-s", "65536", "-d", "0.3", "-t", "30", proxy.address)
        #expect(outcome.status == 0, "\(outcome.output)")
    }

    @Test func `nothing is left open by connections that are over`() throws {
        let line = try Line("--splice")
        let folder = "/proc/\(line.proxy.id)/fd"
        var counts: [Int] = []
        for round in 0..<20 {
            let client = try line.client(), server = try line.accept()
            try client.sendAll("x".utf8.span)
            #expect(try server.text(1) == "x")
            counts.append(try FileManager.default.contentsOfDirectory(atPath: folder).count)
            if round % 2 == 0 { try client.reset() } else { try client.close() }
            _ = try? server.rest()
            try server.close()
        }
        // Ending one connection and beginning the next can overlap.
        #expect((counts.max() ?? 0) <= (counts.first ?? 0) + 8, "\(counts)")
        line.end("20 connections")
    }
}

extension ProxyTests {
    @Test func `a target that is the proxy itself is refused at once`() throws {
        let port = try closedAddress().port, folder = try TemporaryFolder(), path = "unix:\(folder.file("p"))"
        let pairs = [
            ("127.0.0.1:\(port)", "127.0.0.1:\(port)"), ("0.0.0.0:\(port)", "127.0.0.1:\(port)"), (path, path),
        ]
        for (listen, target) in pairs {
            let outcome = try sock("proxy", listen, target)
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("leads back to this proxy"))
        }
        #expect(!FileManager.default.fileExists(atPath: folder.file("p")))
    }

    /// A proxy whose target it is itself, at a port that nobody else was quicker to take.
    private static func ownTarget() throws -> Program {
        for _ in 0..<10 {
            let port = try TCPListener(on: .loopback(port: 0)).localAddress.port
            let proxy = try Program.sock("proxy", "127.0.0.1:\(port)", "0.0.0.0:\(port)")
            if proxy.errors(containing: "\n").contains("listening on") { return proxy }
        }
        throw CocoaError(.fileWriteFileExists)
    }

    @Test func `a target that turns out to be the proxy costs one client`() throws {
        let proxy = try Self.ownTarget()
        let client = try TCPStream.connect(to: proxy.address)
        #expect((try? client.rest()) ?? [] == [])
        #expect(proxy.errors(containing: "leads back").contains("leads back to this proxy"))
        try client.close()
        proxy.stop()
        #expect(proxy.finish().status == 0)
    }

    @Test func `a path that leads back by another name costs one client`() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createSymbolicLink(atPath: folder.file("b"), withDestinationPath: folder.file("a"))
        let proxy = try Program.sock("proxy", "unix:\(folder.file("a"))", "unix:\(folder.file("b"))")
        _ = proxy.address
        let client = try UnixStream.connect(to: folder.file("a"))
        #expect((try? client.rest()) ?? [] == [])
        #expect(proxy.errors(containing: "leads back").contains("leads back to this proxy"))
        try client.close()
        proxy.stop()
        #expect(proxy.finish().status == 0)
    }

    @Test func `splicing and copying exclude each other`() throws {
        let outcome = try sock("proxy", "--splice", "--copy", "127.0.0.1:0", "127.0.0.1:1")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("--splice and --copy exclude each other"))
    }

    @Test(.enabled(if: python != nil && Program.find("curl") != nil, "curl or python3 is not installed"))
    func `curl gets files of Python's web server through it`() throws {
        let folder = try TemporaryFolder()
        let data = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 11) })
        try data.write(to: URL(fileURLWithPath: folder.file("big")))
        let server = try Program(
            try #require(Self.python),
            ["-u", "-m", "http.server", "--bind", "127.0.0.1", "--directory", folder.path, "0"])
        let port = try #require(server.rest(after: " port ")?.split(separator: " ").first)
        let proxy = try Program.sock("proxy", "127.0.0.1:0", "127.0.0.1:\(port)")
        let url = "http://\(proxy.address)/big"
        let outcome = try Program.run(
            try #require(Program.find("curl")), ["-sS", "--max-time", "30", "-o", folder.file("copy"), url])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("copy"))) == data)
        server.end()
    }

    @Test(.enabled(if: Program.find("socat") != nil, "socat is not installed"))
    func `socat talks through it from a Unix socket to a TCP server of its own kind`() throws {
        let folder = try TemporaryFolder(), socat = try #require(Program.find("socat"))
        let server = try Program(socat, ["-d", "-d", "TCP-LISTEN:0,bind=127.0.0.1", "EXEC:cat"], joined: true)
        let target = try #require(server.rest(after: "listening on AF=2 "))
        let proxy = try Program.sock("proxy", "unix:\(folder.file("front"))", target)
        _ = proxy.address
        let text = String(repeating: "socat\n", count: 5000)
        let outcome = try Program.run(socat, ["-t", "10", "-", "UNIX-CONNECT:\(folder.file("front"))"], input: text)
        #expect(outcome.output == text)
        #expect(server.finish().status == 0)
    }
}
