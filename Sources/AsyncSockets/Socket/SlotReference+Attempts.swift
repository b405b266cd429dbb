internal import CSocketShim
public import Sockets

// One attempt of each operation, without waiting: a count, a negated errno, or a number of ``Attempt``.

extension SlotReference {
    @usableFromInline
    func receive(_ buffer: inout MutableSpan<UInt8>) -> Int {
        // The engine writes during the call only.
        unsafe buffer.withUnsafeMutableBufferPointer { memory in
            withLoop { unsafe $0.receive(self, memory) }
        }
    }

    @usableFromInline
    func send(_ bytes: Span<UInt8>) -> Int {
        // An operation in flight keeps the memory until its waiter goes on, and the caller lends it that long.
        unsafe bytes.withUnsafeBufferPointer { memory in
            withLoop { unsafe $0.send(self, memory) }
        }
    }

    func accept(_ peer: inout SocketAddress) -> Int {
        guard loop.runsCaller else { return Attempt.elsewhere }
        let obstacle = obstacle(.read)
        return obstacle == 0 ? noting(loop.engine.accept(self, &peer), .read) : obstacle
    }

    /// A call on the socket itself, which says by nil that it would have to wait.
    @usableFromInline
    func attempt(
        _ direction: Direction, _ call: () throws(SocketError) -> Int?
    ) throws(SocketError) -> Int {
        let obstacle = withLoop { $0.runsCaller ? self.obstacle(direction, on: $0) : Attempt.elsewhere }
        guard obstacle == 0 else { return obstacle }
        if isWorthACall(direction), let result = try call() { return result }
        return awaitReadiness(direction)
    }

    @inline(__always)
    private func isWorthACall(_ direction: Direction) -> Bool { withLoop { $0.engine.isReady(self, direction) } }
}

extension SlotReference {
    /// Begins a wait for another call to be worth a try.
    func awaitReadiness(_ direction: Direction) -> Int {
        let answer = withLoop { $0.engine.awaitReadiness(self, direction) }
        return answer == Attempt.pending ? pending(direction) : answer
    }
}

extension EventLoop {
    @inline(__always)
    func receive(_ slot: SlotReference, _ memory: UnsafeMutableBufferPointer<UInt8>) -> Int {
        guard runsCaller else { return Attempt.elsewhere }
        let obstacle = slot.obstacle(.read, on: self)
        guard obstacle == 0 else { return obstacle }
        unsafe slot.slot.latestMemory = UnsafeMutableRawPointer(memory.baseAddress)
        slot.slot.latestRoom = UInt32(clamping: memory.count)
        return unsafe slot.noting(engine.receive(slot, memory), .read, isFilling: true)
    }

    @inline(__always)
    fileprivate func send(_ slot: SlotReference, _ memory: UnsafeBufferPointer<UInt8>) -> Int {
        guard runsCaller else { return Attempt.elsewhere }
        let obstacle = slot.obstacle(.write, on: self)
        return obstacle == 0 ? unsafe slot.noting(engine.send(slot, memory), .write) : obstacle
    }
}
