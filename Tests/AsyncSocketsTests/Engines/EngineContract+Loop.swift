import Sockets
import SocketsTesting
import TestSupport
import Testing

@testable import AsyncSockets

extension EngineContract {
    @Test(arguments: engines.map { ($0, $0 == .simulated ? 10_000 : 2_000) })
    func `timers fire in order`(_ engine: EngineKind, _ count: Int) async throws {
        try await onLoop(engine) { loop in
            let begin = loop.engine.now
            let fired = Fired()
            #expect(loop.isCurrent)
            // Not in a group, where the end of a task costs as much as there are others.
            let tasks = (0..<count).map { _ in
                let time = begin + 1 + Int64.random(in: 0...300_000_000)
                return Task(executorPreference: loop) {
                    fired.lastBegin = loop.engine.now
                    try? await loop.sleep(within: .until(Deadline(nanoseconds: time)))
                    fired.add(time, now: loop.engine.now)
                }
            }
            for task in tasks { await task.value }
            #expect(fired.times.count == count)
            #expect(fired.tooEarly == 0)
            // Those whose time had come before the last one began could not wait for it.
            let regular = fired.times.drop { $0 <= fired.lastBegin }
            #expect(zip(regular, regular.dropFirst()).allSatisfy { $0 <= $1 })
            #expect(engine != .simulated || regular.count == count)
        }
    }

    @Test(arguments: engines, [0, -1, Int64.min / 2_000_000_000])
    func `a sleep of no time is over at once`(_ engine: EngineKind, _ seconds: Int64) async throws {
        try await onLoop(engine) { loop in
            try await loop.sleep(within: .seconds(seconds))
            try await loop.sleep(within: .until(Deadline(nanoseconds: .min)))
            #expect(loop.slotCount == 0)
        }
    }

    @Test(arguments: engines) func `a sleep without end is cancelled`(_ engine: EngineKind) async throws {
        try await onLoop(engine) { loop in
            for limit in [TimeLimit.forever, .seconds(Int64.max), .until(.never)] {
                let task = Task(executorPreference: loop) { await failure { try await loop.sleep(within: limit) } }
                await Task.yield()
                task.cancel()
                #expect(await task.value == .cancelled)
            }
        }
    }

    @Test(arguments: EngineKind.available)
    func `a loop can go while another thread still wakes its last task`(_ engine: EngineKind) async throws {
        for _ in 0..<200 {
            let loop = try EventLoop(engine: engine)
            let task = Task(executorPreference: loop) {
                await withCheckedContinuation { continuation in _ = Background { continuation.resume() } }
            }
            await task.value
            await loop.shutdown()
        }
    }

    @Test(arguments: engines) func `no call of another thread is lost`(_ engine: EngineKind) async throws {
        try await onLoop(engine) { loop in
            let counter = Counter(on: loop)
            // The loop has nothing else to do, so it goes to sleep again and again, and has to be woken.
            await withTaskGroup { group in
                for _ in 0..<4 {
                    group.addTask(executorPreference: globalConcurrentExecutor) {
                        for _ in 0..<5000 { await counter.add() }
                    }
                }
            }
            #expect(await counter.count == 20_000)
        }
    }

    @Test(arguments: engines) func `tasks of other threads use the sockets too`(_ engine: EngineKind) async throws {
        let network = SimulatedNetwork(seed: 1)
        let loop = engine == .simulated ? try network.loop() : try EventLoop(engine: engine)
        let pair = try await Ends(on: loop)
        for count in 1...50 {
            try await pair.client.sendAll(pattern(count).span)
            #expect(try await pair.server.receive(count: count) == pattern(count))
            try await pair.server.sendAll(pattern(count).span)
            let got = try await pair.client.socket.receive { $0.count }
            #expect(got > 0 && got <= count)
            if got < count { _ = try await pair.client.receive(count: count - got) }
        }
        await loop.shutdown()
    }
}

/// What the timers of a test did, in the loop's thread.
private final class Fired: @unchecked Sendable {
    var times: [Int64] = []
    var tooEarly = 0
    var lastBegin: Int64 = 0

    func add(_ time: Int64, now: Int64) {
        times.append(time)
        if now < time { tooEarly += 1 }
    }
}

/// Counts in a loop's thread.
private actor Counter {
    private let executor: LoopExecutor
    var count = 0

    init(on loop: EventLoop) { executor = LoopExecutor(loop) }

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    func add() { count += 1 }
}
