import AsyncSockets
import Sockets
import TestSupport
import Testing

/// Loops in a thread that somebody else made, and who may be in a loop's thread.
@Suite(.ownThread, .timeLimit(.minutes(1))) struct RunningTests {
    @Test(arguments: EngineKind.available)
    func `a loop runs in the caller's thread, and returns what its task does`(_ kind: EngineKind) async throws {
        let got = try await Background.result {
            let got = try EventLoop.run(engine: kind) { loop in
                #expect(loop.isCurrent && EventLoop.current === loop && loop.engineKind == kind)
                return try await transfer(on: loop)
            }
            #expect(EventLoop.current == nil)
            return got
        }
        #expect(got == pattern(100_000))
    }

    @Test(arguments: EngineKind.available)
    func `a loop in the caller's thread throws what its task does, and can be followed by another`(
        _ kind: EngineKind
    ) async throws {
        try await Background.result {
            for code in [SocketError.Code.timedOut, .protocolError] {
                let error = #expect(throws: SocketError.self) {
                    try EventLoop.run(engine: kind) { loop in
                        try await loop.sleep(within: .milliseconds(1))
                        throw SocketError(.recv, code)
                    }
                }
                #expect(error?.code == code)
            }
        }
    }

    @Test(arguments: EngineKind.available)
    func `a loop's thread cannot run another loop`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let error = await Task(executorPreference: loop) {
                #expect(throws: SocketError.self) { try EventLoop.run(engine: kind) { _ in } }
            }.value
            #expect(error?.code == .invalidInput)
            // The loop goes on.
            let got = try await transfer(on: loop)
            #expect(got == pattern(100_000))
        }
    }

    @Test func `an engine that there is not runs nothing`() async throws {
        let error = try await Background.result {
            #expect(throws: SocketError.self) {
                try EventLoop.run(engine: EngineKind(rawValue: "steam")) { _ in Issue.record("it runs") }
            }
        }
        #expect(error?.code == .invalidInput)
    }

    @Test(arguments: EngineKind.available)
    func `a task of the loop is inside of an actor on it without a hop`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let resident = Resident(on: loop)
            await Task(executorPreference: loop) {
                for _ in 0..<3 { visit(resident) }
            }.value
            #expect(await resident.visits == 3)
        }
    }

    @Test(arguments: EngineKind.available)
    func `who claims to be in a loop's thread and is not is stopped`(_ kind: EngineKind) async throws {
        let outcome = try await Background.result {
            try Program.run(Program.built("AsyncFixture"), ["stranger", kind.rawValue])
        }
        #expect(outcome.wasSignalled && outcome.lines == ["inside"], "\(outcome)")
    }
}

/// Sends bytes through a connection, and returns what came out.
private func transfer(on loop: EventLoop) async throws -> [UInt8] {
    let pair = Shared(try await Ends(on: loop))
    async let sent: Void = pair.value.client.sendAll(pattern(100_000).span)
    let got = try await pair.value.server.receive(count: 100_000)
    try await sent
    return got
}

private func visit(_ resident: Resident) { resident.assumeIsolated { $0.visits += 1 } }

private actor Resident {
    private let executor: LoopExecutor
    var visits = 0
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    init(on loop: EventLoop) { executor = LoopExecutor(loop) }
}
