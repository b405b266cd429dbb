#if os(Linux)
internal import CSocketShim
internal import Sockets

extension RingEngine {
    package func receive(_ slot: SlotReference, _ memory: UnsafeMutableBufferPointer<UInt8>) -> Int {
        guard slot.slot.state.contains(.isBytes) else { return unsafe receiveNow(slot, memory) }
        if slot.slot.engine.first >= 0 { return unsafe buffers.copy(from: slot, to: memory) }
        if isDirect(slot) { return unsafe receiveNow(slot, memory) }
        return withNothingAhead(slot)
    }

    package func receive(_ slot: SlotReference, lending loan: inout Loan) -> Int {
        guard slot.slot.state.contains(.isBytes) else { return receiveNow(slot, lending: &loan) }
        if slot.slot.engine.first >= 0 { return unsafe buffers.lend(from: slot, &loan) }
        if isDirect(slot) { return receiveNow(slot, lending: &loan) }
        return withNothingAhead(slot)
    }

    package func takeBack(_ loan: consuming Loan) {
        if loan.token >= 0 {
            unsafe buffers.give(loan.token)
        } else if let memory = unsafe loan.memory {
            unsafe pool.give(memory)
        }
    }

    /// Whether a call on the socket is next: there was no buffer, or is to be none, and nothing stands before it.
    @inline(__always)
    private func isDirect(_ slot: SlotReference) -> Bool {
        !slot.ring.isDisjoint(with: [.starved, .direct]) && !slot.ring.contains(.receiving)
            && slot.slot.engine.error == 0
    }

    /// An error, once, the end of the stream, or nothing yet.
    private func withNothingAhead(_ slot: SlotReference) -> Int {
        if slot.slot.engine.error != 0 {
            defer { slot.slot.engine.error = 0 }
            return Int(slot.slot.engine.error)
        }
        if slot.ring.contains(.ended) { return 0 }
        if !slot.ring.contains(.receiving) { startReceiving(slot) }
        return Attempt.pending
    }

    /// Lets the kernel receive whatever comes.
    func startReceiving(_ slot: SlotReference) {
        slot.ring.insert(unsafe hasMultishot ? [.receiving, .multishot] : .receiving)
        submit(slot) {
            $0.operation = UInt8(csock_IORING_OP_RECV)
            $0.flags = UInt8(csock_IOSQE_BUFFER_SELECT)
            $0.modifier = unsafe hasMultishot ? UInt16(csock_IORING_RECV_MULTISHOT) : 0
            $0.descriptor = slot.slot.descriptor
            $0.buffer = RingBuffers.group
            $0.user = RingOperation(.receive, slot).user
        }
    }

    @inline(__always)
    func received(_ slot: SlotReference, _ result: csock_ring_completion_t) {
        if result.flags & UInt32(csock_IORING_CQE_F_MORE) == 0 { slot.ring.remove([.receiving, .stopping]) }
        guard result.result > 0 else { return receivedNothing(slot, result) }
        let id = Int32(truncatingIfNeeded: result.flags >> 16)
        unsafe buffers.append(id, result.result, to: slot)
        if slot.slot.engine.count >= Self.mostAhead { stopReceiving(slot) }
        slot.wake(.read)
    }

    private func receivedNothing(_ slot: SlotReference, _ result: csock_ring_completion_t) {
        // A buffer that nothing came into is lent again.
        if result.flags & UInt32(csock_IORING_CQE_F_BUFFER) != 0 {
            unsafe buffers.giveBack(Int32(truncatingIfNeeded: result.flags >> 16))
        }
        switch result.result {
        case -csock_ENOBUFS: starve(slot)
        case -csock_ECANCELED: if !slot.ring.contains(.detaching) { slot.wake(.read) }
        // Before Linux 6.0 all that were submitted so fail, also those after the first.
        case -csock_EINVAL where slot.ring.remove(.multishot) != nil && !slot.ring.contains(.ended):
            unsafe hasMultishot = false
            slot.wake(.read)
        // Another owner of the socket took it out of blocking mode, in which alone the kernel waits.
        case -csock_EAGAIN: makeDirect(slot)
        case 0: end(slot)
        default: fail(slot, result.result)
        }
    }

