internal import Sockets

/// Someone who waits for an answer, on a loop.
final class LookupWaiter: @unchecked Sendable {
    private let loop: EventLoop
    // What follows belongs to the loop's thread.
    private let timer: SlotReference
    private var isWaiting = true
    private var answer: Result<Answer, SocketError>?

    private init(_ timer: SlotReference, _ loop: EventLoop) {
        self.timer = timer
        self.loop = loop
    }

    /// Brings the answer, from any thread. It is dropped when nobody waits for it any more.
    func tell(_ answer: Result<Answer, SocketError>) {
        loop.tell(.call { self.take(answer) })
    }

    private func take(_ answer: Result<Answer, SocketError>) {
        guard isWaiting else { return }
        self.answer = answer
        timer.wake(.read)
    }

    /// Waits for the answer to a question, on the loop's thread.
    ///
    /// Throws: what the resolver says; `timedOut`, `cancelled`; `closed` when the loop is shut down.
    static func answer(
        to question: Question, from lookups: Lookups, _ limit: TimeLimit, _ loop: EventLoop
    ) async throws(SocketError) -> Answer {
        guard loop.keepsCaller(#isolation) else {
            return try await loop.actor.answer(to: question, from: lookups, limit, loop)
        }
        if let sockets = loop.engine.virtualSockets { return try await answer(sockets, to: question, limit, loop) }
        let waiter = LookupWaiter(try loop.open(-1, []), loop)
        lookups.begin(question, waiter)
        defer {
            lookups.end(question, waiter)
            waiter.isWaiting = false
            loop.release(waiter.timer)
        }
        return try await waiter.wait(question, limit)
    }

    private func wait(_ question: Question, _ limit: TimeLimit) async throws(SocketError) -> Answer {
        var reason = SocketError.Code.closed
        if answer == nil {
            do throws(SocketError) {
                _ = try await timer.afterAttempt(timer.pending(.read), .read, limit, .getaddrinfo)
            } catch { reason = error.code }
        }
        guard let answer else { throw SocketError(.getaddrinfo, reason, detail: question.subject) }
        return try answer.get()
    }
}

extension LoopActor {
    fileprivate func answer(
        to question: Question, from lookups: Lookups, _ limit: TimeLimit, _ loop: EventLoop
    ) async throws(SocketError) -> Answer {
        guard loop.isCurrent else { throw SocketError(.getaddrinfo, .closed) }
        return try await LookupWaiter.answer(to: question, from: lookups, limit, loop)
    }
}
