import Sockets
import TestSupport
import Testing

/// Servers that get a client, and not what they need to serve it.
@Suite(.ownThread, .enabled(if: Program.canHaveFaults, "strace is absent or may not trace"), .timeLimit(.minutes(1)))
struct ResourceFaultTests {
    /// Expects that a client is disconnected without an answer.
    private func expectEnd(_ server: ServerProgram) throws {
        let client = try server.connect()
        var buffer: [UInt8] = [0]
        let count = try client.receive(into: &buffer)
        #expect(count == 0)
    }

    @Test(arguments: ["EAGAIN", "ENOMEM"])
    func `a thread that cannot be started costs one client`(_ code: String) throws {
        let calls = Sanitizer.thread ? "2..3" : "1..2"
        let server = try ServerProgram(.threaded, faults: ["clone3:error=\(code):when=\(calls)"])
        for _ in 0..<2 { try expectEnd(server) }
        // The C library has one error for all wants.
        #expect(server.lines(2) == Array(repeating: "client refused pthread_create EAGAIN", count: 2))
        let client = try server.connect()
        try greet(client)
        try client.close()
        #expect(server.end() == ["done 3 accepted, 0 active, 2 failed, 0 left open"])
    }

    @Test(arguments: ["EAGAIN", "ENOMEM", "ENOSYS"])
    func `a process that cannot be made costs one client, and the next ones wait a while`(_ code: String) throws {
        let server = try ServerProgram(.fork, faults: ["clone:error=\(code):when=1..2"])
        for pause in ["0.005", "0.005"] {
            try expectEnd(server)
            #expect(
                server.lines(2) == ["client refused fork \(code)", "accept paused \(code) \(pause) seconds"])
        }
        let client = try server.connect()
        try greet(client)
        try client.close()
        #expect(server.end() == ["done 3 accepted, 0 active, 2 failed, 0 left open"])
    }

    @Test(arguments: ["ENOSPC", "ENOMEM"])
    func `a client that cannot be watched is disconnected`(_ code: String) throws {
        // The stop, its end, the signals and the listener are watched before; each failure is followed by a call that takes it back.
        let server = try ServerProgram(.epoll, faults: ["epoll_ctl:error=\(code):when=5..7+2"])
        for _ in 0..<2 {
            try expectEnd(server)
            #expect(server.lines(1) == ["client refused epoll_ctl \(code)"])
        }
        let client = try server.connect()
        try greet(client)
        try client.close()
        #expect(server.end() == ["done 3 accepted, 0 active, 2 failed, 0 left open"])
    }

    @Test func `a listener that cannot be watched again after a pause is tried again`() throws {
        // After those four calls the listener is taken out, and cannot be put back. It is taken out when there is time left of
        // the pause, so that is a long one.
        let server = try ServerProgram(
            .epoll, "pause=200", faults: ["accept4:error=EMFILE:when=1", "epoll_ctl:error=ENOSPC:when=6..7"])
        let client = try server.connect()
        #expect(
            server.lines(3) == [
                "accept paused EMFILE 0.2 seconds", "accept paused ENOSPC 0.4 seconds",
                "accept paused ENOSPC 0.8 seconds",
            ])
        try greet(client)
        try client.close()
        #expect(server.end() == ["done 1 accepted, 0 active, 0 failed, 0 left open"])
    }

    @Test(arguments: ["ENOSYS", "EMFILE", "EPERM"])
    func `children are reaped without descriptors of theirs, while the server runs and at its end`(
        _ code: String
    ) throws {
        // One child at a time: a client is served once the child before it was reaped.
        let server = try ServerProgram(.fork, limit: 1, faults: ["pidfd_open:error=\(code)"])
        for _ in 0..<3 {
            let client = try server.connect()
            try greet(client)
        }
        #expect(server.end() == ["done 3 accepted, 0 active, 0 failed, 0 left open"])
    }
}

/// Servers for datagrams that get one, and not what they need to serve its sender.
@Suite(.ownThread, .enabled(if: Program.canHaveFaults, "strace is absent or may not trace"), .timeLimit(.minutes(1)))
struct DatagramFaultTests {
    private func client() throws -> UDPSocket {
        let socket = try UDPSocket(boundTo: .loopback(port: 0))
        try socket.setOption(.receiveTimeout, to: .seconds(20))
        return socket
    }

