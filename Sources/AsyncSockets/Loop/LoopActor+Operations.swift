internal import Sockets

// The operations of tasks that run elsewhere: the same ones, on the loop's thread.
extension LoopActor {
    func receive(
        _ slot: SlotReference, into buffer: inout [UInt8], _ limit: TimeLimit
    ) async throws(SocketError) -> Int {
        try slot.requireLoop(.recv)
        var span = buffer.mutableSpan
        let answer = slot.receive(&span)
        return answer >= 0 ? answer : try await slot.receiveSlowly(answer, into: &buffer, limit)
    }

    func receive<let count: Int>(
        _ slot: SlotReference, into buffer: inout InlineArray<count, UInt8>, _ limit: TimeLimit
    ) async throws(SocketError) -> Int {
        try slot.requireLoop(.recv)
        var span = buffer.mutableSpan
        let answer = slot.receive(&span)
        return answer >= 0 ? answer : try await slot.receiveSlowly(answer, into: &buffer, limit)
    }

    func send(_ slot: SlotReference, _ bytes: Span<UInt8>, _ limit: TimeLimit) async throws(SocketError) -> Int {
        try slot.requireLoop(.send)
        let answer = slot.send(bytes)
        return answer >= 0 ? answer : try await slot.sendSlowly(answer, bytes, limit)
    }

    func sendRest(_ slot: SlotReference, _ bytes: Span<UInt8>, _ limit: TimeLimit) async throws(SocketError) {
        try slot.requireLoop(.send)
        let answer = slot.send(bytes)
        if answer != bytes.count { try await slot.sendRest(answer, bytes, limit) }
    }

    func receive(
        _ slot: SlotReference, lending loan: inout Loan, _ limit: TimeLimit
    ) async throws(SocketError) -> Int {
        try slot.requireLoop(.recv)
        return try await slot.receive(lending: &loan, limit)
    }

    func accept(_ slot: SlotReference, _ limit: TimeLimit) async throws(SocketError) -> Accepted {
        try slot.requireLoop(.accept)
        return try await slot.accept(limit)
    }

    /// Waits after a call of another thread that would have to wait, unless something came since.
    func waitAfterCall(
        _ slot: SlotReference, _ direction: Direction, _ limit: TimeLimit
    ) async throws(SocketError) {
        try slot.requireLoop(direction.operation)
        let obstacle = slot.obstacle(direction)
        if obstacle == 0, slot.loop.engine.reconsider(slot, direction) { return }
        _ = try await slot.afterAttempt(
            obstacle == 0 ? Attempt.pending : obstacle, direction, limit, direction.operation)
    }

    func sleep(_ loop: EventLoop, _ limit: TimeLimit) async throws(SocketError) { try await loop.pause(limit) }
}

extension SlotReference {
    /// Throws `closed` when there is no loop any more.
    func requireLoop(_ operation: SocketError.Operation) throws(SocketError) {
        if loop.isOver { throw SocketError(operation, .closed) }
    }
}
