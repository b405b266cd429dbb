import Sockets
import TestSupport
import Testing

@Suite struct BindTests {
    @Test(arguments: [SocketType.stream, .datagram])
    func `port 0 becomes a port that the socket tells`(type: SocketType) throws { try bindToPortZero(.v4, type) }

    @Test(.needsIPv6, arguments: [SocketType.stream, .datagram])
    func `port 0 of IPv6 becomes a port too`(type: SocketType) throws { try bindToPortZero(.v6, type) }

    private func bindToPortZero(_ version: IPVersion, _ type: SocketType) throws {
        let address = IPSocketAddress.loopback(version, port: 0)
        let socket = try Socket(address.family, type)
        try socket.bind(to: address)
        let local = try #require(try socket.localAddress.ip)
        #expect(local.port != 0)
        #expect(local.address == address.address)
    }

    @Test func `an address of another machine is not available`() throws { try bindElsewhere("1.1.1.1:0") }

    @Test(.needsIPv6) func `an IPv6 address of another machine is not available`() throws {
        try bindElsewhere("[2001:db8::1]:0")
    }

    private func bindElsewhere(_ text: String) throws {
        let address = try #require(IPSocketAddress(text))
        let socket = try Socket(address.family, .stream)
        let error = expectFailure(.addressNotAvailable) { try socket.bind(to: address) }
        #expect(error?.description == "bind \(text): address not available (EADDRNOTAVAIL)")
        #expect(error?.localAddress?.ip == address)
        #expect(error?.advice?.contains("address of this machine") == true)
    }

    @Test func `a second listener on a port is refused, when it binds`() throws {
        let first = try TCPListener(on: .loopback(port: 0))
        let address = first.localAddress
        let error = expectFailure(.addressInUse) { _ = try TCPListener(on: address) }
        #expect(error?.operation == .bind)
        #expect(error?.description == "bind \(address): address already in use (EADDRINUSE)")
    }

    @Test func `listeners that share a port live together`() throws {
        var configuration = ListenerConfiguration()
        configuration.sharesPort = true
        let first = try TCPListener(on: .loopback(port: 0), configuration)
        let second = try TCPListener(on: first.localAddress, configuration)
        let (one, other) = (first.localAddress, second.localAddress)
        #expect(one == other)
        let address = one
        expectFailure(.addressInUse) { _ = try TCPListener(on: address) }
    }

