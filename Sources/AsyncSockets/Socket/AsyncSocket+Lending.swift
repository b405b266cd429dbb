internal import Sockets

extension AsyncSocket {
    /// Receives bytes into memory of the loop, and lends them to `body`: none at the end of a stream.
    ///
    /// ```swift
    /// while try await client.receive({ bytes async throws in
    ///     try await client.sendAll(bytes)
    ///     return bytes.count
    /// }) > 0 {}
    /// ```
    ///
    /// The task holds no buffer while it waits. On io_uring the bytes of a TCP stream for which the ring receives ahead are
    /// where the kernel put them. All of them count as received, whatever `body` does with them; as long as it runs, the loop
    /// has less memory for others.
    /// Throws: as ``receive(into:within:)-(Array<UInt8>,_)``, and what `body` throws. C: recv(2)
    @inlinable
    public func receive<Result>(
        within limit: TimeLimit = .forever, _ body: nonisolated(nonsending) (Span<UInt8>) async throws -> Result
    ) async throws -> Result {
        // The loop is kept: the memory is its own, also when somebody closes the socket meanwhile.
        let keeper = reference.keeper
        var loan = Loan()
        try await reference.lend(&loan, limit)
        do {
            let result = try await body(loan.bytes)
            keeper.takeBack(loan)
            return result
        } catch {
            keeper.takeBack(loan)
            throw error
        }
    }
}

extension SlotReference {
    /// The loop, held.
    @usableFromInline
    var keeper: EventLoop { loop }

    /// Received bytes, in memory that is to be given back.
    @usableFromInline
    func lend(_ loan: inout Loan, _ limit: TimeLimit) async throws(SocketError) {
        loan.count = receive(lending: &loan)
        if loan.count >= 0 { return }
        guard loan.count != Attempt.elsewhere, isSteady(#isolation) else {
            return try await lendElsewhere(&loan, limit)
        }
        try await lend(&loan, after: loan.count, limit)
    }

    /// What follows a first attempt that gave nothing.
    @inline(__always)
    func lend(_ loan: inout Loan, after first: Int, _ limit: TimeLimit) async throws(SocketError) {
        let limit = starting(limit)
        loan.count = first
        while loan.count < 0 {
            _ = try await afterAttempt(loan.count, .read, limit, .recv)
            loan.count = receive(lending: &loan)
        }
    }

    // Apart, so that the others need not look after each wait whether they are still in the loop's thread.
    @inline(never)
    private func lendElsewhere(_ loan: inout Loan, _ limit: TimeLimit) async throws(SocketError) {
        try await loop.actor.lend(tenant, &loan, starting(limit))
    }

    private func receive(lending loan: inout Loan) -> Int {
        withLoop { loop in
            guard loop.runsCaller else { return Attempt.elsewhere }
            let obstacle = obstacle(.read, on: loop)
            return obstacle == 0 ? noting(loop.engine.receive(self, lending: &loan), .read) : obstacle
        }
    }
}

extension EventLoop {
    /// Gets lent memory back, from any thread.
    @usableFromInline
    func takeBack(_ loan: borrowing Loan) {
        guard unsafe loan.memory != nil else { return }
        let note = unsafe LoanNote(memory: loan.memory, token: loan.token)
        if isCurrent { engine.takeBack(note.loan) } else { tell(.takeBack(note)) }
    }
}

extension Loan {
    /// The bytes. The engine keeps its hands off them until it gets the memory back.
    @usableFromInline
    var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            // Without memory there are no bytes, and no address is looked at.
            let start = unsafe memory ?? UnsafeMutableRawPointer(bitPattern: 1).unsafelyUnwrapped
            let bytes = unsafe Span<UInt8>(_unsafeStart: start.assumingMemoryBound(to: UInt8.self), count: count)
            return unsafe _overrideLifetime(bytes, borrowing: self)
        }
    }
}
