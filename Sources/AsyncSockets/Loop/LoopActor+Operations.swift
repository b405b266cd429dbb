internal import Sockets

// The operations of tasks that run elsewhere: the same ones, on the loop's thread, from the begin or after a first attempt there.
extension LoopActor {
    func receive(
        _ slot: Tenant, after first: Int, into buffer: inout [UInt8], _ limit: TimeLimit
    ) async throws(SocketError) -> Int {
        let slot = try slot.require(.recv)
        var span = buffer.mutableSpan
        let answer = first == Attempt.elsewhere ? slot.receive(&span) : first
        return answer >= 0 ? answer : try await slot.receiveSlowly(answer, into: &buffer, limit)
    }

    func receive<let count: Int>(
        _ slot: Tenant, after first: Int, into buffer: inout InlineArray<count, UInt8>, _ limit: TimeLimit
    ) async throws(SocketError) -> Int {
        let slot = try slot.require(.recv)
        var span = buffer.mutableSpan
        let answer = first == Attempt.elsewhere ? slot.receive(&span) : first
        return answer >= 0 ? answer : try await slot.receiveSlowly(answer, into: &buffer, limit)
    }

    func send(
        _ slot: Tenant, after first: Int, _ bytes: Span<UInt8>, _ limit: TimeLimit
    ) async throws(SocketError) -> Int {
        let slot = try slot.require(.send)
        let answer = first == Attempt.elsewhere ? slot.send(bytes) : first
        return answer >= 0 ? answer : try await slot.sendSlowly(answer, bytes, limit)
    }

    func sendRest(
        _ slot: Tenant, after first: Int, _ bytes: Span<UInt8>, _ limit: TimeLimit
    ) async throws(SocketError) {
        let slot = try slot.require(.send)
        if first >= 0 { slot[.write].isBusy = false }
        // A close may have waited for that.
        defer { slot.settle() }
        let answer = first == Attempt.elsewhere ? slot.send(bytes) : first
        if answer != bytes.count { try await slot.sendRest(answer, bytes, limit) }
    }

    func lend(_ slot: Tenant, _ loan: inout Loan, _ limit: TimeLimit) async throws(SocketError) {
        let slot = try slot.require(.recv)
        if loan.count == Attempt.elsewhere { return try await slot.lend(&loan, limit) }
        try await slot.lend(&loan, after: loan.count, limit)
    }

    func accept(
        _ slot: Tenant, _ limit: TimeLimit, onto other: EventLoop?
    ) async throws(SocketError) -> SlotReference {
        let slot = try slot.require(.accept)
        return try await slot.accept(limit, onto: other)
    }

    /// Waits after a call of another thread that would have to wait, unless something came since. The direction is held
    /// when it returns, so that the socket stays open for the next call, until `leave` or `waitAgain`.
    func waitAfterCall(
        _ slot: Tenant, _ direction: Direction, _ limit: TimeLimit
    ) async throws(SocketError) {
        let slot = try slot.require(direction.operation)
        let obstacle = slot.obstacle(direction)
        var answer = obstacle == 0 ? slot.loop.engine.reconsider(slot, direction) : obstacle
        if answer != 0 {
            if answer == Attempt.pending { answer = slot.pending(direction) }
            _ = try await slot.afterAttempt(answer, direction, limit, direction.operation)
        } else {
            // Each call may make the next event.
            if Task.isCancelled { throw SocketError(direction.operation, .cancelled) }
            if limit.nanoseconds <= slot.loop.engine.now { throw SocketError(direction.operation, .timedOut) }
        }
        slot[direction].isBusy = true
    }

    /// Waits after a call that the task made on the loop's thread, and holds the direction as `waitAfterCall` does.
    func waitOut(
        _ slot: Tenant, after answer: Int, _ direction: Direction, _ limit: TimeLimit
    ) async throws(SocketError) {
        let slot = try slot.require(direction.operation)
        _ = try await slot.afterAttempt(answer, direction, limit, direction.operation)
        slot[direction].isBusy = true
    }

    /// Holds a direction for calls of another thread, until `leave` or `waitAgain`.
    func hold(_ slot: Tenant, _ direction: Direction) async throws(SocketError) {
        let slot = try slot.require(direction.operation), obstacle = slot.obstacle(direction)
        if obstacle != 0 { _ = try await slot.afterAttempt(obstacle, direction, .forever, direction.operation) }
        slot[direction].isBusy = true
    }

    /// As `waitAfterCall`, on a direction that is held already.
    func waitAgain(_ slot: Tenant, _ direction: Direction, _ limit: TimeLimit) async throws(SocketError) {
        // After this there is no socket, if a close had waited for the hold.
        try slot.require(direction.operation).leave(direction)
        try await waitAfterCall(slot, direction, limit)
    }

    func sleep(_ loop: EventLoop, _ limit: TimeLimit) async throws(SocketError) { try await loop.pause(limit) }
}

/// A slot, as long as its present owner has it.
///
/// A task that is on its way to the loop has suspended, so that another one can close the socket meanwhile, such as an
/// actor's whose optional property it is.
struct Tenant {
    private let reference: SlotReference
    private let generation: UInt32
    /// The slot's memory is the loop's.
    let loop: EventLoop

    /// The present tenant. Called before a suspension, by the one who borrows the socket.
    init(_ reference: SlotReference) {
        self.reference = reference
        generation = reference.generation
        loop = reference.loop
    }

    /// The slot, on the loop's thread; throws `closed` when the tenant or the loop is gone.
    func require(_ operation: SocketError.Operation) throws(SocketError) -> SlotReference {
        guard !loop.isOver, reference.generation == generation else { throw SocketError(operation, .closed) }
        return reference
    }
}

extension SlotReference {
    /// What other tasks have to name the slot by.
    var tenant: Tenant { Tenant(self) }

    /// Throws `closed` when there is no loop any more.
    func requireLoop(_ operation: SocketError.Operation) throws(SocketError) {
        if loop.isOver { throw SocketError(operation, .closed) }
    }
}
