import Sockets
import Testing

@Suite struct UrgentDataTests {
    @Test func `the last urgent byte is received apart from the stream, once`() throws {
        let connection = try Connection()
        let sent = try connection.client.send([1, 2, 3].span, flags: .outOfBand)
        #expect(sent == 3)
        #expect(try connection.server.socket.wait(for: .priority) == .priority)
        try connection.client.sendAll([4].span)
        try expectReceived([3], from: connection.server.socket, flags: .outOfBand)
        expectFailure(.invalidArgument) {
            try expectReceived([], from: connection.server.socket, flags: .outOfBand)
        }
        #expect(try connection.server.socket.isAtMark == false)
        let before = try connection.server.socket.receive(upTo: 9)
        #expect(before == [1, 2])
        #expect(try connection.server.socket.isAtMark)
        let after = try connection.server.socket.receiveWhenReadable(upTo: 9)
        #expect(after == [4])
    }

    @Test func `an urgent byte in line stops a receive before it`() throws {
        let connection = try Connection()
        try connection.server.setOption(.outOfBandInline, to: true)
        _ = try connection.client.send([1, 2].span, flags: .outOfBand)
        try connection.client.sendAll([3].span)
        try connection.server.socket.wait(for: .priority)
        expectFailure(.invalidArgument) {
            try expectReceived([], from: connection.server.socket, flags: .outOfBand)
        }
        let before = try connection.server.socket.receive(upTo: 9)
        #expect(before == [1])
        #expect(try connection.server.socket.isAtMark)
        var rest = [UInt8](repeating: 0, count: 2)
        try connection.server.receiveExactly(into: &rest)
        #expect(rest == [2, 3])
    }

    @Test func `without urgent data there is none to receive`() throws {
        let connection = try Connection()
        expectFailure(.invalidArgument) {
            try expectReceived([], from: connection.server.socket, flags: .outOfBand)
        }
    }

    @Test func `datagrams are never urgent`() throws {
        let socket = try UDPSocket(boundTo: .loopback(port: 0))
        let address = try socket.localAddress
        expectFailure(.notSupported) { try socket.send([1].span, to: address, flags: .outOfBand) }
    }
}
