internal import Sockets

extension EventLoop {
    /// Runs a task on a loop in this thread, and returns what it returns when it has ended.
    ///
    /// ```swift
    /// try EventLoop.run { _ in
    ///     let listener = try AsyncTCPListener(on: .any(port: 8888))
    ///     try await listener.serve { client in try await echo(client) }
    /// }
    /// ```
    ///
    /// For programs with a synchronous `main`: without other threads each system call is a little cheaper. The loop is shut
    /// down in the end. Throws: as ``init(engine:)`` but for the thread, and what `body` throws; `invalidInput` in the
    /// thread of another loop, which would stand still.
    public static func run<Result: Sendable>(
        engine kind: EngineKind? = nil, _ body: @escaping @Sendable (EventLoop) async throws -> Result
    ) throws -> Result {
        guard current == nil else {
            throw SocketError.invalid(.threadCreate, "a loop runs in this thread, and cannot wait for another one")
        }
        let slots = SlotTable()
        let loop = EventLoop(try makeEngine(kind, slots), slots), outcome = Outcome<Result>()
        Task(executorPreference: loop) {
            do { outcome.result = .success(try await body(loop)) } catch { outcome.result = .failure(error) }
            loop.endSoon()
        }
        loop.run()
        guard let result = outcome.result else { throw SocketError(.threadCreate, .closed) }
        return try result.get()
    }
}

/// What a task ended with, for the thread that runs it.
private final class Outcome<Value>: @unchecked Sendable {
    // Written and read by one thread.
    var result: Result<Value, any Error>?
}
