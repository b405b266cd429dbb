import Sockets
import TestSupport
import Testing

@Suite(.ownThread) struct ConnectTests {
    @Test func `nobody listening is refused in every way of connecting`() throws { try connectToNobody(.v4) }

    @Test(.needsIPv6) func `nobody listening on IPv6 is refused in every way of connecting`() throws {
        try connectToNobody(.v6)
    }

    private func connectToNobody(_ version: IPVersion) throws {
        let address = try closedAddress(version)
        let text = "connect to \(address): connection refused (ECONNREFUSED)"
        let errors = [
            expectFailure(.connectionRefused) { _ = try TCPStream.connect(to: address) },
            expectFailure(.connectionRefused) { _ = try TCPStream.connect(to: address.description) },
            expectFailure(.connectionRefused) { _ = try TCPStream.connect(to: address, within: .seconds(60)) },
            expectFailure(.connectionRefused) {
                _ = try TCPStream.connect(to: address, from: .loopback(version, port: 0))
            },
            expectFailure(.connectionRefused) { try Socket(address.family, .stream).connect(to: address) },
        ]
        for error in errors {
            #expect(error?.description == text)
            #expect(error?.peerAddress?.ip == address)
            #expect(error?.operation == .connect)
            #expect(error?.transferred == 0)
        }
    }

