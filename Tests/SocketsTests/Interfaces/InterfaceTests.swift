import Sockets
import TestSupport
import Testing

@Suite struct InterfaceTests {
    @Test func `the loopback interface is up and has 127.0.0.1`() throws {
        let loopback = try Interface.all().first { $0.flags.contains([.loopback, .up]) }
        let addresses = loopback?.addresses.map(\.description) ?? []
        #expect(addresses.contains("127.0.0.1/8"))
        #expect(try Interface.named(loopback?.name ?? "") == loopback)
        #expect(try Interface.named("no-such-interface") == nil)
    }

    @Test func `the table shows a listener, both ends of a connection and a datagram socket`() throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let address = listener.localAddress
        let client = try TCPStream.connect(to: address)
        let server = try listener.accept()
        try client.sendAll("12345".utf8.span)
        _ = try server.socket.wait(for: .readable)
        let udp = try UDPSocket(boundTo: .loopback(port: 0))
        let udpAddress = try udp.localAddress
        let table = try SocketTable.current()
        let here = table.filter { $0.local.ip == address }
        #expect(here.map(\.state).sorted() == ["ESTABLISHED", "LISTEN"])
        #expect(here.contains { $0.receiveQueue == 5 })
        #expect(table.contains { $0.peer?.ip == address && $0.state == "ESTABLISHED" })
        #expect(table.contains { $0.local.ip == udpAddress && $0.type == .datagram && $0.state == "unconnected" })
    }
}
