import Sockets
import SocketsTesting
import TestSupport
import Testing

@testable import AsyncSockets

extension EngineContract {
    @Test(arguments: engines) func `a time limit ends a wait and loses nothing`(_ engine: EngineKind) async throws {
        try await onLoop(engine) { loop in
            let listener = try AsyncTCPListener(on: .loopback(port: 0), loop: loop)
            let begin = loop.engine.now
            #expect(await failure { _ = try await listener.accept(within: .milliseconds(2)) } == .timedOut)
            #expect(loop.engine.now - begin >= 2_000_000)
            let client = try await AsyncTCPStream.connect(to: listener.localAddress, loop: loop)
            let server = try await listener.accept()
            #expect(await failure { _ = try await server.receive(count: 1, within: .milliseconds(1)) } == .timedOut)
            try await client.sendAll("late".utf8.span)
            #expect(try await server.receive(count: 4) == Array("late".utf8))
        }
    }

    @Test(arguments: engines, [0, -1, Int64.min / 2_000_000_000])
    func `no time is enough for what is there`(_ engine: EngineKind, _ seconds: Int64) async throws {
        try await onLoop(engine) { loop in
            let pair = try await Ends(on: loop)
            let limit = TimeLimit.seconds(seconds)
            #expect(await failure { _ = try await pair.server.receive(count: 1, within: limit) } == .timedOut)
            try await pair.client.sendAll("x".utf8.span, within: limit)
            try await pair.server.socket.wait(untilReadableOn: loop)
            #expect(try await pair.server.receive(count: 1, within: limit) == Array("x".utf8))
        }
    }

    @Test(arguments: engines) func `the longest limit is none`(_ engine: EngineKind) async throws {
        try await onLoop(engine) { loop in
            let pair = Shared(try await Ends(on: loop))
            async let got = pair.value.server.receive(count: 1, within: .seconds(Int64.max))
            #expect(await eventually { pair.value.server.socket.reference.slot.read.isBusy })
            try await pair.value.client.sendAll("x".utf8.span)
            #expect(try await got == Array("x".utf8))
        }
    }

    @Test(arguments: engines) func `a cancelled wait ends at once and loses nothing`(_ engine: EngineKind) async throws
    {
        try await onLoop(engine) { loop in
            let pair = Shared(try await Ends(on: loop))
            let task = Task(executorPreference: loop) {
                await failure { _ = try await pair.value.server.receive(count: 1) }
            }
            await Task.yield()
            task.cancel()
            #expect(await task.value == .cancelled)
            try await pair.value.client.sendAll("x".utf8.span)
            #expect(try await pair.value.server.receive(count: 1) == Array("x".utf8))
        }
    }

    @Test(arguments: engines) func `who is cancelled before a wait does not begin one`(_ engine: EngineKind)
        async throws
    {
        try await onLoop(engine) { loop in
            let listener = Shared(try AsyncTCPListener(on: .loopback(port: 0), loop: loop))
            let task = Task(executorPreference: loop) {
                unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
                return await failure { _ = try await listener.value.accept() }
            }
            #expect(await task.value == .cancelled)
        }
    }

    @Test(arguments: engines)
    func `a byte is received or stays, whenever the receiver is cancelled`(_ engine: EngineKind) async throws {
        try await onLoop(engine) { loop in
            let pair = Shared(try await Ends(on: loop))
            var got = 0
            let rounds = 300
            for round in 0..<rounds {
                let task = Task(executorPreference: loop) {
                    (try? await pair.value.server.receive(count: 1).count) ?? 0
                }
                for _ in 0..<round % 3 { await Task.yield() }
                try await pair.value.client.sendAll("x".utf8.span)
                for _ in 0..<round % 5 { await Task.yield() }
                task.cancel()
                got += await task.value
            }
            let rest = try await pair.value.server.receive(count: rounds - got)
            #expect(rest.count + got == rounds)
        }
    }

    @Test(arguments: engines) func `two receives at the same time are an error`(_ engine: EngineKind) async throws {
        try await onLoop(engine) { loop in
            let pair = Shared(try await Ends(on: loop))
            async let first = pair.value.server.receive(count: 1)
            await Task.yield()
            #expect(await failure { _ = try await pair.value.server.receive(count: 1) } == .alreadyInProgress)
            try await pair.value.server.sendAll("the other way is free".utf8.span)
            try await pair.value.client.sendAll("x".utf8.span)
            #expect(try await first == Array("x".utf8))
        }
    }