    private func makeDirect(_ slot: SlotReference) {
        slot.ring.insert(.direct)
        slot.wake(.read)
    }

    private func end(_ slot: SlotReference) {
        slot.ring.insert(.ended)
        slot.wake(.read)
    }

    /// It need not be the end: some errors of the network pass.
    private func fail(_ slot: SlotReference, _ error: Int32) {
        slot.slot.engine.error = error
        slot.wake(.read)
    }

    /// The receiver is behind: what else comes stays in the kernel, and the peer has to wait in the end.
    private func stopReceiving(_ slot: SlotReference) {
        guard slot.ring.contains(.receiving), !slot.ring.contains(.stopping) else { return }
        slot.ring.insert(.stopping)
        cancel(RingOperation(.receive, slot))
    }

    package func send(_ slot: SlotReference, _ memory: UnsafeBufferPointer<UInt8>) -> Int {
        // A result of nothing would look like none.
        guard slot.slot.state.contains(.isBytes), !memory.isEmpty else { return unsafe sendNow(slot, memory) }
        submit(slot) {
            $0.operation = UInt8(csock_IORING_OP_SEND)
            $0.descriptor = slot.slot.descriptor
            $0.address = UInt64(UInt(bitPattern: memory.baseAddress))
            $0.length = UInt32(clamping: memory.count)
            $0.operation_flags = UInt32(csock_MSG_NOSIGNAL)
            $0.user = RingOperation(.send, slot).user
        }
        return Attempt.inFlight
    }

    @inline(__always)
    func sent(_ slot: SlotReference, _ result: Int32) {
        if result == -csock_EAGAIN, slot.slot.write.cause == .ready { return awaitRoom(slot) }
        slot.complete(.write, Int(result))
    }

    /// Another owner of the socket took it out of blocking mode, in which alone the kernel waits: the sender tries again when
    /// there is room.
    @inline(never)
    private func awaitRoom(_ slot: SlotReference) {
        slot.slot.write.isInFlight = false
        _ = awaitReadiness(slot, .write)
    }

    package func interrupt(_ slot: SlotReference, _ direction: Direction) -> Bool {
        guard direction == .write, slot.slot.write.isInFlight else { return true }
        cancel(RingOperation(.send, slot))
        return false
    }

    package func detach(_ slot: SlotReference) -> Bool {
        slot.ring.remove([.starved, .delayedReadable, .delayedWritable])
        guard slot.slot.engine.pending > 0 else { return true }
        slot.ring.insert(.detaching)
        if slot.ring.contains(.receiving) { cancel(RingOperation(.receive, slot)) }
        if slot.ring.contains(.awaitingReadable) { cancel(RingOperation(.readable, slot)) }
        if slot.ring.contains(.awaitingWritable) { cancel(RingOperation(.writable, slot)) }
        return false
    }
}

// MARK: - What was received ahead

extension RingEngine {
    package var receivesAhead: Bool { true }

    package func endAhead(_ slot: SlotReference) -> Int {
        guard slot.slot.state.contains(.isBytes) else { return 0 }
        slot.ring.insert(.direct)
        stopReceiving(slot)
        let count = unsafe buffers.length(of: slot)
        if count > 0 { return count }
        return slot.ring.contains(.receiving) ? Attempt.pending : Int(slot.slot.engine.error)
    }

    package func peekAhead(_ slot: SlotReference, _ memory: UnsafeMutableBufferPointer<UInt8>) -> Int {
        unsafe buffers.peek(from: slot, to: memory)
    }

