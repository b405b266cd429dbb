internal import CSocketShim
internal import Sockets

// One attempt of each operation, without waiting: a count, a negated errno, or a number of ``Attempt``.

extension SlotReference {
    @usableFromInline
    func receive(_ buffer: inout MutableSpan<UInt8>) -> Int {
        guard loop.isCurrent else { return Attempt.elsewhere }
        let obstacle = obstacle(.read)
        guard obstacle == 0 else { return obstacle }
        // The engine writes during the call only.
        return unsafe buffer.withUnsafeMutableBufferPointer { unsafe loop.engine.receive(self, $0) }
    }

    @usableFromInline
    func send(_ bytes: Span<UInt8>) -> Int {
        guard loop.isCurrent else { return Attempt.elsewhere }
        let obstacle = obstacle(.write)
        guard obstacle == 0 else { return obstacle }
        // An operation in flight keeps the memory until its waiter goes on, and the caller lends it that long.
        return unsafe bytes.withUnsafeBufferPointer { unsafe loop.engine.send(self, $0) }
    }

    func accept(_ peer: inout SocketAddress) -> Int {
        guard loop.isCurrent else { return Attempt.elsewhere }
        let obstacle = obstacle(.read)
        return obstacle == 0 ? loop.engine.accept(self, &peer) : obstacle
    }

    /// A call on the socket itself, which says by nil that it would have to wait.
    func attempt(
        _ direction: Direction, _ call: (borrowing Socket) throws(SocketError) -> Int?
    ) throws(SocketError) -> Int {
        guard loop.isCurrent else { return Attempt.elsewhere }
        let obstacle = obstacle(direction)
        guard obstacle == 0 else { return obstacle }
        if loop.engine.isReady(self, direction) {
            let result = try Socket.lending(slot.descriptor, call)
            if let result { return result }
        }
        loop.engine.awaitReadiness(self, direction)
        return Attempt.pending
    }
}
