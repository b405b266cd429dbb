import Sockets
import TestSupport
import Testing

@Suite(.ownThread) struct TimeoutTests {
    @Test func `a receive time-out ends a receive, again and again, and leaves sending alone`() throws {
        let connection = try Connection()
        try connection.server.setOption(.receiveTimeout, to: .milliseconds(4))
        for _ in 0..<2 {
            expectFailure(.wouldBlock) { try expectReceived([], from: connection.server.socket) }
        }
        #expect(try connection.server.option(.sendTimeout) == nil)
        try connection.server.sendAll([1].span)
        try expectReceived([1], from: connection.client.socket)
        try connection.server.setOption(.receiveTimeout, to: nil)
        try connection.client.sendAll([2].span)
        try expectReceived([2], from: connection.server.socket)
    }

    @Test func `a send time-out ends a send, and leaves receiving alone`() throws {
        let pair = try UnixStream.pair()
        try pair.first.setOption(.sendTimeout, to: .milliseconds(4))
        let bytes = pattern(1 << 20)
        let error = expectFailure(.wouldBlock) { while true { try pair.first.sendAll(bytes.span) } }
        #expect(error?.operation == .send)
        #expect(try pair.first.option(.receiveTimeout) == nil)
        try pair.second.sendAll([1].span)
        try expectReceived([1], from: pair.first.socket)
    }

    @Test func `an accept ends after the receive time-out`() throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        try listener.socket.setOption(.receiveTimeout, to: .milliseconds(4))
        expectFailure(.wouldBlock) { _ = try listener.accept() }
    }

    @Test(arguments: [Duration.microseconds(1), .microseconds(999), .milliseconds(1)])
    func `a short time is rounded up to a tick, never down to for ever`(time: Duration) throws {
        let socket = try Socket(.ipv4, .stream)
        try socket.setOption(.receiveTimeout, to: time)
        let rounded = try #require(try socket.option(.receiveTimeout))
        #expect(rounded >= time)
        #expect(rounded < .milliseconds(100))
    }

    @Test func `the longest time is taken`() throws {
        let socket = try Socket(.ipv4, .stream)
        try socket.setOption(.receiveTimeout, to: .seconds(Int64.max))
        let time = try socket.option(.receiveTimeout)
        #expect(time == nil || time! > .seconds(1 << 30))
    }
}
