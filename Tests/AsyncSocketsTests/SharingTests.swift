import AsyncSockets
import Sockets
import TestSupport
import Testing

@Suite(.ownThread, .timeLimit(.minutes(1))) struct SharingTests {
    private struct Stop: Error {}

    @Test func `two tasks send and receive at the same time, and the stream is open afterwards`() async throws {
        let pair = try UnixStream.pair()
        let here = try AsyncUnixStream(pair.first)
        let there = try AsyncUnixStream(pair.second)
        // More than both buffers hold, so that whoever only sends waits for ever.
        let bytes = [UInt8](repeating: 7, count: 4 << 20)
        let send: @Sendable (borrowing AsyncUnixStream) async throws -> Void = { stream in
            try await stream.sendAll(bytes.span)
        }
        let receive: @Sendable (borrowing AsyncUnixStream) async throws -> Void = { stream in
            var buffer = [UInt8](repeating: 0, count: 65_536)
            var got = 0
            while got < bytes.count { got += try await stream.receive(into: &buffer) }
        }
        async let one: Void = here.concurrently(send, receive)
        try await there.concurrently(receive, send)
        try await one
        try await here.sendAll("still".utf8.span)
        var buffer = [UInt8](repeating: 0, count: 16)
        #expect(try await there.receive(into: &buffer) == 5)
    }

    @Test func `the one that fails cancels the other, which waits`() async throws {
        let pair = try UnixStream.pair()
        let here = try AsyncUnixStream(pair.first)
        let there = try AsyncUnixStream(pair.second)
        await #expect(throws: Stop.self) {
            try await here.concurrently(
                { stream in
                    var buffer: [UInt8] = [0]
                    _ = try await stream.receive(into: &buffer)
                }, { _ in throw Stop() })
        }
        try await there.sendAll("x".utf8.span)
        var buffer: [UInt8] = [0]
        #expect(try await here.receive(into: &buffer) == 1)
    }
}
