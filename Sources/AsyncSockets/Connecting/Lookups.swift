package import Sockets

/// Questions to the system's resolver, each asked in a thread of its own, of which there are only so many.
///
/// A thread is started when there is a question for it, and ends when there is none: the start costs a hundredth of what
/// a question costs a name server, and a process at rest has no thread too many. The system's resolver cannot be
/// interrupted: whoever stops waiting leaves the thread behind, which ends in its own time. So that a name whose servers
/// are dead does not take all threads, those who ask the same at the same time share one answer.
@safe
package final class Lookups: ThreadBody, @unchecked Sendable {
    /// What all connects use. Two threads a name, so a few dead names still leave others through.
    package static let shared = Lookups(mostThreads: 8) { $0.ask() }

    private let mostThreads: Int
    private let ask: @Sendable (Question) -> Result<Answer, SocketError>
    private let lock = SpinLock()
    // Under the lock:
    private var threads = 0
    private var queue: ArraySlice<Lookup> = []
    /// Questions that nobody waits for any more, of those in the queue.
    private var abandoned = 0
    private var open: [Question: Lookup] = [:]

    /// A question, and who waits for the answer. Under the lock.
    private final class Lookup {
        let question: Question
        var waiters: [LookupWaiter]
        var isRunning = false

        init(_ question: Question, _ waiter: LookupWaiter) {
            self.question = question
            waiters = [waiter]
        }
    }

    /// A resolver that is asked by a function, which may take its time.
    package init(mostThreads: Int, ask: @escaping @Sendable (Question) -> Result<Answer, SocketError>) {
        self.mostThreads = mostThreads
        self.ask = ask
    }

    /// Threads that run now.
    package var threadCount: Int { lock.withLock { threads } }
    /// Questions that wait for a thread, and those nobody waits for among them.
    package var queueCount: Int { lock.withLock { queue.count } }

    /// Asks for a waiter, which is told from a thread.
    func begin(_ question: Question, _ waiter: LookupWaiter) {
        let needsThread = lock.withLock {
            if let lookup = open[question] {
                lookup.waiters.append(waiter)
                return false
            }
            let lookup = Lookup(question, waiter)
            open[question] = lookup
            queue.append(lookup)
            guard threads < mostThreads else { return false }
            threads += 1
            return true
        }
        if needsThread { startThread() }
    }

    private func startThread() {
        do throws(SocketError) { try Thread.start(self, 0) } catch {
            // Other threads go on with the queue; without any, nobody would.
            for waiter in giveUp() { waiter.tell(.failure(error)) }
        }
    }

    private func giveUp() -> [LookupWaiter] {
        lock.withLock {
            threads -= 1
            guard threads == 0 else { return [] }
            let waiters = queue.flatMap(\.waiters)
            (queue, open, abandoned) = ([], [:], 0)
            return waiters
        }
    }

    /// Ends the waiting. A question that nobody waits for any more, and that is not being asked, is forgotten.
    func end(_ question: Question, _ waiter: LookupWaiter) {
        lock.withLock {
            guard let lookup = open[question] else { return }
            lookup.waiters.removeAll { $0 === waiter }
            guard lookup.waiters.isEmpty, !lookup.isRunning else { return }
            open[question] = nil
            abandoned += 1
            if abandoned > 16, abandoned > queue.count / 2 { tidy() }
        }
    }

    private func tidy() {
        queue = ArraySlice(queue.filter { !$0.waiters.isEmpty })
        abandoned = 0
    }

    /// A thread: asks until there is nothing left to ask.
    package func run() {
        while let lookup = next() {
            let answer = ask(lookup.question)
            for waiter in finish(lookup) { waiter.tell(answer) }
        }
    }

    private func next() -> Lookup? {
        lock.withLock {
            while let lookup = queue.popFirst() {
                if lookup.waiters.isEmpty {
                    abandoned -= 1
                } else {
                    lookup.isRunning = true
                    return lookup
                }
            }
            threads -= 1
            // A slice keeps what was taken out of it.
            queue = []
            return nil
        }
    }

    private func finish(_ lookup: Lookup) -> [LookupWaiter] {
        lock.withLock {
            open[lookup.question] = nil
            // Whoever holds the question still does not hold the loops of those who waited.
            defer { lookup.waiters = [] }
            return lookup.waiters
        }
    }
}
