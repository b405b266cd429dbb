import Sockets
import TestSupport
import Testing

@Suite(.ownThread) struct AcceptTests {
    @Test func `an accepted connection knows its client`() throws { try compareAddresses(.v4) }

    @Test(.needsIPv6) func `an accepted connection of IPv6 knows its client`() throws { try compareAddresses(.v6) }

    private func compareAddresses(_ version: IPVersion) throws {
        let connection = try Connection(version)
        let (seen, own) = (connection.server.peerAddress, try connection.client.localAddress)
        #expect(seen == own)
        let (local, peer) = (try connection.server.localAddress, connection.client.peerAddress)
        #expect(local == peer)
    }

    @Test func `an empty queue would block`() throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        try listener.socket.setMode(.nonBlocking)
        let error = expectFailure(.wouldBlock) { _ = try listener.accept() }
        #expect(error?.operation == .accept)
    }

    @Test func `many that wait are accepted in their order`() throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        var clients: [Int32] = []
        for _ in 0..<32 {
            clients.append(try TCPStream.connect(to: listener.localAddress).intoSocket().release())
        }
        for number in clients {
            let client = try Socket(adopting: number)
            let server = try listener.accept()
            let (seen, own) = (server.peerAddress, try client.localAddress.ip)
            #expect(seen == own)
        }
    }

    @Test func `concurrent accepts take each connection once`() throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let seen = Counter()
        let acceptors = (0..<4).map { _ in
            Background {
                for _ in 0..<8 {
                    let error = socketError { () throws(SocketError) in
                        let stream = try listener.accept()
                        seen.add(stream.peerAddress.port.rawValue)
                    }
                    #expect(error == nil)
                }
            }
        }
        var ports: Set<UInt16> = []
        for _ in 0..<32 {
            let client = try TCPStream.connect(to: listener.localAddress)
            ports.insert(try client.localAddress.port.rawValue)
            try client.socket.wait(for: .readable)
        }
        acceptors.forEach { $0.join() }
        // A port can serve two connections one after the other.
        #expect(seen.total == 32)
        #expect(seen.values == ports)
    }

    @Test func `shutting a listener down wakes its accept, and ends it`() throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let waiting = Background {
            let error = socketError { () throws(SocketError) in _ = try listener.accept() }
            #expect(error?.code == .invalidArgument)
        }
        // Before or after the accept has begun to wait, the answer is the same.
        try listener.socket.shutdown(.read)
        waiting.join()
        #expect(try listener.socket.wait(for: .readable, until: .now).contains(.hangUp))
    }

    @Test func `shutting down the other half of a listener changes nothing`() throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        try listener.socket.shutdown(.write)
        let client = try TCPStream.connect(to: listener.localAddress)
        let server = try listener.accept()
        _ = consume client
        _ = consume server
    }

    @Test func `only a listener accepts`() throws {
        let stream = try Socket(.ipv4, .stream)
        expectFailure(.invalidArgument) { _ = try stream.accept() }
        let datagram = try Socket(.ipv4, .datagram)
        expectFailure(.notSupported) { _ = try datagram.accept() }
        let pair = try Socket.pair()
        expectFailure(.invalidArgument) { _ = try pair.first.accept() }
    }

    @Test func `an accepted socket has the listener's options`() throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        try listener.socket.setOption(.noDelay, to: true)
        try listener.socket.setOption(.keepAlive, to: true)
        try listener.socket.setOption(.receiveTimeout, to: .seconds(8))
        let client = try TCPStream.connect(to: listener.localAddress)
        let server = try listener.accept()
        #expect(try server.option(.noDelay))
        #expect(try server.option(.keepAlive))
        #expect(try server.option(.receiveTimeout) == .seconds(8))
        #expect(try server.socket.mode == .blocking)
        #expect(try server.socket.option(.incomingCPU) >= -1)
        _ = consume client
    }

    @Test func `accepting late loses nothing`() throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let client = try TCPStream.connect(to: listener.localAddress)
        try client.sendAll([1, 2, 3].span)
        try client.shutdown(.write)
        #expect(try listener.socket.wait(for: .readable) == .readable)
        let server = try listener.accept()
        var buffer = [UInt8](repeating: 0, count: 3)
        try server.receiveExactly(into: &buffer)
        #expect(buffer == [1, 2, 3])
        try expectReceived([], from: server.socket)
    }

    @Test func `a client that resets before it is accepted does not hurt the listener`() throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        try TCPStream.connect(to: listener.localAddress).reset()
        do {
            let server = try listener.accept()
            expectFailure(.connectionReset) { _ = try server.socket.receive(upTo: 1) }
        } catch { #expect(error.code == .connectionAborted) }
        let client = try TCPStream.connect(to: listener.localAddress)
        let server = try listener.accept()
        let (seen, own) = (server.peerAddress, try client.localAddress)
        #expect(seen == own)
    }

    @Test func `a listener with a fast client only wakes up when data came, if it defers`() throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        try listener.socket.setOption(.deferAccept, to: .seconds(3600 * 9))
        try listener.socket.setMode(.nonBlocking)
        let client = try TCPStream.connect(to: listener.localAddress)
        expectFailure(.wouldBlock) { _ = try listener.accept() }
        try client.sendAll([1].span)
        try listener.socket.wait(for: .readable)
        let server = try listener.accept()
        try expectReceived([1], from: server.socket)
    }

    @Test func `clients in the queue of a closing listener are reset`() throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let client = try TCPStream.connect(to: listener.localAddress)
        try listener.close()
        expectFailure(.connectionReset) { _ = try client.socket.receive(upTo: 1) }
    }
}
