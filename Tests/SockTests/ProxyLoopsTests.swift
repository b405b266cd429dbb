import AsyncSockets
import Sockets
import TestSupport
import Testing

@testable import sock

@Suite(.ownThread, .timeLimit(.minutes(1))) struct ProxyLoopsTests {
    /// A connection to a listener from a local address that others use, too.
    private func connection(from local: IPSocketAddress, to target: IPSocketAddress) throws -> AsyncTCPStream {
        let socket = try Socket(.ipv4, .stream)
        try socket.setOption(.reuseAddress, to: true)
        try socket.bind(to: local)
        try socket.connect(to: target)
        return try AsyncTCPStream(TCPStream(socket))
    }

    @Test func `a connection that comes back is a loop, whichever end is seen first`() async throws {
        let listener = try AsyncTCPListener(on: .loopback(port: 0))
        let own = try await AsyncTCPStream.connect(to: listener.localAddress), client = try await listener.accept()
        let (first, second) = (ProxyLoops(), ProxyLoops())
        let way = try first.reach(own)
        #expect(throws: SocketError.self) { try first.enter(client) }
        // Over once the connection is over.
        first.forget(way)
        #expect(try first.enter(client) != nil)
        let other = try second.enter(client)
        #expect(throws: SocketError.self) { try second.reach(own) }
        second.leave(other)
        #expect(try second.reach(own) != nil)
    }

    @Test func `a port that is in use for another address, too, is no loop`() async throws {
        let front = try AsyncTCPListener(on: .loopback(port: 0)), back = try AsyncTCPListener(on: .loopback(port: 0))
        // The kernel does this by itself when connections are many.
        let holder = try Socket(.ipv4, .stream)
        try holder.setOption(.reuseAddress, to: true)
        try holder.bind(to: IPSocketAddress.loopback(port: 0))
        let local = try #require(IPSocketAddress(try holder.localAddress))
        let toFront = try connection(from: local, to: front.localAddress), client = try await front.accept()
        let own = try connection(from: local, to: back.localAddress)
        #expect(try own.localAddress == client.peerAddress)
        let loops = ProxyLoops()
        #expect(try loops.enter(client) != nil)
        #expect(try loops.reach(own) != nil)
        try await toFront.close()
    }
}
