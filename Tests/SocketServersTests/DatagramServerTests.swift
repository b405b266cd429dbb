import SocketServers
import Sockets
import TestSupport
import Testing

@Suite(.ownThread, .timeLimit(.minutes(1))) struct DatagramServerTests {
    @Test func `one socket answers all clients, empty and large datagrams too`() throws {
        let socket = try UDPSocket(boundTo: .loopback(port: 0))
        let address = try socket.localAddress
        let server = try UDPServer(socket)
        let (stop, counters) = (server.stop, server.counters)
        let parcel = Parcel(server)
        let running = Running { () throws(SocketError) in
            try parcel.open().run { bytes, datagram, socket in try socket.send(bytes, to: datagram.sender) }
        }
        for size in [0, 1, 1400, 65507] {
            let client = try ConnectedUDPSocket.connect(to: address)
            try client.send(pattern(size).span)
            var buffer = [UInt8](repeating: 0, count: 65536)
            let answer = try client.receive(into: &buffer)
            #expect(Array(buffer[..<answer.count]) == pattern(size))
        }
        stop.stop()
        #expect(try running.end() == nil)
        #expect(counters.snapshot.accepted == 4)
        #expect(counters.snapshot.bytesReceived == 66908)
    }

    @Test func `a handler that throws costs one datagram, and Unix sockets work the same way`() throws {
        struct Odd: Error {}
        let folder = try TemporaryFolder()
        let server = try UnixDatagramServer(try UnixDatagramSocket(boundTo: folder.file("server")))
        let (stop, counters) = (server.stop, server.counters)
        let parcel = Parcel(server)
        let running = Running { () throws(SocketError) in
            try parcel.open().run { bytes, datagram, socket in
                guard bytes.count != 3 else { throw Odd() }
                try socket.send(bytes, to: datagram.sender)
            }
        }
        let client = try UnixDatagramSocket(boundTo: folder.file("client"))
        let address = try UnixAddress(path: folder.file("server"))
        try client.send("odd".utf8.span, to: address)
        try client.send("even".utf8.span, to: address)
        var buffer = [UInt8](repeating: 0, count: 16)
        let answer = try client.receive(into: &buffer)
        #expect(buffer[..<answer.count].elementsEqual("even".utf8))
        stop.stop()
        #expect(try running.end() == nil)
        #expect(counters.snapshot.failed == 1)
    }
}

@Suite(.ownThread, .serialized, .timeLimit(.minutes(1))) struct ForkingUDPServerTests {
    private func start(_ port: String, limit: String = "16") throws -> (server: Program, address: IPSocketAddress) {
        let server = try Program.fixture(port, limit)
        return (server, try #require(server.line().flatMap(IPSocketAddress.init)))
    }

    /// A child's answer: who it is, the bytes, and from where.
    private func answer(_ socket: borrowing UDPSocket) throws -> (child: String, text: String, from: IPSocketAddress) {
        var buffer = [UInt8](repeating: 0, count: 2048)
        let first = try socket.receive(into: &buffer)
        let child = String(decoding: buffer[..<first.count], as: UTF8.self)
        let second = try socket.receive(into: &buffer)
        return (child, String(decoding: buffer[..<second.count], as: UTF8.self), second.sender)
    }

    private func client() throws -> UDPSocket {
        let socket = try UDPSocket(boundTo: .loopback(port: 0))
        try socket.setOption(.receiveTimeout, to: .seconds(5))
        return socket
    }

    @Test func `at the same port, each client has a child of its own`() throws {
        let (server, address) = try start("same")
        let one = try client(), two = try client()
        try one.send("a".utf8.span, to: address)
        let first = try answer(one)
        try two.send("b".utf8.span, to: address)
        let second = try answer(two)
        #expect(first.child != second.child)
        #expect(first.from == address && second.from == address)
        for text in ["c", "d", "e"] {
            try one.send(text.utf8.span, to: address)
            try two.send(text.utf8.span, to: address)
            let (mine, theirs) = (try answer(one), try answer(two))
            #expect(mine.child == first.child && mine.text == text)
            #expect(theirs.child == second.child && theirs.text == text)
        }
        try one.send("end".utf8.span, to: address)
        try two.send("crash".utf8.span, to: address)
        #expect(server.line()?.hasPrefix("child failed") == true)
        #expect(Program.hasEnded(try #require(Int32(first.child.dropLast()))))
        try one.send("again".utf8.span, to: address)
        let third = try answer(one)
        #expect(third.child != first.child && third.text == "again")
        try one.send("end".utf8.span, to: address)
        server.stop()
        #expect(server.finish().lines.last?.hasPrefix("done 3 accepted, 0 active, 1 failed") == true)
    }

    @Test func `a burst of a new client reaches one child, and none is lost`() throws {
        let (server, address) = try start("same")
        let sockets = 8
        let running = (0..<sockets).map { _ in
            Running { () throws(SocketError) in
                let socket = try UDPSocket(boundTo: .loopback(port: 0))
                try socket.setOption(.receiveTimeout, to: .seconds(5))
                for index in 0..<20 { try socket.send("\(index)".utf8.span, to: address) }
                var buffer = [UInt8](repeating: 0, count: 64)
                var child = ""
                // Two processors can hand over two datagrams of one sender the other way round.
                var missing = Set((0..<20).map(String.init))
                while !missing.isEmpty {
                    let who = try socket.receive(into: &buffer)
                    let text = String(decoding: buffer[..<who.count], as: UTF8.self)
                    if child == "" { child = text }
                    let what = try socket.receive(into: &buffer)
                    let echo = String(decoding: buffer[..<what.count], as: UTF8.self)
                    guard text == child, missing.remove(echo) != nil else {
                        throw SocketError(.recv, .protocolError, detail: "\(text) answers \(echo), not \(child)")
                    }
                }
                try socket.send("end".utf8.span, to: address)
            }
        }
        for each in running { #expect(try each.end() == nil) }
        server.stop()
        #expect(server.finish().lines.last?.hasPrefix("done \(sockets) accepted, 0 active, 0 failed") == true)
    }

    @Test func `at a port of its own, a child answers from there`() throws {
        let (server, address) = try start("own")
        let socket = try client()
        try socket.send("a".utf8.span, to: address)
        let first = try answer(socket)
        #expect(first.from != address)
        try socket.send("b".utf8.span, to: first.from)
        let second = try answer(socket)
        #expect(second.child == first.child && second.from == first.from && second.text == "b")
        try socket.send("end".utf8.span, to: first.from)
        server.stop()
        #expect(server.finish().lines.last?.hasPrefix("done 1 accepted, 0 active, 0 failed") == true)
    }

    @Test func `an idle child ends, and that is no failure`() throws {
        let (server, address) = try start("same")
        let socket = try client()
        try socket.send("soon".utf8.span, to: address)
        _ = try answer(socket)
        server.stop()
        #expect(server.finish().lines.last?.hasPrefix("done 1 accepted, 0 active, 0 failed") == true)
    }

    @Test func `a process with threads is refused`() throws {
        let socket = Parcel(try UDPSocket(boundTo: .loopback(port: 0)))
        let error = socketError { () throws(SocketError) in try ForkingUDPServer(socket.open()).run { _ in } }
        #expect(error?.operation == .fork)
    }
}
