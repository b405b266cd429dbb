import Foundation
import SocketServers
import Sockets
import TestSupport
import Testing

/// How many descriptors this process may have.
private func descriptorLimit() -> UInt64 {
    var limit = rlimit()
    return unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 ? UInt64(limit.rlim_cur) : 0
}

/// The most that a buffer of the kernel grows to: `tcp_rmem` for receiving, `tcp_wmem` for sending.
private func mostBuffered(_ name: String) -> Int {
    let text = (try? String(contentsOfFile: "/proc/sys/net/ipv4/\(name)", encoding: .utf8)) ?? ""
    return text.split(whereSeparator: \.isWhitespace).last.flatMap { Int($0) } ?? 0
}

@Suite(.ownThread, .serialized, .timeLimit(.minutes(1))) struct ReadinessServerTests {
    static let models: [Model] = [.select, .poll, .epoll]

    @Test(.enabled(if: descriptorLimit() >= 2000, "needs 2000 descriptors: ulimit -n"), arguments: models)
    func `clients with descriptors above 1024 are served`(_ model: Model) throws {
        let spare = try Socket(.unix, .stream)
        var numbers: [Int32] = []
        defer { for number in numbers { close(number) } }
        while (numbers.last ?? 0) < 1100 { numbers.append(try spare.duplicate().release()) }
        let server = try TCPRun(model)
        for _ in 0..<3 {
            let client = try TCPStream.connect(to: server.address)
            let back = try exchange(pattern(1000), client)
            #expect(back == pattern(1000))
        }
        #expect(try server.end() == nil)
    }

    @Test(arguments: models) func `a client that takes nothing is not read from for ever, and gets all in the end`(
        _ model: Model
    ) throws {
        let server = try TCPRun(model)
        let client = try TCPStream.connect(to: server.address)
        let chunk = pattern(65536)
        var sent = 0, buffer = [UInt8](repeating: 0, count: 65536)
        do throws(SocketError) {
            // Half a second without room means that the server does not take more.
            while try client.socket.wait(for: .writable, until: .after(.milliseconds(500))) == .writable {
                sent += try client.send(chunk.span.extracting((sent % 65536)...), flags: .dontWait)
            }
        } catch { #expect(error.code == .wouldBlock) }
        // What the kernel's buffers hold on both ways, and the server's queue.
        #expect(sent < 2 * (mostBuffered("tcp_rmem") + mostBuffered("tcp_wmem")) + 1_000_000)
        try client.shutdown(.write)
        var received = 0, isEqual = true
        while case let count = try client.receive(into: &buffer), count > 0 {
            for index in 0..<count where buffer[index] != chunk[(received + index) % 65536] { isEqual = false }
            received += count
        }
        #expect(received == sent && isEqual)
        #expect(try server.end() == nil)
    }

    @Test func `each connection has a handler of its own, which may answer later and close`() throws {
        struct Sum: ConnectionHandler {
            var total = 0
            mutating func received(_ bytes: Span<UInt8>, _ connection: inout Connection) throws {
                for index in bytes.indices { total += Int(bytes[index]) }
                guard total > 1000 else { return }
                try connection.send("\(total)".utf8.span)
                connection.close()
            }
            mutating func ended(_ connection: inout Connection) throws { try connection.send("end \(total)".utf8.span) }
        }
        let listener = try TCPListener(on: .loopback(port: 0))
        let address = listener.localAddress
        let server = try ReadinessServer(listener, using: .poll)
        let stop = server.stop
        let parcel = Parcel(server)
        let running = Running { () throws(SocketError) in try parcel.open().run(Sum()) }
        let one = try TCPStream.connect(to: address), two = try TCPStream.connect(to: address)
        try one.sendAll([200, 200].span)
        let other = try exchange([1, 2, 3], two)
        #expect(String(decoding: other, as: UTF8.self) == "end 6")
        try one.sendAll([255, 255, 255].span)
        var buffer = [UInt8](repeating: 0, count: 16)
        let count = try one.receive(into: &buffer)
        #expect(String(decoding: buffer[..<count], as: UTF8.self) == "1165")
        stop.stop()
        #expect(try running.end() == nil)
    }

    @Test func `a handler can ask where its client is`() throws {
        struct WhoAmI: ConnectionHandler {
            mutating func received(_ bytes: Span<UInt8>, _ connection: inout Connection) throws {
                try connection.send("\(connection.peerAddress)".utf8.span)
            }
        }
        let folder = try TemporaryFolder()
        let path = try UnixAddress(path: folder.file("client")), stop = try StopSignal()
        let tcp = try TCPListener(on: .loopback(port: 0)),
            unix = try UnixListener(on: UnixAddress(path: folder.file("server")))
        let (tcpAddress, unixAddress) = (tcp.localAddress, unix.localAddress)
        let first = Parcel(try ReadinessServer(tcp, using: .poll, ServerConfiguration(stop: stop)))
        let second = Parcel(try ReadinessServer(unix, using: .poll, ServerConfiguration(stop: stop)))
        let running = [
            Running { () throws(SocketError) in try first.open().run(WhoAmI()) },
            Running { () throws(SocketError) in try second.open().run(WhoAmI()) },
        ]
        let client = try TCPStream.connect(to: tcpAddress)
        let back = try exchange([1], client)
        #expect(String(decoding: back, as: UTF8.self) == "\(try client.localAddress)")
        let unnamed = try UnixStream.connect(to: unixAddress)
        let answer = try exchange([1], unnamed)
        #expect(String(decoding: answer, as: UTF8.self) == "\(UnixAddress.unnamed)")
        let bound = try Socket(.unix, .stream)
        try bound.bind(to: path)
        try bound.connect(to: unixAddress)
        let named = try exchange([1], try UnixStream(bound))
        #expect(String(decoding: named, as: UTF8.self) == "\(path)")
        stop.stop()
        for each in running { #expect(try each.end() == nil) }
    }

    @Test(.enabled(if: Program.find("python3") != nil, "python3 is not installed"))
    func `a program of another language is served`() throws {
        let server = try TCPRun(.epoll)
        let text = """
            import socket
            s = socket.create_connection(("127.0.0.1", \(server.address.port)))
            s.sendall(bytes(range(256)) * 1000); s.shutdown(socket.SHUT_WR)
            data = b""
            while part := s.recv(65536): data += part
            raise SystemExit(0 if data == bytes(range(256)) * 1000 else 1)
            """
        #expect(try Program.run(try #require(Program.find("python3")), ["-c", text]).status == 0)
        #expect(try server.end() == nil)
    }
}
