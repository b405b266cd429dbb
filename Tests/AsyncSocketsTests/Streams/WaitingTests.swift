import AsyncSockets
import Sockets
import Synchronization
import TestSupport
import Testing

/// How the waits of tasks end: by time, by cancelling, and by others who wait for the same.
/// An actor without an executor of its own, in whose calls it is now this thread and now that one that runs.
private actor Crowded {
    /// A moment in this actor.
    func work() { for _ in 0..<1000 { _ = processorTime() } }

    func echo(_ stream: borrowing AsyncTCPStream, _ count: Int) async throws {
        for _ in 0..<count {
            let byte = try await stream.receive(count: 1)
            try await stream.socket.loop.sleep(within: .microseconds(10))
            try await stream.sendAll(byte.span)
        }
    }
}

@Suite(.ownThread, .timeLimit(.minutes(1))) struct AsyncWaitingTests {
    static let gone: [TimeLimit] = [
        .after(.zero), .after(.seconds(-1)), .milliseconds(1), .microseconds(1), .until(.now), .after(.nanoseconds(1)),
        .until(Deadline.after(.seconds(-5))), .seconds(0.001),
    ]

    @Test(arguments: EngineKind.available, Place.allCases)
    func `a time limit ends a wait, again and again, and loses nothing`(_ kind: EngineKind, _ place: Place) async throws
    {
        try await withLoop(kind) { loop in
            try await place.run(loop) {
                let connection = try Connection(loop)
                let stream = connection.stream
                var buffer: [UInt8] = [0, 0, 0, 0]
                for limit in Self.gone + Self.gone {
                    let error = await socketError { () async throws(SocketError) in
                        _ = try await stream.receive(into: &buffer, within: limit)
                    }
                    #expect(error?.code == .timedOut)
                    #expect(error?.peerAddress?.ip == stream.peerAddress)
                }
                // The other direction has its own time.
                try await stream.sendAll([1].span, within: .seconds(60))
                try connection.peer.sendAll([5, 6].span)
                let count = try await stream.receive(into: &buffer, within: .seconds(60))
                #expect(count == 2 && buffer[..<2] == [5, 6])
            }
        }
    }

    @Test(arguments: EngineKind.available, [Place.otherThread, .actorOfOtherLoop])
    func `a wait ends in time on a loop with much to do, wherever its task is at home`(
        _ kind: EngineKind, _ place: Place
    ) async throws {
        try await withLoop(kind) { loop in
            let connection = try Connection(loop), isOver = Shared(Atomic<Bool>(false))
            let stream = Shared(connection.stream)
            await withDiscardingTaskGroup { group in
                // More than the loop does in one go, before it looks at the time again.
                for _ in 0..<300 {
                    group.addTask(executorPreference: loop) {
                        while !isOver.value.load(ordering: .relaxed) { await Task.yield() }
                    }
                }
                for _ in 0..<20 {
                    let error = try? await place.run(loop) {
                        await socketError { () async throws(SocketError) in
                            var buffer: [UInt8] = [0]
                            _ = try await stream.value.receive(into: &buffer, within: .microseconds(1))
                        }
                    }
                    #expect(error?.code == .timedOut)
                }
                isOver.value.store(true, ordering: .relaxed)
            }
            _ = connection.peer
        }
    }

    @Test(arguments: EngineKind.available)
    func `what is there is received however little time there is`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let connection = try Connection(loop)
            try connection.peer.sendAll([1, 2, 3].span)
            var buffer: [UInt8] = [0]
            var first = try await connection.stream.receive(into: &buffer)
            #expect(first == 1)
            first = try await connection.stream.receive(into: &buffer, within: .after(.zero))
            #expect(first == 1 && buffer == [2])
            let forever: [TimeLimit] = [
                .after(.seconds(Int64.max)), .until(.never), .seconds(Int64.max), .milliseconds(UInt64.max),
            ]
            for limit in forever { try await connection.stream.sendAll([9].span, within: limit) }
            first = try await connection.stream.receive(into: &buffer, within: .after(.seconds(Int64.max)))
            #expect(first == 1 && buffer == [3])
        }
    }

    @Test(arguments: EngineKind.available)
    func `a time limit that is too long to count never ends`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let connection = try Connection(loop)
            let stream = Shared(connection.stream), peer = Shared(connection.peer)
            try await withTaskExecutorPreference(loop) {
                async let got = {
                    var buffer: [UInt8] = [0]
                    return try await stream.value.receive(into: &buffer, within: .after(.seconds(Int64.max)))
                }()
                await turns(3, of: loop)
                try peer.value.sendAll([1].span)
                #expect(try await got == 1)
            }
        }
    }

    @Test(arguments: EngineKind.available, Place.allCases)
    func `sending to a peer that never reads ends in time, and says what had gone`(
        _ kind: EngineKind, _ place: Place
    ) async throws {
        try await withLoop(kind) { loop in
            try await place.run(loop) {
                let connection = try Connection(loop)
                try connection.stream.setOption(.sendBufferSize, to: 4608)
                let sent = pattern(20_000_000)
                var transferred = 0
                let error = await socketError { () async throws(SocketError) in
                    try await connection.stream.sendAll(sent.span, within: .milliseconds(5))
                }
                transferred += error?.transferred ?? 0
                #expect(error?.code == .timedOut)
                let more = await socketError { () async throws(SocketError) in
                    try await connection.stream.sendAll(
                        gathering: [Array(sent[transferred...])], within: .milliseconds(5))
                }
                transferred += more?.transferred ?? 0
                #expect(more?.code == .timedOut)
                #expect(transferred > 0 && transferred < sent.count)
                try await connection.stream.close()
                #expect(try connection.peer.receiveAll() == Array(sent[..<transferred]))
            }
        }
    }

    @Test(arguments: EngineKind.available, Place.allCases)
    func `two who receive, or two who send, are an error and no mix`(_ kind: EngineKind, _ place: Place) async throws {
        try await withLoop(kind) { loop in
            let connection = try Connection(loop)
            let stream = Shared(connection.stream), peer = Shared(connection.peer)
            try await place.run(loop) {
                async let first = {
                    var (buffer, count): ([UInt8], Int) = ([0, 0], 0)
                    while count == 0 {
                        // The one that comes second is refused, which may be this one.
                        do throws(SocketError) { count = try await stream.value.receive(into: &buffer) } catch {
                            #expect(error.code == .alreadyInProgress)
                            await Task.yield()
                        }
                    }
                    return Array(buffer[..<count])
                }()
                var refused: SocketError.Code?
                while refused != .alreadyInProgress {
                    refused = await socketError { () async throws(SocketError) in
                        var buffer: [UInt8] = [0]
                        _ = try await stream.value.receive(into: &buffer, within: .after(.zero))
                    }?.code
                    #expect(refused == .timedOut || refused == .alreadyInProgress)
                    await Task.yield()
                }
                try await stream.value.sendAll([3].span)
                try peer.value.sendAll([1, 2].span)
                #expect(await first == [1, 2])
            }
        }
    }

    @Test(arguments: EngineKind.available, Place.allCases)
    func `calls on the socket do not come between the bytes of another task`(
        _ kind: EngineKind, _ place: Place
    ) async throws {
        try await withLoop(kind) { loop in
            let connection = try Connection(loop)
            let stream = Shared(connection.stream), peer = Shared(connection.peer)
            let count = 6_000_000
            try await place.run(loop) {
                async let sent: Void = stream.value.sendAll([UInt8](repeating: 0, count: count).span)
                #expect(try await Background.result { try peer.value.receive(exactly: 1) } == [0])
                #expect(await Self.sendOne(stream.value) == .alreadyInProgress)
                async let received = Background.result { try peer.value.receiveAll() }
                while let code = await Self.sendOne(stream.value) {
                    #expect(code == .alreadyInProgress)
                    await Task.yield()
                }
                try stream.value.shutdown(.write)
                try await sent
                let got = try await received
                #expect(got == [UInt8](repeating: 0, count: count - 1) + [1])
            }
        }
    }

    @Test(arguments: EngineKind.available)
    func `an actor whose other callers run elsewhere takes no operation along`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let connection = try Connection(loop), crowded = Crowded()
            let stream = Shared(connection.stream), peer = Shared(connection.peer)
            // It leaves the thread each time: the loop's may have come by, and would be kept for ever.
            let other = Task.detached {
                while !Task.isCancelled {
                    await crowded.work()
                    await Task.yield()
                }
            }
            async let answers: Void = Background.result {
                for byte in 0..<200 as Range<UInt8> {
                    try peer.value.sendAll([byte].span)
                    #expect(try peer.value.receive(exactly: 1) == [byte])
                }
            }
            try await result(of: Task(executorPreference: loop) { try await crowded.echo(stream.value, 200) })
            try await answers
            other.cancel()
            await other.value
        }
    }

    @Test(arguments: EngineKind.available)
    func `what came in time counts, however late the loop looks at it`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let connection = try Connection(loop)
            let stream = Shared(connection.stream), peer = Shared(connection.peer)
            let byte = try await result(
                of: Task(executorPreference: loop) {
                    async let byte = stream.value.receive(count: 1, within: .milliseconds(20))
                    await turns(3, of: loop)
                    try peer.value.sendAll([1].span)
                    // Nobody but this task has its turn meanwhile.
                    let end = Deadline.after(.milliseconds(40))
                    while !end.hasPassed {}
                    return try await byte
                })
            #expect(byte == [1])
        }
    }

    /// What sending a byte by a call of one's own ends with.
    private static func sendOne(_ stream: borrowing AsyncTCPStream) async -> SocketError.Code? {
        await socketError { () async throws(SocketError) in
            _ = try await stream.send([1].span, flags: .dontRoute, within: .after(.zero))
        }?.code
    }

    @Test(arguments: EngineKind.available, Place.allCases)
    func `cancelling at any stage loses no byte`(_ kind: EngineKind, _ place: Place) async throws {
        try await withLoop(kind) { loop in
            let connection = try Connection(loop)
            let stream = Shared(connection.stream), peer = Shared(connection.peer)
            let sent = pattern(60_000)
            try await place.run(loop) {
                var (got, place) = ([UInt8](), 0)
                for round in 0..<300 {
                    let task = Task { try await Self.receive(stream.value, 100 + round) }
                    // Before the receive, in the midst of it, and after it.
                    if round % 3 == 0 { task.cancel() }
                    for _ in 0..<(round % 4) { await Task.yield() }
                    try peer.value.sendAll(sent.span.extracting(place..<place + 200))
                    place += 200
                    for _ in 0..<(round % 5) { await Task.yield() }
                    task.cancel()
                    got += try await task.value
                }
                var rest = [UInt8](repeating: 0, count: sent.count - got.count)
                try await stream.value.receiveExactly(into: &rest)
                #expect(got + rest == sent)
                // With nothing to receive, it is cancelled for sure.
                let task = Task { try await Self.receive(stream.value, 1) }
                task.cancel()
                let nothing = try await task.value
                #expect(nothing.isEmpty)
            }
        }
    }

    /// What came, or nothing when that was cancelled.
    private static func receive(_ stream: borrowing AsyncTCPStream, _ room: Int) async throws(SocketError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: room)
        do throws(SocketError) { return Array(buffer[..<(try await stream.receive(into: &buffer))]) } catch {
            guard error.code == .cancelled else { throw error }
            return []
        }
    }

    @Test(arguments: EngineKind.available, Place.allCases)
    func `a task that is cancelled before it begins waits for nothing`(_ kind: EngineKind, _ place: Place) async throws
    {
        try await withLoop(kind) { loop in
            let connection = try Connection(loop)
            let stream = Shared(connection.stream)
            let task = Task {
                unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
                return try await place.run(loop) {
                    var buffer: [UInt8] = [0]
                    return await socketError { () async throws(SocketError) in
                        _ = try await stream.value.receive(into: &buffer)
                    }?.code
                }
            }
            let code = try await task.value
            #expect(code == .cancelled)
        }
    }

    @Test(arguments: EngineKind.available, Place.allCases)
    func `no operation keeps its task`(_ kind: EngineKind, _ place: Place) async throws {
        try await withLoop(kind) { loop in
            // A task has what it returned until it is gone itself.
            weak let result = try await place.run(loop) {
                let connection = try Connection(loop)
                try await connection.stream.sendAll([1].span)
                let error = await socketError { () async throws(SocketError) in
                    var buffer: [UInt8] = [0]
                    _ = try await connection.stream.receive(into: &buffer, within: .microseconds(1))
                }
                #expect(error?.code == .timedOut)
                return Something()
            }
            #expect(await eventually { result == nil })
        }
    }

    @Test(arguments: EngineKind.available, Place.allCases)
    func `cancelling in the midst of a long send says what had gone`(_ kind: EngineKind, _ place: Place) async throws {
        try await withLoop(kind) { loop in
            let connection = try Connection(loop)
            try connection.stream.setOption(.sendBufferSize, to: 4608)
            let stream = Shared(connection.stream), peer = Shared(connection.peer)
            let sent = pattern(20_000_000)
            let task = Task {
                try await place.run(loop) {
                    await socketError { () async throws(SocketError) in try await stream.value.sendAll(sent.span) }
                }
            }
            // Its first part is there; the rest does not fit.
            _ = try await Background.result { try peer.value.socket.wait(for: .readable) }
            task.cancel()
            let error = try #require(await task.value)
            #expect(error.code == .cancelled)
            try stream.value.shutdown(.write)
            let got = try await Background.result { try peer.value.receiveAll() }
            #expect(got == Array(sent[..<error.transferred]))
        }
    }
}

private final class Something: Sendable {}
