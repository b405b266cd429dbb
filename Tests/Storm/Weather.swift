import AsyncSockets
import Sockets

/// What happens to the operations of one task: random time limits, and cancellations after random times.
struct Weather: Sendable {
    let storm: Storm
    /// Where the operations run; nil for anywhere.
    let place: EventLoop?
    var random: SplitMix

    init(_ storm: Storm, _ random: SplitMix) {
        self.storm = storm
        self.random = random
        place = self.random.once(in: 3) ? nil : storm.loop(&self.random)
    }

    /// Makes an operation within a random limit, in a task that may be cancelled.
    mutating func endure<Value: Sendable>(
        _ act: Act, _ operation: @escaping @Sendable (TimeLimit) async throws(SocketError) -> Value
    ) async -> Result<Value, SocketError> {
        let limit = limit(), isCancelled = random.once(in: 2)
        let result =
            isCancelled ? await cancel(operation, limit) : await Self.attempt(operation, limit)
        let error = result.error
        if error?.code == .cancelled, !isCancelled, !Task.isCancelled { finding("\(act): cancelled by nobody") }
        if error?.code == .timedOut, limit == .forever { finding("\(act): timed out without a limit") }
        storm.tally.note(act, error)
        return result
    }

    /// Waits for a random time.
    mutating func pause() async {
        guard random.once(in: 2) else {
            for _ in 0..<random.below(6) { await Task.yield() }
            return
        }
        let loop = storm.loop(&random)
        try? await loop.sleep(within: .microseconds(random.size(upTo: 2000)))
    }

    private mutating func limit() -> TimeLimit {
        switch random.below(5) {
        case 0, 1: .forever
        case 2: .microseconds(random.below(3))
        default: .microseconds(random.size(upTo: 3000))
        }
    }

    private mutating func cancel<Value: Sendable>(
        _ operation: @escaping @Sendable (TimeLimit) async throws(SocketError) -> Value, _ limit: TimeLimit
    ) async -> Result<Value, SocketError> {
        let task = Task(executorPreference: place) { await Self.attempt(operation, limit) }
        await pause()
        task.cancel()
        return await task.value
    }

    private static func attempt<Value: Sendable>(
        _ operation: @Sendable (TimeLimit) async throws(SocketError) -> Value, _ limit: TimeLimit
    ) async -> Result<Value, SocketError> {
        do throws(SocketError) { return .success(try await operation(limit)) } catch { return .failure(error) }
    }
}

extension Result {
    /// The error, if it is one.
    var error: Failure? {
        if case .failure(let error) = self { return error }
        return nil
    }
}
