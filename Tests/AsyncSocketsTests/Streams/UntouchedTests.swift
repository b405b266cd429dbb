import Sockets
import TestSupport
import Testing

@testable import AsyncSockets

/// The buffer of a receive that has ended is its owner's again.
@Suite(.ownThread, .timeLimit(.minutes(1))) struct UntouchedTests {
    enum Early: CaseIterable { case timedOut, cancelled }

    private static let places: [Place] = [.loop, .global, .actorOnLoop, .otherThread]

    @Test(arguments: EngineKind.available, places)
    func `bytes that come after a receive has ended do not touch its array`(
        _ kind: EngineKind, _ place: Place
    ) async throws {
        try await afterEarlyEnds(kind, place) { stream, limit, later in
            var buffer = [UInt8](repeating: 7, count: 100)
            let code = await failure { _ = try await stream.receive(into: &buffer, within: limit) }
            try await later()
            return buffer.allSatisfy { $0 == 7 } ? code : nil
        }
    }

    @Test(arguments: EngineKind.available, places)
    func `bytes that come after a receive has ended do not touch its inline array`(
        _ kind: EngineKind, _ place: Place
    ) async throws {
        try await afterEarlyEnds(kind, place) { stream, limit, later in
            var buffer = InlineArray<100, UInt8>(repeating: 7)
            let code = await failure { _ = try await stream.receive(into: &buffer, within: limit) }
            try await later()
            return buffer.indices.allSatisfy { buffer[$0] == 7 } ? code : nil
        }
    }

    @Test(arguments: EngineKind.available, places)
    func `bytes that come after a message was not received in time do not touch its array`(
        _ kind: EngineKind, _ place: Place
    ) async throws {
        try await afterEarlyEnds(kind, place) { stream, limit, later in
            var buffer = [UInt8](repeating: 7, count: 100)
            let code = await failure { _ = try await stream.receive(into: &buffer, flags: .peek, within: limit) }
            try await later()
            return buffer.allSatisfy { $0 == 7 } ? code : nil
        }
    }

    /// Only the loop's thread looks at the slot.
    private static func untilReceiving(_ slot: SlotReference, _ loop: EventLoop) async {
        while await !Task(executorPreference: loop, operation: { slot.slot.read.isBusy }).value { await Task.yield() }
    }

    /// Lets receives end early; what they call then has bytes come, and others receive them.
    private func afterEarlyEnds(
        _ kind: EngineKind, _ place: Place,
        _ receive:
            @escaping @Sendable (borrowing AsyncTCPStream, TimeLimit, () async throws -> Void) async throws ->
            SocketError.Code?
    ) async throws {
        try await withLoop(kind) { loop in
            for early in Early.allCases {
                let connection = try Connection(loop)
                let stream = Shared(connection.stream), peer = Shared(connection.peer)
                let limit: TimeLimit = early == .cancelled ? .forever : .milliseconds(1)
                let task = Task {
                    try await place.run(loop) {
                        try await receive(stream.value, limit) {
                            try peer.value.sendAll(pattern(50).span)
                            // Not this task, which may be cancelled.
                            let got = try await Task.detached { try await stream.value.receive(count: 50) }.value
                            #expect(got == pattern(50))
                        }
                    }
                }
                if early == .cancelled {
                    await Self.untilReceiving(stream.value.socket.reference, loop)
                    task.cancel()
                }
                let code = try await task.value
                #expect(code == (early == .cancelled ? .cancelled : .timedOut))
            }
        }
    }
}
