import AsyncSockets
import Sockets
import TestSupport
import Testing

@Suite(.ownThread, .timeLimit(.minutes(1))) struct AsyncTransferTests {
    @Test(arguments: EngineKind.available, Place.allCases)
    func `a stream works the same wherever its task runs`(_ kind: EngineKind, _ place: Place) async throws {
        try await withLoop(kind) { loop in
            let got = try await place.run(loop) {
                let connection = try Connection(loop)
                try connection.peer.sendAll("hello, world".utf8.span)
                var first = [UInt8](repeating: 0, count: 5)
                try await connection.stream.receiveExactly(into: &first)
                var rest: InlineArray<16, UInt8> = .init(repeating: 0)
                let count = try await connection.stream.receive(into: &rest)
                let peeked = await socketError { () async throws(SocketError) in
                    var one: [UInt8] = [0]
                    _ = try await connection.stream.receive(into: &one, flags: .peek, within: .after(.zero))
                }
                try await connection.stream.sendAll(first.span)
                try await connection.stream.sendAll(gathering: [[1], [], [2, 3]])
                _ = try await connection.stream.send([4].span)
                try connection.stream.shutdown(.write)
                return (String(decoding: first, as: UTF8.self), count, peeked?.code, try connection.peer.receiveAll())
            }
            #expect(got.0 == "hello")
            #expect(got.1 == 7)
            #expect(got.2 == .timedOut)
            #expect(got.3 == Array("hello".utf8) + [1, 2, 3, 4])
        }
    }

    @Test(arguments: EngineKind.available, Place.allCases)
    func `bytes go in both directions at the same time`(_ kind: EngineKind, _ place: Place) async throws {
        try await withLoop(kind) { loop in
            let sent = pattern(1 << 20)
            let pair = try AsyncUnixStream.pair(on: loop)
            let here = Shared(pair.first), there = Shared(pair.second)
            try await place.run(loop) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for end in [here, there] {
                        group.addTask { try await end.value.sendAll(sent.span) }
                        group.addTask {
                            var got = [UInt8](repeating: 0, count: sent.count)
                            try await end.value.receiveExactly(into: &got)
                            #expect(got == sent)
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test(arguments: EngineKind.available)
    func `many small and empty parts arrive in order, in more than one call`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let connection = try Connection(loop)
            let peer = Shared(connection.peer)
            let parts = (0..<3000).map { pattern($0 % 97) }
            async let got = Background.result { try peer.value.receiveAll() }
            try await connection.stream.sendAll(gathering: parts)
            try await connection.stream.sendAll([7].span, [8, 9].span)
            try await connection.stream.sendAll(gathering: [])
            try connection.stream.shutdown(.write)
            #expect(try await got == parts.flatMap(\.self) + [7, 8, 9])
        }
    }

    @Test(arguments: EngineKind.available)
    func `a wait for room that was given up does not end the next send`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let sent = pattern(1 << 20), more = pattern(70_001)
            let connection = try Connection(loop)
            let stream = Shared(connection.stream), peer = Shared(connection.peer)
            let got = try await result(
                of: Task(executorPreference: loop) {
                    var count = 0
                    let error = await socketError { () async throws(SocketError) in
                        while true {
                            count += try await stream.value.send(sent.span, flags: .dontWait, within: .after(.zero))
                        }
                    }
                    #expect(error?.code == .timedOut)
                    async let sending: Void = stream.value.sendAll(more.span)
                    async let got = Background.result { try peer.value.receiveAll() }
                    try await sending
                    try stream.value.shutdown(.write)
                    return (count, try await got)
                })
            #expect(got.1.count == got.0 + more.count)
            #expect(Array(got.1.suffix(more.count)) == more)
        }
    }

    @Test(arguments: EngineKind.available)
    func `short transfers are no news`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let sent = pattern(300_000)
            let connection = try Connection(loop)
            try connection.stream.setOption(.sendBufferSize, to: 4608)
            let peer = Shared(connection.peer), stream = Shared(connection.stream)
            async let got = Background.result { try peer.value.receiveAll() }
            async let sending: Void = {
                try await stream.value.sendAll(gathering: [Array(sent[..<100_000]), Array(sent[100_000..<100_007])])
                try await stream.value.sendAll(
                    sent.span.extracting(100_007..<150_000), sent.span.extracting(150_000..<200_000))
                try await stream.value.sendAll(sent.span.extracting(200_000...))
                try stream.value.shutdown(.write)
            }()
            try await sending
            #expect(try await got == sent)
        }
    }

    @Test(arguments: EngineKind.available)
    func `an empty transfer is refused, or does nothing`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let connection = try Connection(loop)
            var nothing: [UInt8] = []
            let error = await socketError { () async throws(SocketError) in
                _ = try await connection.stream.receive(into: &nothing)
            }
            #expect(error?.code == .invalidInput)
            try await connection.stream.receiveExactly(into: &nothing)
            try await connection.stream.sendAll(nothing.span)
            try await connection.stream.sendAll(nothing.span, nothing.span)
            let count = try await connection.stream.send(nothing.span)
            #expect(count == 0)
            for least in [0, -1, 3] {
                var two: [UInt8] = [0, 0]
                let error = await socketError { () async throws(SocketError) in
                    _ = try await connection.stream.receive(atLeast: least, into: &two)
                }
                #expect(error?.code == .invalidInput)
            }
        }
    }

    @Test(arguments: EngineKind.available)
    func `at least so many bytes are received, and more if they are there`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let connection = try Connection(loop)
            try connection.peer.sendAll([1, 2, 3, 4, 5].span)
            var buffer = [UInt8](repeating: 0, count: 8)
            let first = try await connection.stream.receive(atLeast: 3, into: &buffer)
            #expect(first == 5)
            #expect(buffer == [1, 2, 3, 4, 5, 0, 0, 0])
            try connection.peer.sendAll([6, 7].span)
            try connection.peer.shutdown(.write)
            let error = await socketError { () async throws(SocketError) in
                _ = try await connection.stream.receive(atLeast: 3, into: &buffer)
            }
            #expect(error?.code == .unexpectedEnd)
            #expect(error?.transferred == 2)
            #expect(error?.peerAddress?.ip == connection.stream.peerAddress)
            #expect(buffer[..<3] == [6, 7, 3])
        }
    }

    @Test(arguments: EngineKind.available)
    func `an event whose bytes another one took is waited out`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let connection = try Connection(loop)
            let thief = try connection.stream.socket.withSocket { try TCPStream($0.duplicate()) }
            let stream = Shared(connection.stream)
            let peer = Shared(connection.peer)
            try await withTaskExecutorPreference(loop) {
                async let got = {
                    var buffer: [UInt8] = [0, 0]
                    let count = try await stream.value.receive(into: &buffer)
                    return Array(buffer[..<count])
                }()
                // The receiver waits now, and the loop does not see the byte before it is gone.
                await Task.yield()
                try peer.value.sendAll([1].span)
                var byte: [UInt8] = [0]
                _ = try thief.receive(into: &byte, flags: .waitAll)
                try peer.value.sendAll([2].span)
                #expect(try await got == [2])
            }
        }
    }
}

extension Background {
    /// What work in a thread of its own returns.
    static func result<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            _ = Background { continuation.resume(with: Swift.Result { try body() }) }
        }
    }
}
