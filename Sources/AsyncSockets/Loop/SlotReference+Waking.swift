internal import Sockets

// What ends the operations that wait on a slot, and what becomes of the slot then. All on the loop's thread.

extension SlotReference {
    /// Wakes the waiter of a direction, if there is one. One whose memory the kernel has stays until `complete`.
    @inline(__always)
    package func wake(_ direction: Direction, _ cause: WakeCause = .ready) {
        guard self[direction].isAwaited, !self[direction].isInFlight else { return }
        self[direction].isAwaited = false
        self[direction].cause = cause
        self[direction].deadline = .max
        if let waiter = unsafe self[direction].waiter.take() { unsafe waiter.resume() }
    }

    /// Where the one who waits for bytes wants them, lent until it is woken; nil when nobody does.
    package var room: UnsafeMutableBufferPointer<UInt8>? {
        @inline(__always)
        get {
            guard self[.read].isAwaited, self[.read].isFilling else { return nil }
            return unsafe UnsafeMutableBufferPointer(
                start: slot.latestMemory?.assumingMemoryBound(to: UInt8.self), count: Int(slot.latestRoom))
        }
    }

    /// Wakes the waiter with the answer of a call that was made for it.
    @inline(__always)
    package func wake(_ direction: Direction, answer: Int) {
        self[direction].result = answer == 0 ? Side.nothing : Int32(clamping: answer)
        wake(direction)
    }

    /// Wakes the waiter of an operation that was in flight with its result. An interrupted one keeps its reason.
    package func complete(_ direction: Direction, _ result: Int) {
        let cause = self[direction].cause
        self[direction].isInFlight = false
        self[direction].result = Int32(clamping: result)
        wake(direction, cause)
        settle()
    }

    /// Ends a wait for another reason than an event.
    func interrupt(_ direction: Direction, _ cause: WakeCause) {
        guard self[direction].isAwaited else { return }
        self[direction].deadline = .max
        self[direction].cause = cause
        if slot.descriptor < 0 || loop.engine.interrupt(self, direction) { wake(direction, cause) }
    }

    /// Ends the operations and those to come with `cancelled`.
    func cancelAll() {
        slot.state.insert(.cancelled)
        interrupt(.read, .cancelled)
        interrupt(.write, .cancelled)
    }

    /// Ends the operations and those to come with `timedOut`, from this time on.
    func endAll(at time: Int64) {
        slot.end = time
        loop.schedule(self, at: time)
    }

    /// The time of the connection is up.
    func expire() {
        slot.end = .max
        slot.state.insert(.expired)
        interrupt(.read, .timedOut)
        interrupt(.write, .timedOut)
    }

    /// The engine has let go of the descriptor.
    package func detached() {
        slot.state.insert(.detached)
        settle()
    }

    /// Closes the descriptor and frees the slot when the owner is gone and nobody uses them any more.
    func settle() {
        guard slot.state.contains([.closing, .detached, .released]), !slot.isBusy else { return }
        if slot.state.contains(.wanted) { return handOver() }
        loop.engine.willClose(self)
        let result = slot.closeDescriptor()
        if let closer = unsafe slot.closer.take() { unsafe closer.resume(returning: result) }
        loop.vacate(self)
    }

    /// Why nothing may begin in this direction, or 0.
    @inline(__always)
    func obstacle(_ direction: Direction) -> Int { withLoop { obstacle(direction, on: $0) } }

    /// As `obstacle`, for those who have the loop at hand.
    @inline(__always)
    func obstacle(_ direction: Direction, on loop: EventLoop) -> Int {
        guard isFree(direction), unsafe loop.budget > 0 else { return reason(direction) }
        unsafe loop.budget &-= 1
        return 0
    }

    /// Whether nothing stands against an operation but the turn of others.
    @inline(__always)
    func isFree(_ direction: Direction) -> Bool {
        slot.state.isDisjoint(with: [.closing, .cancelled, .unattached, .failed, .expired]) && !self[direction].isBusy
    }

    @inline(never)
    func reason(_ direction: Direction) -> Int {
        if slot.state.contains(.unattached), loop.attach(self) == 0 { return obstacle(direction) }
        if slot.state.contains(.failed) { return Int(slot.failure) }
        if slot.state.contains(.closing) { return Attempt.closed }
        if slot.state.contains(.cancelled) { return Attempt.cancelled }
        if slot.state.contains(.expired) { return Attempt.expired }
        return self[direction].isBusy ? Attempt.busy : Attempt.yield
    }
}
