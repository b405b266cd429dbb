import AsyncSockets
internal import SocketServers
import Sockets

/// The work of an asynchronous command: a task on a loop, while the main thread waits for its end and for signals.
///
/// The signals have to be held back before the loop is made, whose thread would get them otherwise.
struct LoopTask<Output: Sendable>: ~Copyable {
    private let task: Task<Void, Never>
    private let outcome: LoopOutcome<Output>

    /// Starts the work.
    init(
        on loop: EventLoop, _ body: @escaping @Sendable () async throws(SocketError) -> Output
    ) throws(SocketError) {
        let outcome = LoopOutcome<Output>(try Socket.pair())
        self.outcome = outcome
        task = Task(executorPreference: loop) {
            do throws(SocketError) {
                outcome.set(.success(try await body()))
            } catch { outcome.set(.failure(error)) }
        }
    }

    /// Cancels the task.
    func cancel() { task.cancel() }

    /// Waits for the end. `onSignal` hears which signal it is that came, counted from 1.
    func result(
        _ signals: borrowing StopSignals, onSignal: (Int) -> Void
    ) throws(SocketError) -> Output {
        try result(signals, onSignal: onSignal, every: nil) {}
    }

    /// Waits for the end, and calls `onTick` now and then meanwhile.
    func result(
        _ signals: borrowing StopSignals, onSignal: (Int) -> Void, every time: Duration?, onTick: () -> Void
    ) throws(SocketError) -> Output {
        var count = 0
        while true {
            var list = WaitList()
            let signal = list.add(signals.number, .readable), end = list.add(outcome.number, .readable)
            try list.wait(atMost: time)
            if !list[end].isEmpty, let result = outcome.result { return try result.get() }
            while !list[signal].isEmpty, signals.take() {
                count += 1
                onSignal(count)
            }
            onTick()
        }
    }
}

/// Where a task leaves what came of it; a byte through a socket pair says that it is there.
private final class LoopOutcome<Output: Sendable>: Sendable {
    private let done: SocketPair
    private let value = Guarded<Result<Output, SocketError>?>(nil)

    init(_ done: consuming SocketPair) { self.done = done }

    var number: Int32 { done.first.withDescriptor { $0 } }
    var result: Result<Output, SocketError>? { value.withLock { $0 } }

    func set(_ result: Result<Output, SocketError>) {
        value.withLock { $0 = result }
        let byte: [UInt8] = [1]
        do throws(SocketError) { _ = try done.second.send(byte.span) } catch {}
    }
}