    @Test func `a port is free again at once after its connections were closed by the server`() throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let address = listener.localAddress
        let client = try TCPStream.connect(to: address)
        try listener.accept().close()
        var buffer = [UInt8](repeating: 0, count: 1)
        let end = try client.receive(into: &buffer)
        #expect(end == 0)
        try client.close()
        try listener.close()
        Program.awaitStarts()
        let again = try TCPListener(on: address)
        let local = again.localAddress
        #expect(local == address)
    }

    @Test func `a socket binds once`() throws {
        let socket = try Socket(.ipv4, .stream)
        try socket.bind(to: IPSocketAddress.loopback(port: 0))
        expectFailure(.invalidArgument) { try socket.bind(to: IPSocketAddress.loopback(port: 0)) }
    }

    @Test(
        arguments: [(.ipv4, "[::1]:0"), (.unix, "127.0.0.1:0"), (.unix, "[::1]:0")] as [(AddressFamily, String)])
    func `an address of another family is refused by bind, connect and send`(
        family: AddressFamily, text: String
    ) throws { try useAddressOfAnotherFamily(family, text) }

    @Test(.needsIPv6) func `an IPv4 address is refused by an IPv6 socket, or reached`() throws {
        try useAddressOfAnotherFamily(.ipv6, "127.0.0.1:0")
    }

    private func useAddressOfAnotherFamily(_ family: AddressFamily, _ text: String) throws {
        let address = try #require(IPSocketAddress(text))
        let socket = try Socket(family, .datagram)
        let wrong: [SocketError.Code] = [
            .familyNotSupported, .invalidArgument, .networkUnreachable, .wrongProtocolType,
        ]
        for error in [
            socketError { () throws(SocketError) in try socket.bind(to: address) },
            socketError { () throws(SocketError) in try socket.connect(to: address) },
            socketError { () throws(SocketError) in try socket.send([1].span, to: address) },
        ] {
            // Linux lets an IPv6 socket connect and send to an IPv4 address.
            guard let error else { #expect(family == .ipv6); continue }
            #expect(wrong.contains(error.code), "\(error)")
        }
    }

    @Test func `a Unix address does not fit an IP socket`() throws {
        let address = try UnixAddress(path: "/tmp/sockets-none")
        let stream = try Socket(.ipv4, .stream)
        expectFailure(.familyNotSupported) { try stream.bind(to: address) }
        expectFailure(.familyNotSupported) { try stream.connect(to: address) }
    }

    @Test(
        arguments: [
            ([2, 0], .invalidArgument), ([2, 0, 0, 80], .invalidArgument),
            ([0x6F, 0x12] + [UInt8](repeating: 0, count: 14), .familyNotSupported),
            ([0x6F, 0x12] + [UInt8](repeating: 0xFF, count: 126), .familyNotSupported),
        ] as [([UInt8], SocketError.Code)])
    func `bytes that are no address of the family are refused by the kernel`(
        bytes: [UInt8], code: SocketError.Code
    ) throws {
        let address = try SocketAddress(bytes: bytes.span)
        let socket = try Socket(.ipv4, .datagram)
        expectFailure(code) { try socket.bind(to: address) }
        expectFailure(code) { try socket.connect(to: address) }
    }

    @Test(arguments: [0, 1, 129, 4096])
    func `bytes that no address has are refused before the kernel`(count: Int) {
        expectFailure(.invalidInput) { _ = try SocketAddress(bytes: [UInt8](repeating: 1, count: count).span) }
    }

    @Test(arguments: [0, 1, 128, 1 << 20, Int(Int32.max), Int(Int32.max) + 1, .max])
    func `any backlog from 0 is taken`(backlog: Int) throws {
        let socket = try Socket(.ipv4, .stream)
        try socket.listen(backlog: backlog)
        #expect(try socket.option(.acceptsConnections))
        #expect(try socket.localAddress.ip?.port != 0)
    }

    @Test(arguments: [-1, Int(Int32.min), .min])
    func `a negative backlog is refused before any call`(backlog: Int) throws {
        let socket = try Socket(.ipv4, .stream)
        let error = expectFailure(.invalidInput) { try socket.listen(backlog: backlog) }
        #expect(error?.description == "listen: the backlog is \(backlog), and has to be at least 0")
        #expect(try socket.option(.acceptsConnections) == false)
        var configuration = ListenerConfiguration()
        configuration.backlog = backlog
        expectFailure(.invalidInput) { _ = try TCPListener(on: .loopback(port: 0), configuration) }
    }

    @Test func `a datagram socket cannot listen`() throws {
        let socket = try Socket(.ipv4, .datagram)
        let error = expectFailure(.notSupported) { try socket.listen() }
        #expect(error?.operation == .listen)
    }

    @Test(.needsIPv6) func `a listener on IPv6 leaves IPv4 alone, unless it is dual-stack`() throws {
        let single = try TCPListener(on: .loopback(.v6, port: 0))
        #expect(try single.socket.option(.ipv6Only))
        var configuration = ListenerConfiguration()
        configuration.isDualStack = true
        let dual = try TCPListener(on: .any(.v6, port: 0), configuration)
        #expect(try dual.socket.option(.ipv6Only) == false)
        let client = try TCPStream.connect(to: .loopback(.v4, port: dual.localAddress.port))
        let server = try dual.accept()
        let (peer, local) = (server.peerAddress, try client.localAddress)
        #expect(peer.version == .v6)
        #expect(peer.unmapped == local)
        let other = try TCPStream.connect(to: .loopback(.v6, port: dual.localAddress.port))
        let second = try dual.accept()
        let (seen, own) = (second.peerAddress, try other.localAddress)
        #expect(seen == own)
    }

    @Test(.needsIPv6) func `both versions of a port can have a listener each`() throws {
        let four = try TCPListener(on: .any(.v4, port: 0))
        let six = try TCPListener(on: .any(.v6, port: four.localAddress.port))
        let (one, other) = (four.localAddress.port, six.localAddress.port)
        #expect(one == other)
    }

    @Test func `an IPv4 listener cannot be dual-stack`() {
        var configuration = ListenerConfiguration()
        configuration.isDualStack = true
        expectFailure(.invalidInput) { _ = try TCPListener(on: .any(port: 0), configuration) }
    }

    @Test(.needsIPv6) func `the choice of IP versions is over once a socket is bound`() throws {
        let socket = try Socket(.ipv6, .stream)
        try socket.bind(to: IPSocketAddress.loopback(.v6, port: 0))
        expectFailure(.invalidArgument) { try socket.setOption(.ipv6Only, to: true) }
    }

    @Test func `an IPv6 option does not fit an IPv4 socket`() throws {
        let socket = try Socket(.ipv4, .stream)
        let error = socketError { () throws(SocketError) in try socket.setOption(.ipv6Only, to: true) }
        #expect([.unknownOption, .invalidArgument].contains(error?.code))
    }

    @Test func `a bind without a port leaves its choice to connect`() throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let socket = try Socket(.ipv4, .stream)
        try socket.setOption(.bindWithoutPort, to: true)
        try socket.bind(to: IPSocketAddress.loopback(port: 0))
        #expect(try socket.localAddress.ip?.port == 0)
        try socket.connect(to: listener.localAddress)
        #expect(try socket.localAddress.ip?.port != 0)
    }

    @Test func `an interface that does not exist cannot be bound to`() throws {
        let socket = try Socket(.ipv4, .datagram)
        let error = socketError { () throws(SocketError) in try socket.setOption(.boundInterface, to: "no-such") }
        #expect([.noSuchDevice, .notPermitted].contains(error?.code))
    }

    @Test(.needsIPv6, arguments: [SocketType.stream, .datagram])
    func `a link-local address without a scope is refused before any call`(type: SocketType) throws {
        let address = try #require(IPSocketAddress("[fe80::1]:80"))
        let socket = try Socket(.ipv6, type)
        for error in [
            socketError { () throws(SocketError) in try socket.bind(to: address) },
            socketError { () throws(SocketError) in try socket.connect(to: address) },
            socketError { () throws(SocketError) in try socket.send([1].span, to: address) },
        ] {
            #expect(error?.code == .invalidInput)
            #expect(error?.description.contains("fe80::1%eth0") == true)
        }
        expectFailure(.invalidInput) { _ = try TCPStream.connect(to: address) }
        expectFailure(.invalidInput) { _ = try TCPListener(on: address) }
        expectFailure(.invalidInput) { _ = try UDPSocket(boundTo: address) }
    }
}
