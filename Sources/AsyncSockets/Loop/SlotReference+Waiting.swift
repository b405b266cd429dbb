internal import Sockets

// How operations wait on a slot. All on the loop's thread, but where a comment says otherwise.

extension SlotReference {
    /// The answer of an attempt, with which a wait begins if it says so. What happens from now on ends the wait, also before
    /// the task is suspended: the runtime may change executors on the way there, and run other jobs in between.
    @inline(__always)
    func noting(_ answer: Int, _ direction: Direction, isFilling: Bool = false) -> Int {
        if answer <= Attempt.inFlight { begin(direction, isInFlight: answer == Attempt.inFlight, isFilling: isFilling) }
        return answer
    }

    /// Begins a wait for a wake, unless the slot is closed or cancelled by now, which nothing would tell of again.
    func pending(_ direction: Direction) -> Int {
        let reason = isFree(direction) ? Attempt.yield : reason(direction)
        return reason == 0 || reason == Attempt.yield ? noting(Attempt.pending, direction) : reason
    }

    @inline(__always)
    private func begin(_ direction: Direction, isInFlight: Bool, isFilling: Bool) {
        self[direction].sequence &+= 1
        self[direction].isBusy = true
        self[direction].isAwaited = true
        self[direction].isInFlight = isInFlight
        self[direction].isFilling = isFilling
        self[direction].cause = .ready
    }

    /// The limit in absolute time, so that several waits share it.
    @usableFromInline
    func starting(_ limit: TimeLimit) -> TimeLimit { withLoop { loop in limit.starting { loop.engine.now } } }

    /// After an attempt that gave no count: waits until another one is worth it, and returns nil; or returns the count of
    /// an operation that was in flight; or throws.
    @inline(__always)
    func afterAttempt(
        _ answer: Int, _ direction: Direction, _ limit: TimeLimit, _ operation: SocketError.Operation
    ) async throws(SocketError) -> Int? {
        if answer <= Attempt.inFlight && isWatched {
            if limit != .forever || slot.state.contains(.limited) { endWait(direction, by: limit) }
            await suspend(direction)
        } else {
            try await waitUnwatched(answer, direction, limit, operation)
        }
        return try finish(direction, operation)
    }

    /// What is rarer: errors, another task's turn, and tasks that nobody watches. Apart, to keep the frames of the many small.
    @inline(never)
    private func waitUnwatched(
        _ answer: Int, _ direction: Direction, _ limit: TimeLimit, _ operation: SocketError.Operation
    ) async throws(SocketError) {
        guard answer <= Attempt.yield else { throw SocketError(operation, negatedResult: answer) }
        if answer == Attempt.yield { return await giveTurn(direction) }
        guard answer <= Attempt.inFlight else { throw refusal(answer, operation) }
        endWait(direction, by: limit)
        await suspendWatching(direction)
    }

    /// Lets the other tasks of the loop run.
    private func giveTurn(_ direction: Direction) async {
        self[direction].isBusy = true
        await loop.turn()
        self[direction].cause = .ready
    }

    private func refusal(_ answer: Int, _ operation: SocketError.Operation) -> SocketError {
        switch answer {
        case Attempt.busy:
            SocketError(operation, .alreadyInProgress, detail: "another task waits for the same in this direction")
        case Attempt.cancelled: SocketError(operation, .cancelled)
        case Attempt.expired: SocketError(operation, .timedOut)
        default: SocketError(operation, .closed)
        }
    }

    /// Has the wait that has begun end by this time, if it has not ended yet.
    private func endWait(_ direction: Direction, by limit: TimeLimit) {
        let deadline = deadline(limit)
        guard deadline != .max, self[direction].isAwaited else { return }
        self[direction].deadline = deadline
        withLoop { $0.schedule(self, at: deadline) }
    }

    /// When a wait ends that begins now; the one who names no limit gets that of the socket.
    private func deadline(_ limit: TimeLimit) -> Int64 {
        guard limit == .forever else { return starting(limit).nanoseconds }
        guard slot.state.contains(.limited) else { return .max }
        return TimeLimit(nanoseconds: slot.idleLimit, isRelative: true).starting { loop.engine.now }.nanoseconds
    }

    /// Jobs that ran since the begin of the wait may have ended it.
    @inline(__always)
    private func suspend(_ direction: Direction) async {
        unsafe await suspended { waiter in
            if self[direction].isAwaited { unsafe self[direction].waiter = waiter } else { unsafe waiter.resume() }
        }
    }

    /// A task that nobody watches brings its own handler of cancellation.
    @inline(never)
    private func suspendWatching(
        _ direction: Direction, isolation: isolated (any Actor)? = #isolation
    ) async {
        let (slot, loop) = (self, loop)
        let (generation, sequence) = (slot.slot.generation, slot[direction].sequence)
        await withTaskCancellationHandler {
            // Without this mention the closure would leave the loop's thread.
            _ = isolation
            await slot.suspend(direction)
        } onCancel: {
            loop.tell(.cancel(slot, generation: generation, direction, sequence: sequence))
        }
    }

    @inline(__always)
    private func finish(
        _ direction: Direction, _ operation: SocketError.Operation
    ) throws(SocketError) -> Int? {
        let result = self[direction].result
        guard result >= 0, self[direction].cause == .ready, !slot.state.contains(.closing) else {
            return try finishRarely(direction, operation)
        }
        self[direction].isBusy = false
        self[direction].result = 0
        return result > 0 ? Int(result) : nil
    }

    /// The end of a wait on a socket that fails or is closed, or of one that was interrupted.
    @inline(never)
    private func finishRarely(
        _ direction: Direction, _ operation: SocketError.Operation
    ) throws(SocketError) -> Int? {
        let (cause, result, isClosing) = (self[direction].cause, self[direction].result, slot.state.contains(.closing))
        self[direction].isBusy = false
        self[direction].result = 0
        settle()
        // What an operation in flight did counts, also when it was to be ended.
        if result > 0 || result == Side.nothing { return max(0, Int(result)) }
        switch cause {
        case .ready where result < 0: throw SocketError(operation, negatedResult: Int(result))
        case .ready where isClosing: throw SocketError(operation, .closed)
        case .ready: return nil
        case .timedOut: throw SocketError(operation, .timedOut)
        case .cancelled: throw SocketError(operation, .cancelled)
        case .closed: throw SocketError(operation, .closed)
        }
    }

    /// Whether the task's cancellation reaches the slot through its server.
    private var isWatched: Bool {
        // One that was cancelled by itself, and not by its server, hears of it by the handler it installs then.
        slot.guardian == TaskBits.ofCurrent && !TaskBits.isCancelled(slot.guardian)
    }
}
