import AsyncSockets
import Sockets
import TestSupport
import Testing

/// Connects to a Unix listener whose queue is full, which nothing tells the end of.
@Suite(.ownThread, .timeLimit(.minutes(1))) struct FullQueueTests {
    private func withFullQueue(
        _ kind: EngineKind,
        _ body: @escaping @Sendable (EventLoop, Shared<AsyncUnixListener>, UnixAddress) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        try await withLoop(kind) { loop in
            var configuration = ListenerConfiguration()
            configuration.backlog = 0
            let listener = Shared(
                try AsyncUnixListener(on: UnixAddress(path: folder.file("s")), configuration, loop: loop))
            let address = listener.value.localAddress
            // A backlog of zero is a queue for one.
            let filler = Shared(try UnixStream.connect(to: address))
            try await body(loop, listener, address)
            #expect(loop.slotCount == 1)
            _ = filler
        }
    }

    @Test(arguments: EngineKind.available, [TimeLimit.milliseconds(20), .after(.zero), .seconds(-1)])
    func `a connect to a full queue ends in time`(_ kind: EngineKind, _ limit: TimeLimit) async throws {
        try await withFullQueue(kind) { loop, _, address in
            let error = await socketError { () async throws(SocketError) in
                _ = try await AsyncUnixStream.connect(to: address, within: limit, loop: loop)
            }
            #expect(error?.code == .timedOut && error?.operation == .connect)
            #expect(await eventually { loop.slotCount == 1 })
        }
    }

    @Test(arguments: EngineKind.available, [Place.loop, .global])
    func `a connect to a full queue is cancelled`(_ kind: EngineKind, _ place: Place) async throws {
        try await withFullQueue(kind) { loop, _, address in
            let task = Task {
                try await place.run(loop) {
                    await failure { _ = try await AsyncUnixStream.connect(to: address, loop: loop) }
                }
            }
            #expect(await eventually { loop.slotCount > 1 })
            task.cancel()
            let code = try await task.value
            #expect(code == .cancelled)
            #expect(await eventually { loop.slotCount == 1 })
        }
    }

    @Test(arguments: EngineKind.available, [Place.loop, .global])
    func `a connect to a full queue succeeds when there is room`(_ kind: EngineKind, _ place: Place) async throws {
        try await withFullQueue(kind) { loop, listener, address in
            let task = Task {
                try await place.run(loop) {
                    let stream = try await AsyncUnixStream.connect(to: address, within: .seconds(50), loop: loop)
                    try await stream.sendAll([1, 2].span)
                    #expect(try await stream.receive(count: 1) == [])
                }
            }
            #expect(await eventually { loop.slotCount > 1 })
            let first = try await listener.value.accept(), second = try await listener.value.accept()
            #expect(try await second.receive(count: 2) == [1, 2])
            try await second.close()
            try await first.close()
            try await task.value
            #expect(await eventually { loop.slotCount == 1 })
        }
    }
}
