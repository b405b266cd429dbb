/// Where the jobs of a loop run that come when it has ended: those of its actors one at a time, all others wherever there is a
/// thread.
final class Afterlife: @unchecked Sendable {
    private let lock = SpinLock()
    // Under the lock:
    private var entries: [JobQueue.Entry] = []
    private var isRunning = false

    func run(_ entry: JobQueue.Entry) {
        guard unsafe entry.executor != nil else { return globalConcurrentExecutor.enqueue(ExecutorJob(entry.job)) }
        let isFirst = lock.withLock {
            defer { isRunning = true }
            entries.append(entry)
            return !isRunning
        }
        if isFirst { Task.detached { self.runAll() } }
    }

    private func runAll() {
        while let entry = next() {
            if let executor = unsafe entry.executor { unsafe entry.job.runSynchronously(on: executor) }
        }
    }

    private func next() -> JobQueue.Entry? {
        lock.withLock {
            isRunning = !entries.isEmpty
            return isRunning ? entries.removeFirst() : nil
        }
    }
}
