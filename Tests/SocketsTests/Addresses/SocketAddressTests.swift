import Sockets
import TestSupport
import Testing

@Suite struct SocketAddressTests {
    static let addresses: [SocketAddress] = [
        encoded(IPSocketAddress.loopback(port: 0x1234)), encoded(IPSocketAddress.loopback(.v6, port: 0x1234)),
        encoded(IPSocketAddress(IPv6Address(0xFE80, 0, 0, 0, 0, 0, 0, 1, scopeID: 7), port: 1)),
        encoded(UnixAddress.unnamed), encoded("/a"),
        encoded("/" + String(repeating: "b", count: UnixAddress.pathCapacity - 1)),
        .none,
    ]

    private static func encoded(_ address: some SocketAddressProtocol) -> SocketAddress {
        (try? address.encoded()) ?? .none
    }

    private static func encoded(_ path: String) -> SocketAddress {
        (try? UnixAddress(path: path).encoded()) ?? .none
    }

    @Test(arguments: addresses)
    func `an address is made of its bytes`(address: SocketAddress) {
        let (count, copy) = (address.bytes.count, SocketAddress(sockaddr: address.bytes))
        let (ip, unix) = (IPSocketAddress(sockaddr: address.bytes), UnixAddress(sockaddr: address.bytes))
        #expect(count == address.byteCount)
        #expect(copy == address)
        #expect(ip == address.ip)
        #expect(unix == address.unix)
    }

    @Test(arguments: addresses.dropLast(), addresses)
    func `an address written over another leaves nothing of it`(one: SocketAddress, other: SocketAddress) throws {
        var address = other
        if let ip = one.ip { try ip.write(to: &address) } else { try #require(one.unix).write(to: &address) }
        #expect(address == one)
        #expect(Set([address, one]).count == 1)
    }

    @Test(arguments: addresses.prefix(3))
    func `fewer bytes than an IP address has are none`(address: SocketAddress) {
        #expect(address.ip != nil)
        for count in 0..<address.byteCount {
            let cut = IPSocketAddress(sockaddr: address.bytes.extracting(first: count))
            #expect(cut == nil, "\(count) bytes")
        }
    }

    @Test func `addresses differ in length`() {
        #expect(Set(Self.addresses.map(\.byteCount)).count == 6)
    }

    @Test func `bytes of another family are nil, and more than an address has are none at all`() throws {
        let ip = try IPSocketAddress.loopback(port: 80).encoded(), unix = try UnixAddress(path: "/a").encoded()
        let nothing = [UInt8](), many = [UInt8](repeating: 1, count: SocketAddress.capacity + 1)
        let mistaken = (UnixAddress(sockaddr: ip.bytes), IPSocketAddress(sockaddr: unix.bytes))
        #expect(mistaken == (nil, nil))
        let none = (IPSocketAddress(sockaddr: nothing.span), SocketAddress(sockaddr: many.span))
        #expect(none == (nil, nil))
        let long = UnixAddress(sockaddr: many.span)
        #expect(long == nil)
    }
}
