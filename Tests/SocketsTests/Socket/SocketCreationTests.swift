import Sockets
import TestSupport
import Testing

@Suite struct SocketCreationTests {
    static let kinds: [(AddressFamily, SocketType, SocketProtocol, SocketProtocol)] = [
        (.ipv4, .stream, .standard, .tcp), (.ipv4, .datagram, .standard, .udp), (.ipv4, .stream, .tcp, .tcp),
        (.unix, .stream, .standard, .standard), (.unix, .datagram, .standard, .standard),
        (.unix, .sequencedPacket, .standard, .standard),
    ]

    static let kindsOfIPv6: [(AddressFamily, SocketType, SocketProtocol, SocketProtocol)] = [
        (.ipv6, .stream, .standard, .tcp), (.ipv6, .datagram, .udp, .udp),
    ]

    @Test(arguments: kinds)
    func `a socket tells its family, type and protocol`(
        family: AddressFamily, type: SocketType, asked: SocketProtocol, given: SocketProtocol
    ) throws { try ask(family, type, asked, given) }

    @Test(.needsIPv6, arguments: kindsOfIPv6)
    func `a socket of IPv6 tells its family, type and protocol`(
        family: AddressFamily, type: SocketType, asked: SocketProtocol, given: SocketProtocol
    ) throws { try ask(family, type, asked, given) }

    private func ask(
        _ family: AddressFamily, _ type: SocketType, _ asked: SocketProtocol, _ given: SocketProtocol
    ) throws {
        let socket = try Socket(family, type, asked)
        #expect(try socket.option(.type) == type)
        #expect(try socket.option(.family) == family)
        #expect(try socket.option(.protocol) == given)
    }

    @Test(arguments: kinds, [BlockingMode.blocking, .nonBlocking])
    func `the mode from birth is the one asked for, and the type stays plain`(
        kind: (AddressFamily, SocketType, SocketProtocol, SocketProtocol), mode: BlockingMode
    ) throws {
        let socket = try Socket(kind.0, kind.1, kind.2, mode)
        #expect(try socket.mode == mode)
        #expect(try socket.isInherited == false)
        #expect(try socket.option(.type) == kind.1)
        try socket.setMode(mode == .blocking ? .nonBlocking : .blocking)
        #expect(try socket.mode != mode)
        #expect(try socket.option(.type) == kind.1)
    }

    @Test(arguments: [BlockingMode.blocking, .nonBlocking])
    func `both ends of a pair are closed by exec and have the mode`(mode: BlockingMode) throws {
        for type in [SocketType.stream, .datagram, .sequencedPacket] {
            let pair = try Socket.pair(type, mode)
            #expect(try pair.first.isInherited == false)
            #expect(try pair.second.isInherited == false)
            #expect(try pair.first.mode == mode)
            #expect(try pair.second.mode == mode)
            #expect(try pair.first.option(.type) == type)
            let sent = try pair.first.send([1, 2, 3].span)
            #expect(sent == 3)
            try expectReceived([1, 2, 3], from: pair.second)
        }
    }

    @Test(arguments: [BlockingMode.blocking, .nonBlocking])
    func `an accepted socket has the mode asked for, not the listener's, and is closed by exec`(
        mode: BlockingMode
    ) throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let client = try TCPStream.connect(to: listener.localAddress)
        try listener.socket.setMode(.nonBlocking)
        try listener.socket.setInherited(true)
        let server = try listener.accept(mode)
        #expect(try server.socket.mode == mode)
        #expect(try server.socket.isInherited == false)
        _ = consume client
    }

    @Test func `any socket can be made inheritable and back`() throws {
        let socket = try Socket(.ipv4, .stream)
        try socket.setInherited(true)
        #expect(try socket.isInherited)
        try socket.setInherited(false)
        #expect(try socket.isInherited == false)
    }

    @Test(
        arguments: [
            (.ipv4, .sequencedPacket, .standard), (.ipv4, .stream, .udp), (.ipv4, .datagram, .tcp),
            (AddressFamily(rawValue: 4711), .stream, .standard), (AddressFamily(rawValue: -1), .stream, .standard),
            (.ipv4, SocketType(rawValue: 9), .standard), (.ipv4, SocketType(rawValue: 11), .standard),
            (.ipv4, .stream, SocketProtocol(rawValue: 4711)), (.unix, .stream, .tcp),
            (.unspecified, .stream, .standard),
        ] as [(AddressFamily, SocketType, SocketProtocol)])
    func `what the system lacks has one of the codes for that`(
        family: AddressFamily, type: SocketType, asked: SocketProtocol
    ) throws {
        let missing: [SocketError.Code] = [
            .familyNotSupported, .typeNotSupported, .protocolNotSupported, .wrongProtocolType, .invalidArgument,
        ]
        do {
            _ = try Socket(family, type, asked)
            Issue.record("\(family) \(type) \(asked) was made")
        } catch {
            #expect(missing.contains(error.code), "\(error)")
            #expect(error.operation == .socket)
        }
    }

    @Test func `families, types and protocols print their names, unknown ones their numbers`() {
        let families = [AddressFamily.ipv4, .ipv6, .unix, .unspecified, AddressFamily(rawValue: 500)]
        #expect(families.map(\.description) == ["IPv4", "IPv6", "Unix", "unspecified", "500"])
        let types = [SocketType.stream, .datagram, .raw, .sequencedPacket, SocketType(rawValue: 500)]
        #expect(types.map(\.description) == ["stream", "datagram", "raw", "sequenced packet", "500"])
        let protocols = [SocketProtocol.standard, .tcp, .udp, .icmp, .icmpv6, SocketProtocol(rawValue: 500)]
        #expect(protocols.map(\.description) == ["standard", "TCP", "UDP", "ICMP", "ICMPv6", "500"])
    }

    @Test func `a socket is as small as its descriptor`() {
        #expect(MemoryLayout<Socket>.size == 4)
        #expect(MemoryLayout<OwnedDescriptor>.size == 4)
    }
}
