internal import CSocketShim
internal import Sockets

/// What poll, epoll and kqueue have in common: the kernel says when a call is worth a try, and the call is made then.
///
/// Each direction of a socket has a latch. It is set by an event, and cleared when a call found nothing left; as long as it
/// is clear, nobody makes a call in vain.
protocol ReadinessEngine: Engine {
    /// Memory for receives that lend it.
    var buffers: BufferPool { get }

    /// Makes sure that an event of this direction will be reported: 0 or a negated errno.
    func arm(_ slot: SlotReference, _ direction: Direction) -> Int32
}

extension ReadinessEngine {
    package var now: Int64 { csock_monotonic_ns() }

    package func mode(for state: Slot.State) -> BlockingMode { .nonBlocking }

    @inline(__always)
    package func receive(_ slot: SlotReference, _ memory: UnsafeMutableBufferPointer<UInt8>) -> Int {
        while slot.slot.state.contains(.readable) {
            // The memory is the caller's for the length of the call.
            let count = unsafe csock_recv_plain(slot.slot.descriptor, memory.baseAddress, memory.count, 0)
            if count >= 0 {
                if count < memory.count { slot.receivedAll() }
                return Int(truncatingIfNeeded: count)
            }
            if count == -Int64(csock_EAGAIN) { return wait(slot, .read) }
            if count != -Int64(csock_EINTR) { return Int(truncatingIfNeeded: count) }
        }
        return wait(slot, .read)
    }

    /// After an event: receives at once for who waits for bytes, and wakes others. How many bytes it received.
    ///
    /// So the kernel receives for one socket after another, before the tasks run one after another: each finds its code where
    /// the last one left it, in the processor's cache.
    @inline(__always) @discardableResult
    func ready(_ slot: SlotReference, readable: Bool, writable: Bool, ended: Bool) -> Int {
        guard readable, !ended, let room = unsafe slot.room else {
            slot.ready(readable: readable, writable: writable, ended: ended)
            return 0
        }
        if writable { slot.ready(readable: false, writable: true, ended: false) }
        return unsafe fill(slot, room)
    }

    @inline(__always)
    private func fill(_ slot: SlotReference, _ room: UnsafeMutableBufferPointer<UInt8>) -> Int {
        slot.slot.state.insert(.readable)
        let answer = unsafe receive(slot, room)
        if answer == Attempt.pending { return 0 }
        slot.wake(.read, answer: answer)
        return max(0, answer)
    }

    @inline(__always)
    package func send(_ slot: SlotReference, _ memory: UnsafeBufferPointer<UInt8>) -> Int {
        while slot.slot.state.contains(.writable) {
            // The memory is the caller's for the length of the call.
            let count = unsafe csock_send_plain(
                slot.slot.descriptor, memory.baseAddress, memory.count, csock_MSG_NOSIGNAL)
            if count >= 0 {
                if count < memory.count, slot.slot.state.contains(.shortIsAll) { slot.slot.state.remove(.writable) }
                return Int(truncatingIfNeeded: count)
            }
            if count == -Int64(csock_EAGAIN) { return wait(slot, .write) }
            if count != -Int64(csock_EINTR) { return Int(truncatingIfNeeded: count) }
        }
        return wait(slot, .write)
    }

    package func receive(_ slot: SlotReference, lending loan: inout Loan) -> Int {
        guard slot.slot.state.contains(.readable) else { return wait(slot, .read) }
        unsafe loan.memory = buffers.take()
        let room = unsafe UnsafeMutableBufferPointer(
            start: loan.memory?.assumingMemoryBound(to: UInt8.self), count: BufferPool.bufferSize)
        let count = unsafe receive(slot, room)
        if count > 0 { loan.count = count } else { giveBack(&loan) }
        return count
    }

    package func takeBack(_ loan: consuming Loan) {
        var loan = loan
        giveBack(&loan)
    }

    private func giveBack(_ loan: inout Loan) {
        if let memory = unsafe loan.memory.take() { unsafe buffers.give(memory) }
    }

    package func accept(_ slot: SlotReference, _ peer: inout SocketAddress) -> Int {
        guard slot.slot.state.contains(.readable) else { return wait(slot, .read) }
        let number = slot.slot.descriptor
        let result = Kernel.accept(number, .nonBlocking, &peer)
        return result == -Int(csock_EAGAIN) && !slot.hasStoppedListening ? wait(slot, .read) : slot.accepted(result)
    }

    @inline(__always)
    package func isReady(_ slot: SlotReference, _ direction: Direction) -> Bool {
        slot.slot.state.contains(direction == .read ? .readable : .writable)
    }

    package func awaitReadiness(_ slot: SlotReference, _ direction: Direction) -> Int { wait(slot, direction) }

    package func reconsider(_ slot: SlotReference, _ direction: Direction) -> Int {
        let hadEvent = isReady(slot, direction)
        let answer = wait(slot, direction)
        return hadEvent && answer == Attempt.pending ? 0 : answer
    }

    package func interrupt(_ slot: SlotReference, _ direction: Direction) -> Bool { true }

    /// Clears the latch, and has its next event reported: `pending`, or a negated errno. Then it stays set, because nothing else
    /// would set it.
    @inline(__always)
    private func wait(_ slot: SlotReference, _ direction: Direction) -> Int {
        let error = arm(slot, direction)
        guard error == 0 else { return Int(error) }
        slot.slot.state.remove(direction == .read ? [.readable, .ended] : .writable)
        return Attempt.pending
    }
}

extension SlotReference {
    /// Whether a listener was shut down: an end was reported, and a call finds nobody. A Unix listener says so for ever.
    var hasStoppedListening: Bool { slot.state.contains([.listening, .ended]) }

    /// What accept answers, which for a Unix listener that was shut down is what others say by themselves.
    func accepted(_ result: Int) -> Int { result == -Int(csock_EAGAIN) ? -Int(csock_EINVAL) : result }

    /// After a receive of less than there was room for. The end is reported once, so a peer that hung up stays readable.
    @inline(__always)
    fileprivate func receivedAll() {
        let state = slot.state
        if state.contains(.shortIsAll), !state.contains(.ended) { slot.state.remove(.readable) }
    }

    /// Sets latches, and wakes who waits for them.
    @inline(__always)
    func ready(readable: Bool, writable: Bool, ended: Bool) {
        if readable || ended {
            slot.state.insert(ended ? [.readable, .ended] : .readable)
            wake(.read)
        }
        if writable || ended {
            slot.state.insert(.writable)
            wake(.write)
        }
    }
}
