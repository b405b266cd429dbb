import Foundation
import SocketServers
import Sockets
import TestSupport
import Testing

@Suite(.ownThread, .serialized, .timeLimit(.minutes(1))) struct ForkingServerTests {
    private let server: Program
    private let address: IPSocketAddress

    /// At most four children at once.
    init() throws { try self.init(limit: 4) }

    private init(limit: Int) throws {
        server = try Program.fixture("tcp", "\(limit)")
        address = try #require(server.line().flatMap(IPSocketAddress.init))
    }

    private func client(_ command: String) throws -> TCPStream {
        let client = try TCPStream.connect(to: address)
        try client.sendAll(command.utf8.span)
        return client
    }

    @Test func `a process with threads is refused`() throws {
        let listener = Parcel(try TCPListener(on: .loopback(port: 0)))
        let error = socketError { () throws(SocketError) in try ForkingServer(listener.open()).run { _ in } }
        #expect(error?.operation == .fork)
        #expect(error?.code == .notSupported)
        #expect(error?.description.contains("threads") == true)
    }

    @Test func `children serve clients at once, and none is left`() throws {
        let first = try client("e"), second = try client("e"), third = try client("e")
        let bytes = pattern(300_000)
        let (a, b, c) = (try exchange(bytes, third), try exchange(bytes, first), try exchange(bytes, second))
        #expect(a == bytes && b == bytes && c == bytes)
        server.stop()
        #expect(server.finish().lines == ["done 3 accepted, 0 active, 0 failed, 0 bytes in, 0 out"])
    }

    @Test func `eight megabytes come back whole`() throws {
        let stream = try client("e")
        let bytes = pattern(8_500_000)
        let back = try exchange(bytes, stream)
        #expect(back == bytes)
        server.stop()
        _ = server.finish().lines
    }

    @Test func `sixty clients in a row leave no zombie`() throws {
        // Four children at once at most: they are reaped while the server runs, or the fifth client would wait for ever.
        for _ in 0..<60 {
            let stream = try client("e")
            let back = try exchange([1, 2, 3], stream)
            #expect(back == [1, 2, 3])
        }
        #expect(server.children.count <= 4)
        server.stop()
        #expect(server.finish().lines == ["done 60 accepted, 0 active, 0 failed, 0 bytes in, 0 out"])
    }

    @Test func `a handler that throws and a child that crashes cost one client each`() throws {
        var buffer: [UInt8] = [0]
        let thrower = try client("t")
        let first = try thrower.receive(into: &buffer)
        #expect(first == 0)
        #expect(server.line() == "handler failed read: protocol error (EPROTO)")
        #expect(server.line() == "child failed 1")
        let crasher = try client("c")
        let second = try crasher.receive(into: &buffer)
        #expect(second == 0)
        #expect(server.line() == "child failed 134")
        let stream = try client("e")
        let back = try exchange([7], stream)
        #expect(back == [7])
        server.stop()
        #expect(server.finish().lines == ["done 3 accepted, 0 active, 2 failed, 0 bytes in, 0 out"])
    }

    @Test func `a full server lets others wait`() throws {
        let a = try client("e"), b = try client("e"), c = try client("e"), d = try client("e")
        try greet(a)
        try greet(b)
        try greet(c)
        try greet(d)
        #expect(server.children.count == 4)
        let late = try client("e")
        try late.sendAll("x".utf8.span)
        let early = try late.socket.wait(for: .readable, until: .after(.milliseconds(30)))
        #expect(early.isEmpty)
        try b.close()
        var buffer: [UInt8] = [0]
        try late.receiveExactly(into: &buffer)
        #expect(buffer == [120])
        _ = consume a
        _ = consume c
        _ = consume d
        _ = consume late
        server.stop()
        #expect(server.finish().lines == ["done 5 accepted, 0 active, 0 failed, 0 bytes in, 0 out"])
    }

    @Test func `stopping closes the listener and its queue, and serves who was let in to their end`() throws {
        let full = try Self(limit: 1), server = full.server
        let stream = try full.client("e")
        try greet(stream)
        let waiting = try full.client("e")
        server.stop()
        try expectReset(of: waiting)
        let back = try exchange(pattern(10_000), stream)
        #expect(back == pattern(10_000))
        #expect(server.finish().lines == ["done 1 accepted, 0 active, 0 failed, 0 bytes in, 0 out"])
    }

    @Test func `a second signal ends the children`() throws {
        let full = try Self(limit: 1), server = full.server
        let stream = try full.client("e")
        try greet(stream)
        let waiting = try full.client("e")
        server.stop()
        try expectReset(of: waiting)
        server.stop()
        #expect(
            server.finish().lines == ["child failed 143", "done 1 accepted, 0 active, 1 failed, 0 bytes in, 0 out"])
        var buffer: [UInt8] = [0]
        let end = try stream.receive(into: &buffer)
        #expect(end == 0)
    }

    @Test func `a child has its client and nothing of the server`() throws {
        let stream = try client("d")
        var buffer = [UInt8](repeating: 0, count: 16)
        let count = try stream.receive(into: &buffer)
        // The client, besides what the program was started with.
        #expect(String(decoding: buffer[..<count], as: UTF8.self) == "1\n")
        server.stop()
        _ = server.finish().lines
    }
}

@Suite(.ownThread, .serialized, .timeLimit(.minutes(1))) struct ForkingUnixServerTests {
    @Test func `a child leaves the socket's file alone, and the server removes it`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("s")
        // One child at a time: a client is served once the child before it has ended.
        let server = try Program.fixture("unix", "1", path)
        #expect(server.line() == path)
        for _ in 0..<3 {
            let stream = try UnixStream.connect(to: path)
            try stream.sendAll("e".utf8.span)
            try greet(stream)
            #expect(FileManager.default.fileExists(atPath: path))
            let back = try exchange(pattern(1000), stream)
            #expect(back == pattern(1000))
        }
        server.stop()
        #expect(server.finish().lines == ["done 3 accepted, 0 active, 0 failed, 0 bytes in, 0 out"])
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}
