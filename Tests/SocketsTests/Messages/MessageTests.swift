import Sockets
import TestSupport
import Testing

@Suite struct MessageTests {
    private func receive(
        _ socket: borrowing Socket, _ control: inout IncomingControl, room: Int = 64
    ) throws -> ReceivedMessage {
        var buffer = [UInt8](repeating: 0, count: room)
        var span = buffer.mutableSpan
        return try socket.receiveMessage(into: &span, control: &control)
    }

    @Test func `a passed socket works at the other end and is closed by exec`() throws {
        let pair = try UnixStream.pair()
        let passed = try Socket.pair()
        _ = try pair.first.send([42].span, passing: passed.first)
        var control = IncomingControl()
        let message = try receive(pair.second.socket, &control)
        #expect(message.count == 1 && message.flags.isDisjoint(with: [.controlTruncated, .truncated]))
        #expect(control.descriptorCount == 1)
        guard let descriptor = control.takeDescriptor() else { return }
        let copy = try Socket(descriptor)
        let inherited = try copy.isInherited
        #expect(!inherited)
        _ = try copy.send([7].span)
        var buffer: [UInt8] = [0]
        _ = try passed.second.receive(into: &buffer)
        #expect(buffer == [7])
    }

    @Test func `a stream receives the socket that was passed beside its bytes`() throws {
        let pair = try UnixStream.pair()
        let passed = try Socket.pair()
        _ = try pair.first.send([1, 2].span, passing: passed.first)
        try pair.first.sendAll([3].span)
        var buffer = [UInt8](repeating: 0, count: 8)
        var with = try pair.second.receiveDescriptor(into: &buffer)
        let count = with.count
        #expect(count == 2 && buffer[..<2] == [1, 2])
        guard let descriptor = with.descriptor.take() else {
            Issue.record("no descriptor came")
            return
        }
        let copy = try Socket(descriptor)
        _ = try copy.send([9].span)
        var heard: [UInt8] = [0]
        _ = try passed.second.receive(into: &heard)
        #expect(heard == [9])
        let without = try pair.second.receiveDescriptor(into: &buffer)
        let (rest, isNone) = (without.count, without.descriptor == nil)
        #expect(rest == 1 && isNone)
    }

    @Test func `descriptors nobody takes are closed with the buffer`() throws {
        let pair = try UnixStream.pair()
        let passed = try Socket.pair()
        for _ in 0..<100 {
            _ = try pair.first.send([42].span, passing: passed.first)
            var control = IncomingControl()
            _ = try receive(pair.second.socket, &control)
        }
        passed.first.closeQuietly()
        var buffer: [UInt8] = [0]
        // Only when no copy is left open does the other end see the end of the stream.
        let end = try passed.second.receive(into: &buffer)
        #expect(end == 0)
    }

    @Test(arguments: [0, 1, 15, 16, 17, 20, 23, 24])
    func `a control buffer that is too small reports what it lost and leaks nothing`(room: Int) throws {
        let pair = try UnixStream.pair()
        let passed = try Socket.pair()
        var outgoing = OutgoingControl()
        for _ in 0..<5 { try outgoing.append(passing: passed.first) }
        _ = try pair.first.socket.sendMessage([1].span, control: outgoing)
        var control = IncomingControl(capacity: room)
        let message = try receive(pair.second.socket, &control)
        #expect(message.isControlTruncated && message.count == 1)
        passed.first.closeQuietly()
        while control.takeDescriptor() != nil {}
        var buffer: [UInt8] = [0]
        let end = try passed.second.receive(into: &buffer)
        #expect(end == 0)
    }

    @Test func `descriptors are refused where the kernel would drop them`() throws {
        let pair = try UnixStream.pair()
        let passed = try Socket.pair()
        var control = OutgoingControl()
        try control.append(passing: passed.first)
        let filled = control
        let nothing: [UInt8] = []
        let empty = socketError { () throws(SocketError) in
            _ = try pair.first.socket.sendMessage(nothing.span, control: filled)
        }
        #expect(empty?.code == .invalidInput)
        let udp = try ConnectedUDPSocket.connect(to: .loopback(port: 9))
        let inet = socketError { () throws(SocketError) in _ = try udp.socket.sendMessage([1].span, control: filled) }
        #expect(inet?.code == .invalidInput)
    }