    @Test(arguments: engines) func `two sends at the same time are an error, and no mix`(_ engine: EngineKind)
        async throws
    {
        try await onLoop(engine) { loop in
            let pair = Shared(try await Ends(on: loop)), sent = pattern(20_000_000)
            async let first: Void = pair.value.client.sendAll(sent.span)
            #expect(await eventually { pair.value.client.socket.reference.slot.write.isBusy })
            #expect(await failure { try await pair.value.client.sendAll("x".utf8.span) } == .alreadyInProgress)
            #expect(await failure { _ = try await pair.value.client.send("x".utf8.span) } == .alreadyInProgress)
            try await pair.value.server.sendAll("the other way is free".utf8.span)
            #expect(try await pair.value.server.receive(count: sent.count) == sent)
            try await first
        }
    }

    @Test(arguments: engines) func `a wake for nothing goes unnoticed`(_ engine: EngineKind) async throws {
        try await onLoop(engine) { loop in
            let pair = Shared(try await Ends(on: loop))
            async let got = pair.value.server.receive(count: 1)
            for _ in 0..<10 {
                await Task.yield()
                if !pair.value.server.socket.reference.slot.read.isInFlight {
                    pair.value.server.socket.reference.wake(.read)
                }
            }
            try await pair.value.client.sendAll("x".utf8.span)
            #expect(try await got == Array("x".utf8))
        }
    }

    @Test(arguments: engines)
    func `a task that prefers another executor misses no wake, limit or cancellation`(_ engine: EngineKind) async throws
    {
        let network = SimulatedNetwork(seed: 1), thread = ThreadExecutor()
        let loop = engine == .simulated ? try network.loop() : try EventLoop(engine: engine)
        let pair = Shared(try await Ends(on: loop))
        try await withTaskExecutorPreference(thread) {
            async let echo: Void = {
                for _ in 0..<500 {
                    let got = try await pair.value.server.receive(count: 1)
                    try await pair.value.server.sendAll(got.span)
                }
            }()
            for number in 0..<500 {
                try await pair.value.client.sendAll([UInt8(truncatingIfNeeded: number)].span)
                #expect(try await pair.value.client.receive(count: 1) == [UInt8(truncatingIfNeeded: number)])
                try await loop.sleep(within: .microseconds(number % 50))
            }
            try await echo
            for turns in 0..<50 {
                let sleeper = Task(executorPreference: thread) {
                    await failure { try await loop.sleep(within: .forever) }
                }
                for _ in 0..<turns { await Task.yield() }
                sleeper.cancel()
                #expect(await sleeper.value == .cancelled)
            }
        }
        await loop.shutdown()
        thread.end()
    }

    @Test(arguments: engines) func `a closed socket ends the wait of another task`(_ engine: EngineKind) async throws {
        try await onLoop(engine) { loop in
            let pair = Shared(try await Ends(on: loop))
            async let code = failure { _ = try await pair.value.server.receive(count: 1) }
            await Task.yield()
            loop.close(pair.value.server.socket.reference)
            #expect(await code == .closed)
            #expect(await failure { _ = try await pair.value.server.send("x".utf8.span) } == .closed)
        }
    }

    @Test(arguments: engines) func `a shutdown ends everything and keeps nothing`(_ engine: EngineKind) async throws {
        let network = SimulatedNetwork(seed: 1)
        let loop = engine == .simulated ? try network.loop() : try EventLoop(engine: engine)
        let codes = try await withThrowingTaskGroup(of: SocketError.Code?.self) { group in
            let pair = Shared(try await Ends(on: loop))
            let listener = Shared(try AsyncTCPListener(on: .loopback(port: 0), loop: loop))
            for preference in [loop, nil] as [EventLoop?] {
                group.addTask(executorPreference: preference) {
                    await failure { try await loop.sleep(within: .forever) }
                }
            }
            group.addTask { await failure { _ = try await pair.value.server.receive(count: 1) } }
            group.addTask(executorPreference: loop) {
                await failure { _ = try await pair.value.client.receive(count: 1) }
            }
            group.addTask(executorPreference: loop) { await failure { _ = try await listener.value.accept() } }
            let (ends, accepting) = (pair.value.server.socket.reference, listener.value.socket.reference)
            let other = pair.value.client.socket.reference
            await Task(executorPreference: loop) {
                // Three sockets, and two who sleep.
                #expect(await eventually { loop.slotCount == 5 })
                #expect(await eventually { [ends, other, accepting].allSatisfy { $0.slot.read.isBusy } })
            }.value
            await loop.shutdown()
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes == Array(repeating: .closed, count: 5))
        #expect(network.openSockets == 0)
        #expect(await failure { try await loop.sleep(within: .milliseconds(1)) } == .closed)
    }
}

extension AsyncSocket {
    /// Waits until a receive finds something, by turns of the loop: what a receive within no time needs.
    borrowing func wait(untilReadableOn loop: EventLoop) async throws {
        await turns(3, of: loop)
    }
}
