/// Runs code of actors in a loop's thread.
///
/// An actor that has one as its executor shares the thread with the loop's sockets, and hops nowhere to use them:
///
/// ```swift
/// actor Room {
///     private let executor: LoopExecutor
///     init(on loop: EventLoop) { executor = LoopExecutor(loop) }
///     nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
/// }
/// ```
public final class LoopExecutor: SerialExecutor {
    private let loop: EventLoop

    /// An executor on this loop, which it keeps.
    public init(_ loop: EventLoop) { self.loop = loop }

    /// Runs a job in the loop's thread; the Swift runtime calls this.
    public func enqueue(_ job: consuming ExecutorJob) {
        unsafe loop.accept(JobQueue.Entry(job: UnownedJob(job), executor: asUnownedSerialExecutor()))
    }

    /// The executor as the runtime wants it.
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor { unsafe UnownedSerialExecutor(ordinary: self) }

    /// Traps when the caller runs elsewhere; the Swift runtime calls this for `assumeIsolated`.
    public func checkIsolated() { precondition(loop.isCurrent, "not in the event loop's thread") }
}

/// The actor that brings operations of other tasks to the loop's thread. The loop owns it.
actor LoopActor {
    private nonisolated let executor = Executor()

    /// Says which loop it is; before anybody uses it.
    nonisolated func belong(to loop: EventLoop) { unsafe executor.loop = loop }

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    private final class Executor: SerialExecutor, @unchecked Sendable {
        // It is used by sockets only, and a socket keeps its loop.
        unowned(unsafe) var loop: EventLoop?

        func enqueue(_ job: consuming ExecutorJob) {
            let entry = unsafe JobQueue.Entry(job: UnownedJob(job), executor: asUnownedSerialExecutor())
            unsafe loop?.accept(entry)
        }

        func asUnownedSerialExecutor() -> UnownedSerialExecutor { unsafe UnownedSerialExecutor(ordinary: self) }
    }
}
