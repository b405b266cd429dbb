import Sockets
import Testing

@testable import AsyncSockets

/// Streams whose receivers are behind, more than the loop has memory for, beside one that is not.
@Suite(.serialized, .timeLimit(.minutes(1))) struct BackpressureTests {
    @Test(arguments: EngineKind.available)
    func `streams that nobody reads hold up no other, and lose nothing`(_ kind: EngineKind) async throws {
        try await onLoop(kind) { loop in
            let bytes = pattern(40)
            var idle: [Shared<Connection>] = []
            for _ in 0..<300 {
                let connection = try Connection(loop)
                // With the first byte, an engine that receives ahead begins to.
                try connection.peer.sendAll(bytes.span.extracting(..<2))
                #expect(try await connection.stream.receive(count: 1, room: 1) == [bytes[0]])
                idle.append(Shared(connection))
            }
            // Each of these may take up a buffer.
            for place in 2..<bytes.count {
                for connection in idle { try connection.value.peer.sendAll(bytes.span.extracting(place...place)) }
                await Task.yield()
            }
            let live = try await Ends(on: loop)
            for round in 1...50 {
                try await live.client.sendAll(pattern(round * 1000).span)
                #expect(try await live.server.receive(count: round * 1000) == pattern(round * 1000))
            }
            for connection in idle {
                #expect(
                    try await connection.value.stream.receive(count: bytes.count - 1, room: 7)
                        == Array(bytes.dropFirst()))
            }
            for connection in idle {
                try connection.value.peer.sendAll([1, 2].span)
                #expect(try await connection.value.stream.receive(count: 2, room: 7) == [1, 2])
            }
        }
    }

    @Test(arguments: EngineKind.available)
    func `receivers that keep the memory they were lent hold up no other`(_ kind: EngineKind) async throws {
        try await onLoop(kind) { loop in
            let (gate, opened) = AsyncStream.makeStream(of: Void.self)
            let lent = (0..<300).map { number in
                Task(executorPreference: loop) {
                    let connection = try Connection(loop)
                    try connection.peer.sendAll([UInt8(truncatingIfNeeded: number), 1, 2].span)
                    return try await connection.stream.receive { bytes in
                        for await _ in gate {}
                        return bytes.indices.map { bytes[$0] }
                    }
                }
            }
            let live = try await Ends(on: loop)
            for round in 1...50 {
                try await live.client.sendAll(pattern(round * 1000).span)
                #expect(try await live.server.receive(count: round * 1000) == pattern(round * 1000))
            }
            opened.finish()
            for (number, task) in lent.enumerated() {
                #expect(try await task.value == [UInt8(truncatingIfNeeded: number), 1, 2])
            }
        }
    }

    @Test(arguments: EngineKind.available)
    func `a stream that another process takes out of blocking mode goes on`(_ kind: EngineKind) async throws {
        try await onLoop(kind) { loop in
            let pair = Shared(try await Ends(on: loop))
            // The mode belongs to the connection, not to the descriptor.
            let other = try pair.value.server.socket.withSocket { try $0.duplicate() }
            for mode in [BlockingMode.nonBlocking, .blocking, .nonBlocking] {
                try other.setMode(mode)
                for _ in 0..<3 {
                    async let got = pair.value.server.receive(count: 3)
                    await Task.yield()
                    try await pair.value.client.sendAll([1, 2, 3].span)
                    #expect(try await got == [1, 2, 3])
                    let bytes = pattern(1 << 20)
                    async let sent: Void = pair.value.server.sendAll(bytes.span)
                    #expect(try await pair.value.client.receive(count: bytes.count) == bytes)
                    try await sent
                }
                // A receive that is ready beforehand, and one that is not, may look at the mode at different times.
                try other.setMode(.blocking)
            }
        }
    }
}

extension AsyncStreamSocket {
    /// Receives so many bytes, in steps that have this much room.
    borrowing func receive(count: Int, room: Int) async throws(SocketError) -> [UInt8] {
        var all: [UInt8] = [], buffer = [UInt8](repeating: 0, count: room)
        while all.count < count { all += buffer[..<(try await receive(into: &buffer))] }
        return all
    }
}
