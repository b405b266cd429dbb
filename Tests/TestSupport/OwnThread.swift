import Foundation
public import Testing

extension Trait where Self == OwnThread {
    /// Runs each test of the suite in a thread of its own.
    ///
    /// Swift's own threads are as few as the processors. A test that waits in a call, for a program or a socket, takes one of
    /// them away from all others, and two such tests stop everybody: what has a time limit runs into it then.
    public static var ownThread: Self { OwnThread() }
}

/// See `ownThread`.
public struct OwnThread: SuiteTrait, TestTrait, TestScoping {
    /// For each test, not for the suite as a whole.
    public var isRecursive: Bool { true }

    /// Runs a test where its tasks prefer a thread of their own.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let executor = ThreadExecutor()
        defer { executor.end() }
        try await withTaskExecutorPreference(executor) { try await function() }
    }
}

/// A thread that runs jobs, first come, first served: where the tasks of a test run that prefer it.
public final class ThreadExecutor: TaskExecutor, @unchecked Sendable {
    private let condition = NSCondition()
    // Under the condition's lock:
    private var jobs: [UnownedJob] = []
    private var isOver = false

    /// Starts the thread.
    public init() { Thread.detachNewThread { [self] in run() } }

    /// Runs a job in the thread; the Swift runtime calls this.
    public func enqueue(_ job: consuming ExecutorJob) {
        unsafe bring(UnownedJob(job), to: Unmanaged.passRetained(self).toOpaque())
    }

    fileprivate func add(_ job: UnownedJob) {
        condition.withLock {
            jobs.append(job)
            condition.signal()
        }
    }

    /// Ends the thread, once nobody prefers it any more.
    public func end() {
        condition.withLock {
            isOver = true
            condition.signal()
        }
    }

    private func run() {
        while let job = next() { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
    }

    private func next() -> UnownedJob? {
        condition.withLock {
            while jobs.isEmpty, !isOver { condition.wait() }
            return jobs.isEmpty ? nil : jobs.removeFirst()
        }
    }
}

/// The runtime does not hold an executor for the length of the call, in which the job may be the last to need it.
@inline(never)
private func bring(_ job: UnownedJob, to executor: UnsafeMutableRawPointer) {
    let executor = unsafe Unmanaged<ThreadExecutor>.fromOpaque(executor)
    unsafe executor.takeUnretainedValue().add(job)
    unsafe executor.release()
}