    /// A whole conversation with a child, from its first datagram to its end; returns what the child answered.
    private func talk(_ text: String, _ socket: borrowing UDPSocket, _ server: IPSocketAddress) throws -> String {
        try socket.send(text.utf8.span, to: server)
        var buffer = [UInt8](repeating: 0, count: 64)
        // First it says who it is.
        _ = try socket.receive(into: &buffer)
        let answer = try socket.receive(into: &buffer)
        try socket.send("end".utf8.span, to: answer.sender)
        return String(decoding: buffer[..<answer.count], as: UTF8.self)
    }

    static let wants = ["ENOMEM", "ENOBUFS"]

    @Test(arguments: wants) func `a want in receiving makes pauses, and the datagram is served`(_ code: String) throws {
        let server = try ServerProgram(["serve", "1", "udp"], faults: ["recvfrom:error=\(code):when=1..3"])
        let socket = try client()
        try socket.send("x".utf8.span, to: server.address)
        #expect(server.lines(3) == ["0.005", "0.01", "0.02"].map { "accept paused \(code) \($0) seconds" })
        var buffer: [UInt8] = [0]
        #expect(try socket.receive(into: &buffer).count == 1)
        #expect(server.end() == ["done 1 accepted, 0 active, 0 failed, 0 left open"])
    }

    @Test(arguments: ["EBADF", "ENOTSOCK"]) func `a dead socket ends the server`(_ code: String) throws {
        let server = try ServerProgram(["serve", "1", "udp"], faults: ["recvfrom:error=\(code):when=1"])
        try client().send("x".utf8.span, to: server.address)
        #expect(
            server.program.finish().lines == [
                "ended recvfrom \(code)", "done 0 accepted, 0 active, 0 failed, 0 left open",
            ])
    }

    @Test(arguments: ["own", "same"], wants) func `a want in receiving leaves the datagram for a child`(
        _ mode: String, _ code: String
    ) throws {
        // Not for the child: it crashes before it receives.
        let server = try ServerProgram([mode, "4"], faults: ["recvfrom:error=\(code):when=1..2"])
        try client().send("crash".utf8.span, to: server.address)
        #expect(server.lines(2) == ["0.005", "0.01"].map { "accept paused \(code) \($0) seconds" })
        #expect(server.lines(1) == ["child failed 134"])
        #expect(server.end() == ["done 1 accepted, 0 active, 1 failed, 0 left open"])
    }

    /// The calls that make a child, and what its client costs by them.
    static let calls = [
        ("clone:error=EAGAIN:when=1", "fork EAGAIN"), ("clone:error=ENOMEM:when=1", "fork ENOMEM"),
        ("socket:error=EMFILE:when=2", "socket EMFILE"), ("socket:error=ENOBUFS:when=2", "socket ENOBUFS"),
        ("bind:error=EADDRINUSE:when=2", "bind EADDRINUSE"), ("connect:error=EAGAIN:when=1", "connect EAGAIN"),
        ("connect:error=ENETUNREACH:when=2", "connect ENETUNREACH"),
        ("getsockopt:error=ENOBUFS:when=1", "getsockopt ENOBUFS"),
    ]

    @Test(arguments: ["own", "same"], calls) func `a child that cannot be made costs one datagram`(
        _ mode: String, _ fault: (inject: String, error: String)
    ) throws {
        let server = try ServerProgram([mode, "4"], faults: [fault.inject])
        let socket = try client()
        try socket.send("lost".utf8.span, to: server.address)
        let code = fault.error.split(separator: " ")[1]
        #expect(server.lines(2) == ["client refused \(fault.error)", "accept paused \(code) 0.005 seconds"])
        #expect(try talk("served", socket, server.address) == "served")
        #expect(server.end() == ["done 2 accepted, 0 active, 1 failed, 0 left open"])
    }

    @Test(arguments: ["own", "same"], ["ENOSYS", "EMFILE", "EPERM"])
    func `children are reaped without descriptors of theirs`(_ mode: String, _ code: String) throws {
        // One child at a time: a client is served once the child before it was reaped.
        let server = try ServerProgram([mode, "1"], faults: ["pidfd_open:error=\(code)"])
        for text in ["one", "two"] { #expect(try talk(text, client(), server.address) == text) }
        #expect(server.end() == ["done 2 accepted, 0 active, 0 failed, 0 left open"])
    }

    @Test func `a kernel that cannot wait for packets under way is served without`() throws {
        let server = try ServerProgram(["same", "4"], faults: ["membarrier:error=ENOSYS"])
        for text in ["one", "two"] { #expect(try talk(text, client(), server.address) == text) }
        #expect(server.end() == ["done 2 accepted, 0 active, 0 failed, 0 left open"])
    }
}
