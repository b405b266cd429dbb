import Sockets
import TestSupport
import Testing

@Suite(.ownThread) struct ShutdownTests {
    @Test func `a half-closed socket still receives`() throws {
        let connection = try Connection()
        try connection.client.shutdown(.write)
        try expectReceived([], from: connection.server.socket)
        try connection.server.sendAll([1, 2].span)
        try expectReceived([1, 2], from: connection.client.socket)
        expectFailure(.brokenPipe) { try connection.client.sendAll([1].span) }
        try connection.client.shutdown(.write)
    }

    @Test func `the read half of TCP shut down reads the end, then still what comes`() throws {
        let connection = try Connection()
        try connection.client.shutdown(.read)
        try expectReceived([], from: connection.client.socket)
        try connection.client.sendAll([1].span)
        try expectReceived([1], from: connection.server.socket)
        // Linux still gives what the peer sends from now on.
        try connection.server.sendAll([2].span)
        try expectReceived([2], from: connection.client.socket)
    }

    @Test func `both halves shut down read the end and break`() throws {
        let pair = try UnixStream.pair()
        try pair.first.shutdown(.both)
        try expectReceived([], from: pair.first.socket)
        expectFailure(.brokenPipe) { try pair.first.sendAll([1].span) }
        #expect(try pair.first.socket.wait(for: .readable, until: .now).contains(.hangUp))
        try expectReceived([], from: pair.second.socket)
    }

    @Test(arguments: [SocketType.stream, .datagram], [ShutdownHalf.read, .write, .both])
    func `only a connection can be shut down`(type: SocketType, half: ShutdownHalf) throws {
        let socket = try Socket(.ipv4, type)
        let error = expectFailure(.notConnected) { try socket.shutdown(half) }
        #expect(error?.operation == .shutdown)
    }

    @Test func `a shutdown is for all duplicates`() throws {
        let pair = try UnixStream.pair()
        let duplicate = try pair.first.duplicate()
        try duplicate.shutdown(.write)
        expectFailure(.brokenPipe) { try pair.first.sendAll([1].span) }
        try expectReceived([], from: pair.second.socket)
    }

    @Test func `shutting down wakes a receive on an unconnected UDP socket`() throws {
        let socket = try UDPSocket(boundTo: .loopback(port: 0))
        let receiver = Background {
            var buffer: [UInt8] = [0]
            let error = socketError { () throws(SocketError) in
                let datagram = try socket.receive(into: &buffer)
                #expect(datagram.count == 0)
            }
            #expect(error == nil || error?.code == .wrongAddressFamily, "\(String(describing: error))")
        }
        expectFailure(.notConnected) { try socket.socket.shutdown(.read) }
        // On Linux a shutdown that came before the receive has no effect on it, so a datagram ends it too.
        try socket.send([UInt8]().span, to: socket.localAddress)
        receiver.join()
    }

    @Test func `a reset is seen once, then the end, and everything else is an error`() throws {
        let connection = try Connection()
        let client = connection.client, server = connection.server
        try server.reset()
        expectFailure(.connectionReset) { try expectReceived([], from: client.socket) }
        try expectReceived([], from: client.socket)
        expectFailure(.brokenPipe) { try client.sendAll([1].span) }
        expectFailure(.notConnected) { _ = try client.socket.peerAddress }
        expectFailure(.notConnected) { try client.shutdown(.write) }
    }

    @Test func `data before a reset by close is followed by the reset`() throws {
        let connection = try Connection()
        let client = connection.client, server = connection.server
        try client.sendAll([1].span)
        try server.socket.wait(for: .readable)
        // Closing with data that nobody has read.
        try server.close()
        expectFailure(.connectionReset) { try expectReceived([], from: client.socket) }
    }

    @Test func `a pending error is taken once`() throws {
        let connection = try Connection()
        let client = connection.client, server = connection.server
        try server.reset()
        try client.socket.wait(for: .readable)
        #expect(try client.socket.option(.pendingError) != 0)
        #expect(try client.socket.takeError() == nil)
    }

    @Test func `a lingering close waits for the peer's acknowledgement`() throws {
        let connection = try Connection()
        try connection.client.sendAll([1, 2, 3].span)
        try connection.client.close(lingering: .seconds(3600))
        try expectReceived([1, 2, 3], from: connection.server.socket)
        try expectReceived([], from: connection.server.socket)
    }

    @Test(arguments: [Duration.milliseconds(1), .seconds(1), .seconds(32_767)])
    func `a time to linger is rounded up to seconds`(time: Duration) throws {
        let socket = try Socket(.ipv4, .stream)
        #expect(try socket.option(.linger) == .inBackground)
        try socket.close(lingering: time)
    }

    @Test(arguments: [Duration.zero, .seconds(-1), .milliseconds(-1), .milliseconds(32_767_001), .seconds(Int64.max)])
    func `any other time to linger is refused, and the socket closed`(time: Duration) throws {
        let connection = try Connection()
        let client = connection.client, server = connection.server
        let inode = try socketInode(client.socket)
        do {
            try client.close(lingering: time)
            Issue.record("\(time) is taken")
        } catch { #expect(error == SocketError(.setsockopt, .invalidInput)) }
        #expect(!DescriptorLedger.sockets().contains(inode))
        try expectReceived([], from: server.socket)
    }

    @Test func `connected UDP shut down for receiving answers at once`() throws {
        let other = try UDPSocket(boundTo: .loopback(port: 0))
        let socket = try ConnectedUDPSocket.connect(to: other.localAddress)
        try socket.socket.shutdown(.read)
        var buffer: [UInt8] = [0]
        let count = try socket.receive(into: &buffer).count
        #expect(count == 0)
        #expect(try socket.socket.wait(for: .readable, until: .now).contains(.readable))
    }

    @Test(arguments: [true, false])
    func `both orders of closing end both ends`(clientFirst: Bool) throws {
        let connection = try Connection()
        if clientFirst {
            try connection.client.shutdown(.write)
            try expectReceived([], from: connection.server.socket)
            try connection.server.shutdown(.write)
            try expectReceived([], from: connection.client.socket)
        } else {
            try connection.server.close()
            try expectReceived([], from: connection.client.socket)
            try connection.client.close()
        }
    }
}