    @Test func `more than 253 descriptors, none, or no room are refused before the call`() throws {
        var control = OutgoingControl(capacity: 4096)
        let nothing: [Int32] = []
        let many = [Int32](repeating: 0, count: 254)
        let tooMany = socketError { () throws(SocketError) in try control.append(passing: many.span) }
        #expect(tooMany?.code == .invalidInput)
        let none = socketError { () throws(SocketError) in try control.append(passing: nothing.span) }
        #expect(none?.code == .invalidInput)
        var small = OutgoingControl(capacity: 8)
        let noRoom = socketError { () throws(SocketError) in try small.append(HopLimit(1, .v4)) }
        #expect(noRoom?.code == .noBufferSpace)
        #expect(small.isEmpty)
    }

    #if os(Linux)
    @Test func `credentials arrive as the kernel vouches for them`() throws {
        let pair = try Socket.pair(.datagram)
        try pair.second.setOption(.passCredentials, to: true)
        _ = try pair.first.send([1].span)
        var control = IncomingControl()
        _ = try receive(pair.second, &control)
        let peer = try pair.first.peerCredentials
        let credentials = control.first(Credentials.self)
        #expect(credentials != nil && credentials == peer)
    }

    @Test func `packet information and hop limit of IPv4 arrive, and choose the source`() throws {
        let server = try UDPSocket(boundTo: .any(port: 0))
        try server.setOption(.receivePacketInformation, to: true)
        try server.setOption(.receiveHopLimit, to: true)
        let port = try server.localAddress.port
        let client = try UDPSocket(.v4)
        var outgoing = OutgoingControl()
        try outgoing.append(PacketInformation(address: .v4(IPv4Address(127, 0, 0, 5))))
        try outgoing.append(HopLimit(9, .v4))
        _ = try client.socket.sendMessage([1].span, control: outgoing, to: IPSocketAddress.loopback(port: port))
        var control = IncomingControl()
        let message = try receive(server.socket, &control)
        #expect(message.sender.ip?.address == .v4(IPv4Address(127, 0, 0, 5)))
        #expect(control.first(PacketInformation.self)?.address == .loopback())
        #expect(control.first(HopLimit.self) == HopLimit(9, .v4))
    }
    #endif

    @Test(.needsIPv6) func `packet information and hop limit of IPv6 arrive`() throws {
        let server = try UDPSocket(boundTo: .loopback(.v6, port: 0))
        try server.setOption(.receivePacketInformation6, to: true)
        try server.setOption(.receiveHopLimit6, to: true)
        let address = try server.localAddress
        let client = try UDPSocket(.v6)
        var outgoing = OutgoingControl()
        try outgoing.append(HopLimit(7, .v6))
        _ = try client.socket.sendMessage([1].span, control: outgoing, to: address)
        var control = IncomingControl()
        _ = try receive(server.socket, &control)
        let information = control.first(PacketInformation.self)
        #expect(information?.address == .loopback(.v6) && information?.interfaceIndex != 0)
        #expect(control.first(HopLimit.self) == HopLimit(7, .v6))
    }

    @Test func `gathered parts arrive as one, scattered over others`() throws {
        let pair = try Socket.pair(.datagram)
        let sent = try pair.first.sendMessage(gathering: [[1, 2], [], [3, 4, 5]])
        #expect(sent == 5)
        var parts: [[UInt8]] = [[0], [0, 0], [], [0, 0, 0, 0]]
        var control = IncomingControl(capacity: 0)
        let message = try pair.second.receiveMessage(scattering: &parts, control: &control)
        #expect(message.count == 5)
        #expect(parts == [[1], [2, 3], [], [4, 5, 0, 0]])
    }

    @Test func `two spans arrive as header and body`() throws {
        let pair = try Socket.pair(.sequencedPacket)
        _ = try pair.first.sendMessage([1, 2].span, [3, 4, 5].span)
        var header: [UInt8] = [0, 0], body: [UInt8] = [0, 0]
        var first = header.mutableSpan, second = body.mutableSpan
        var control = IncomingControl(capacity: 0)
        let message = try pair.second.receiveMessage(into: &first, &second, control: &control)
        #expect(message.isTruncated && message.count == 4)
        #expect(header == [1, 2] && body == [3, 4])
    }

    @Test func `a stream sends more parts than one call takes`() throws {
        let pair = try UnixStream.pair()
        let parts = (0..<3000).map { [UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: $0 % 3) }
        try pair.first.sendAll(gathering: parts)
        try pair.first.shutdown(.write)
        var all = [UInt8](repeating: 0, count: parts.joined().count)
        try pair.second.receiveExactly(into: &all)
        #expect(all.elementsEqual(parts.joined()))
    }
}

extension Socket {
    consuming func closeQuietly() {}
}