    @Test func `a non-blocking connect is in progress, then writable, then done`() throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let socket = try Socket(.ipv4, .stream, .standard, .nonBlocking)
        let address = listener.localAddress
        expectFailure(.inProgress) { try socket.connect(to: address) }
        #expect(try socket.wait(for: .writable).contains(.writable))
        try socket.finishConnecting()
        #expect(try socket.peerAddress.ip == address)
    }

    @Test func `a refused non-blocking connect is found by its pending error, once`() throws {
        let address = try closedAddress()
        let socket = try Socket(.ipv4, .stream, .standard, .nonBlocking)
        expectFailure(.inProgress) { try socket.connect(to: address) }
        #expect(try socket.wait(for: .writable).isSuperset(of: [.error, .hangUp]))
        expectFailure(.connectionRefused) { try socket.finishConnecting() }
        #expect(try socket.takeError() == nil)
    }

    @Test func `a connected socket cannot connect again`() throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let socket = try Socket(.ipv4, .stream)
        let address = listener.localAddress
        try socket.connect(to: address)
        expectFailure(.alreadyConnected) { try socket.connect(to: address) }
    }

    @Test func `a refused socket can try again`() throws {
        let address = try closedAddress()
        let socket = try Socket(.ipv4, .stream)
        expectFailure(.connectionRefused) { try socket.connect(to: address) }
        let listener = try TCPListener(on: .loopback(port: 0))
        try socket.connect(to: listener.localAddress)
        let server = try listener.accept()
        let (peer, own) = (server.peerAddress, try socket.localAddress.ip)
        #expect(peer == own)
    }

    @Test(arguments: [Duration.seconds(3600), .milliseconds(500), .seconds(Int64.max)])
    func `a connect within a time leaves a blocking stream`(time: Duration) throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let stream = try TCPStream.connect(to: listener.localAddress, within: time)
        #expect(try stream.socket.mode == .blocking)
        let (peer, address) = (stream.peerAddress, listener.localAddress)
        #expect(peer == address)
    }

    @Test(arguments: [Duration.zero, .nanoseconds(-1), .seconds(-5), .seconds(Int64.min)])
    func `a time that is not positive is refused`(time: Duration) throws {
        let address = try closedAddress()
        let error = expectFailure(.invalidInput) { _ = try TCPStream.connect(to: address, within: time) }
        #expect(error?.description.contains("must be positive") == true)
    }

    @Test func `a full queue of a TCP listener ends in a time-out, and the queued connections are whole`() throws {
        let listener = try Socket(.ipv4, .stream)
        try listener.bind(to: IPSocketAddress.loopback(port: 0))
        try listener.listen(backlog: 0)
        let address = try #require(try listener.localAddress.ip)
        var queued: [Int32] = []
        var last: SocketError?
        while last == nil, queued.count < 16 {
            last = socketError { () throws(SocketError) in
                queued.append(try TCPStream.connect(to: address, within: .milliseconds(50)).intoSocket().release())
            }
        }
        #expect(last?.code == .timedOut)
        #expect(last?.peerAddress?.ip == address)
        #expect(last?.description == "connect to \(address): timed out (ETIMEDOUT)")
        #expect(queued.count == 1)
        for number in queued {
            let client = try Socket(adopting: number)
            _ = try client.send([9].span)
            let server = try listener.accept()
            try expectReceived([9], from: server.socket)
        }
    }

    @Test func `a full queue of a Unix listener times out too, and a place that comes free is taken`() throws {
        let folder = try TemporaryFolder()
        var configuration = ListenerConfiguration()
        configuration.backlog = 0
        let listener = try UnixListener(on: folder.file("s"), configuration)
        let address = listener.localAddress
        let first = try UnixStream.connect(to: address)
        let socket = try Socket(.unix, .stream, .standard, .nonBlocking)
        expectFailure(.wouldBlock) { try socket.connect(to: address) }
        let error = expectFailure(.timedOut) { _ = try UnixStream.connect(to: address, within: .milliseconds(20)) }
        #expect(error?.peerAddress?.unix == address)
        let waiting = Background {
            let second = socketError { () throws(SocketError) in
                _ = try UnixStream.connect(to: address, within: .seconds(3600))
            }
            #expect(second == nil)
        }
        let one = try listener.accept(), other = try listener.accept()
        waiting.join()
        _ = consume one
        _ = consume other
        _ = consume first
    }

    @Test func `a send time-out ends a blocking connect as in progress`() throws {
        let listener = try Socket(.ipv4, .stream)
        try listener.bind(to: IPSocketAddress.loopback(port: 0))
        try listener.listen(backlog: 0)
        let address = try listener.localAddress
        let first = try Socket(.ipv4, .stream)
        try first.connect(to: address)
        let second = try Socket(.ipv4, .stream)
        try second.setOption(.sendTimeout, to: .milliseconds(8))
        expectFailure(.inProgress) { try second.connect(to: address) }
    }

    @Test func `the unspecified address reaches this machine`() throws { try connectToUnspecified(.v4) }

    @Test(.needsIPv6) func `the unspecified address of IPv6 reaches this machine`() throws {
        try connectToUnspecified(.v6)
    }

    private func connectToUnspecified(_ version: IPVersion) throws {
        let listener = try TCPListener(on: .any(version, port: 0))
        let stream = try TCPStream.connect(to: .any(version, port: listener.localAddress.port))
        let server = try listener.accept()
        let (peer, own) = (server.peerAddress, try stream.localAddress)
        #expect(peer == own)
    }

    @Test func `a connect from a local address has it`() throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let local = try #require(IPSocketAddress("127.0.0.2:0"))
        let stream = try TCPStream.connect(to: listener.localAddress, from: local)
        #expect(try stream.localAddress.address == local.address)
        let server = try listener.accept()
        #expect(server.peerAddress.address == local.address)
    }

    @Test(.needsIPv6) func `an IPv6-only socket does not reach IPv4`() throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let mapped = try #require(IPSocketAddress("[::ffff:127.0.0.1]:\(listener.localAddress.port)"))
        let socket = try Socket(.ipv6, .stream)
        try socket.setOption(.ipv6Only, to: true)
        expectFailure(.networkUnreachable) { try socket.connect(to: mapped) }
        let stream = try TCPStream.connect(to: mapped)
        let peer = try stream.socket.peerAddress.ip
        #expect(peer == mapped)
    }

    @Test(arguments: [
        "", "localhost:80", "127.0.0.1", "127.0.0.1:65536", "127.1:80", "::1:80", "0x7f.1:80", "1.2.3.4:-1",
    ])
    func `text that is no address is refused before any call`(text: String) {
        let error = expectFailure(.invalidInput) { _ = try TCPStream.connect(to: text) }
        #expect(error?.operation == .parse)
        expectFailure(.invalidInput) { _ = try TCPListener(on: text) }
    }

    @Test func `a socket that was never connected polls as hung up`() throws {
        let tcp = try Socket(.ipv4, .stream)
        #expect(try tcp.wait(for: [.readable, .writable], until: .now) == [.writable, .hangUp])
        let unix = try Socket(.unix, .stream)
        #expect(try unix.wait(for: [.readable, .writable], until: .now) == [.writable, .hangUp])
    }

    @Test func `disconnecting TCP resets the connection, and the socket can be used again`() throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let socket = try Socket(.ipv4, .stream)
        try socket.connect(to: listener.localAddress)
        let server = try listener.accept()
        try socket.disconnect()
        var buffer: [UInt8] = [0]
        expectFailure(.connectionReset) { _ = try server.receive(into: &buffer) }
        try socket.connect(to: listener.localAddress)
        let again = try listener.accept()
        let (peer, own) = (again.peerAddress, try socket.localAddress.ip)
        #expect(peer == own)
    }

    @Test func `a server that closes at once still was connected to`() throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let stream = try TCPStream.connect(to: listener.localAddress)
        try listener.accept().close()
        try expectReceived([], from: stream.socket)
        try expectReceived([], from: stream.socket)
    }

    @Test func `sending before connecting is an error`() throws {
        let socket = try Socket(.ipv4, .stream)
        expectFailure(.brokenPipe) { _ = try socket.send([1].span) }
        expectFailure(.notConnected) { _ = try socket.receive(upTo: 1) }
        expectFailure(.notConnected) { _ = try socket.peerAddress }
    }

    @Test func `a failed connect leaves no socket`() throws {
        let address = try closedAddress()
        let socket = try Socket(.ipv4, .stream)
        let inode = try socketInode(socket)
        expectFailure(.connectionRefused) {
            try socket.connect(to: address)
        }
        try socket.close()
        #expect(!DescriptorLedger.sockets().contains(inode))
    }

    @Test func `a TCP socket that would connect to itself is refused`() throws {
        let socket = try Socket(.ipv4, .stream)
        try socket.bind(to: IPSocketAddress.loopback(port: 0))
        let address = try #require(try socket.localAddress.ip)
        try socket.connect(to: address)
        #expect(try socket.localAddress == socket.peerAddress)
        try socket.reset()
        Program.awaitStarts()
        let error = expectFailure(.connectionRefused) { _ = try TCPStream.connect(to: address, from: address) }
        #expect(error?.description.contains("connected to itself") == true)
        #expect(error?.peerAddress?.ip == address)
    }
}
