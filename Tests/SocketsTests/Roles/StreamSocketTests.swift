import Sockets
import TestSupport
import Testing

@Suite struct StreamSocketTests {
    @Test func `a listener on port 0 tells its port, and a client's bytes arrive`() throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let port = listener.localAddress.port
        #expect(port != 0)
        let client = try TCPStream.connect(to: listener.localAddress)
        let server = try listener.accept()
        let (seen, own) = (server.peerAddress, try client.localAddress)
        #expect(seen == own)
        try client.sendAll("hello\n".utf8.span)
        var buffer = [UInt8](repeating: 0, count: 16)
        let count = try server.receive(into: &buffer)
        #expect(buffer[..<count].elementsEqual("hello\n".utf8))
        try client.shutdown(.write)
        let end = try server.receive(into: &buffer)
        #expect(end == 0)
        try server.setOption(.noDelay, to: true)
        let noDelay = try server.option(.noDelay)
        #expect(noDelay)
    }

    @Test func `a refused connect names call, address and code`() throws {
        let address = try closedAddress()
        let error = socketError { () throws(SocketError) in _ = try TCPStream.connect(to: address) }
        #expect(error?.description == "connect to \(address): connection refused (ECONNREFUSED)")
    }

    @Test func `an error is caught by its name`() throws {
        let address = try closedAddress()
        do {
            _ = try TCPStream.connect(to: address)
            Issue.record("somebody listens")
        } catch .connectionRefused {
        }
    }
}
