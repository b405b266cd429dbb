internal import CSocketShim
internal import Sockets

extension EventLoop {
    /// Looks after a descriptor, which it owns from now on, or keeps time for -1. From any thread.
    ///
    /// Throws: `outOfMemory`, and on the loop's thread what the engine says; from elsewhere, the first operation throws
    /// that. The descriptor is closed then.
    func open(_ descriptor: Int32, _ state: Slot.State) throws(SocketError) -> SlotReference {
        // What would begin while the loop ends is not among what is ended, and would hold the end up.
        let isTooLate = isCurrent ? unsafe isEnding : isOver
        guard !isTooLate, let slot = slots.take(self) else {
            _ = engine.close(descriptor)
            throw SocketError(.socket, isTooLate ? .closed : .outOfMemory)
        }
        // Given back by `vacate`: a slot in use keeps its loop.
        _ = unsafe Unmanaged.passRetained(self)
        slot.slot.occupy(descriptor, state.union(.unattached))
        guard isCurrent else {
            tell(.attach(slot, generation: slot.slot.generation))
            return slot
        }
        let error = attach(slot)
        guard error < 0 else { return slot }
        release(slot)
        throw SocketError(.socket, negatedResult: Int(error))
    }

    /// Lets the engine look after a slot: 0 or a negated errno, which the slot's operations answer from now on.
    func attach(_ slot: SlotReference) -> Int32 {
        slot.slot.state.remove(.unattached)
        slot.slot.isKnown = true
        guard slot.slot.descriptor >= 0 else { return 0 }
        let error = engine.attach(slot)
        if error < 0 {
            slot.slot.failure = error
            slot.slot.state.insert([.failed, .detached])
        }
        return error
    }

    /// The owner is gone: ends what goes on, closes, and frees the slot when nobody is in it any more.
    func release(_ slot: SlotReference) {
        slot.slot.state.insert(.released)
        close(slot)
    }

    /// Ends what goes on, and closes when it has ended.
    func close(_ slot: SlotReference) {
        let before = slot.slot.state
        slot.slot.state.insert(.closing)
        slot.interrupt(.read, .closed)
        slot.interrupt(.write, .closed)
        if before.isDisjoint(with: [.closing, .detached]) { detach(slot) }
        slot.settle()
    }

    private func detach(_ slot: SlotReference) {
        let isUnknown = slot.slot.descriptor < 0 || slot.slot.state.contains(.unattached)
        if isUnknown || engine.detach(slot) { slot.slot.state.insert(.detached) }
    }

    /// Frees a slot that nobody uses any more.
    func vacate(_ slot: SlotReference) {
        unsafe timers.remove(slot)
        giveBack(slot)
        unsafe Unmanaged.passUnretained(self).release()
    }

    /// The owner is gone after the loop: what was left is the descriptor, and the reference to the loop.
    func abandon(_ slot: SlotReference) {
        remains.withLock { engine.willClose(slot) }
        let result = slot.slot.closeDescriptor(), closer = unsafe slot.slot.closer.take()
        giveBack(slot)
        if let closer = unsafe closer { unsafe closer.resume(returning: result) }
        unsafe Unmanaged.passUnretained(self).release()
    }

    private func giveBack(_ slot: SlotReference) {
        slot.slot.generation &+= 1
        slot.slot.state = []
        slot.slot.isKnown = false
        _ = slot.takePeer()
        slots.give(slot)
    }
}
