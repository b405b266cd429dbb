import AsyncSockets
import Sockets
import Synchronization
import Testing

/// Calls that tasks of other threads make on the socket themselves, next to operations of the loop's thread.
@Suite(.timeLimit(.minutes(1))) struct AsyncCallTests {
    @Test(arguments: EngineKind.available)
    func `a call of another thread leaves the loop what it did not use up`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let connection = try Connection(loop)
            let stream = Shared(connection.stream), peer = Shared(connection.peer)
            // What there was when the loop got to know the socket is told by now.
            for _ in 0..<3 { try await loop.sleep(within: .microseconds(1)) }
            // It has to wait, and finds that room had been all the time.
            let calls = Atomic<Int>(0)
            let sent = try await stream.value.socket.retrying(.send) { (socket) throws(SocketError) -> Int? in
                guard calls.wrappingAdd(1, ordering: .relaxed).newValue > 1 else { return nil }
                return try socket.send([1].span)
            }
            #expect(sent == 1)
            try await Place.loop.run(loop) { try await stream.value.sendAll([2].span, within: .seconds(20)) }
            var buffer: [UInt8] = [0, 0]
            try peer.value.receiveExactly(into: &buffer)
            #expect(buffer == [1, 2])
        }
    }

    @Test(arguments: EngineKind.available)
    func `when a call of another thread has returned, the next may begin on the loop`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let connection = try Connection(loop)
            let stream = Shared(connection.stream), peer = Shared(connection.peer)
            for _ in 0..<20 {
                let calls = Shared(Atomic<Int>(0))
                try await Place.loop.run(loop) {
                    let task = Task(executorPreference: globalConcurrentExecutor) {
                        _ = try await stream.value.socket.retrying(.send) { (_) throws(SocketError) -> Int? in
                            calls.value.wrappingAdd(1, ordering: .relaxed).newValue > 1 ? 0 : nil
                        }
                        calls.value.add(1, ordering: .relaxed)
                    }
                    while calls.value.load(ordering: .relaxed) < 2 { await Task.yield() }
                    // The loop's thread does nothing else for a moment, so that the task ends if it needs no loop for that.
                    let begin = ContinuousClock.now
                    while calls.value.load(ordering: .relaxed) < 3, begin.duration(to: .now) < .milliseconds(5) {}
                    try await task.value
                    try await stream.value.sendAll([1].span)
                }
            }
            var buffer = [UInt8](repeating: 0, count: 20)
            try peer.value.receiveExactly(into: &buffer)
            #expect(buffer.allSatisfy { $0 == 1 })
        }
    }
}