    package func leftovers(_ slot: SlotReference) -> Leftovers {
        var bytes: [UInt8] = []
        while slot.slot.engine.first >= 0 {
            var loan = Loan()
            let count = unsafe buffers.lend(from: slot, &loan)
            // So many bytes stand in the buffer, which is this function's until it is given back.
            unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(start: loan.memory, count: count))
            takeBack(loan)
        }
        return Leftovers(bytes: bytes)
    }

    /// Lends the buffers again that hold what nobody will take. The peer has to hear that, as it does when the kernel has the
    /// bytes: the close resets the connection.
    package func willClose(_ slot: SlotReference) {
        guard slot.slot.engine.first >= 0, slot.slot.descriptor >= 0 else { return }
        unsafe buffers.clear(slot)
        // Without a connection there is nobody to hear of it.
        try? Socket.lending(slot.slot.descriptor) { (socket) throws(SocketError) in try socket.prepareReset() }
    }
}

// MARK: - Sockets whose calls are repeated when they are ready

extension RingEngine {
    private func receiveNow(_ slot: SlotReference, _ memory: UnsafeMutableBufferPointer<UInt8>) -> Int {
        guard isReady(slot, .read) else { return wait(slot, .read) }
        // The memory is the caller's for the length of the call.
        let count = Kernel.retrying {
            unsafe csock_recv(slot.slot.descriptor, memory.baseAddress, memory.count, csock_MSG_DONTWAIT)
        }
        return count == -Int(csock_EAGAIN) ? wait(slot, .read) : count
    }

    private func receiveNow(_ slot: SlotReference, lending loan: inout Loan) -> Int {
        guard isReady(slot, .read) else { return wait(slot, .read) }
        let memory = unsafe pool.take()
        let room = unsafe UnsafeMutableBufferPointer(
            start: memory.assumingMemoryBound(to: UInt8.self), count: BufferPool.bufferSize)
        let count = unsafe receiveNow(slot, room)
        guard count > 0 else {
            unsafe pool.give(memory)
            return count
        }
        unsafe loan.memory = memory
        loan.count = count
        return count
    }

    private func sendNow(_ slot: SlotReference, _ memory: UnsafeBufferPointer<UInt8>) -> Int {
        guard isReady(slot, .write) else { return wait(slot, .write) }
        // The memory is the caller's for the length of the call.
        let count = Kernel.retrying {
            unsafe csock_send(slot.slot.descriptor, memory.baseAddress, memory.count, csock_MSG_NOSIGNAL)
        }
        return count == -Int(csock_EAGAIN) ? wait(slot, .write) : count
    }

    package func accept(_ slot: SlotReference, _ peer: inout SocketAddress) -> Int {
        guard isReady(slot, .read) else { return wait(slot, .read) }
        let result = Kernel.accept(slot.slot.descriptor, mode(for: slot.slot.state.subtracting(.listening)), &peer)
        return result == -Int(csock_EAGAIN) && !slot.hasStoppedListening ? wait(slot, .read) : slot.accepted(result)
    }

    package func isReady(_ slot: SlotReference, _ direction: Direction) -> Bool {
        slot.slot.state.contains(direction == .read ? .readable : .writable)
    }

    package func awaitReadiness(_ slot: SlotReference, _ direction: Direction) -> Int { wait(slot, direction) }
    package func reconsider(_ slot: SlotReference, _ direction: Direction) -> Int { wait(slot, direction) }

    private func wait(_ slot: SlotReference, _ direction: Direction) -> Int {
        slot.slot.state.remove(direction == .read ? [.readable, .ended] : .writable)
        let (kind, state): (RingOperation.Kind, RingState) =
            direction == .read ? (.readable, .awaitingReadable) : (.writable, .awaitingWritable)
        if !slot.ring.contains(state) {
            slot.ring.insert(state)
            watch(slot, kind)
        }
        return Attempt.pending
    }
}
#endif
