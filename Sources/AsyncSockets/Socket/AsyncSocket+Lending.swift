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
    /// The task holds no buffer while it waits, and on io_uring the bytes are where the kernel put them. All of them count as
    /// received, whatever `body` does with them; as long as it runs, the loop has less memory for others.
    /// Throws: as ``receive(into:within:)-(Array<UInt8>,_)``, and what `body` throws. C: recv(2)
    public func receive<Result>(
        within limit: TimeLimit = .forever, _ body: nonisolated(nonsending) (Span<UInt8>) async throws -> Result
    ) async throws -> Result {
        // The loop is kept: the memory is its own, also when somebody closes the socket meanwhile.
        let reference = reference, loop = reference.loop
        var loan = Loan()
        let count =
            loop.isCurrent
            ? try await reference.receive(lending: &loan, limit)
            : try await loop.actor.receive(reference.tenant, lending: &loan, reference.starting(limit))
        // The engine keeps its hands off the memory until it gets it back.
        let bytes = unsafe Span<UInt8>(_unsafeStart: loan.bytes, count: count)
        do {
            let result = try await body(bytes)
            loop.takeBack(loan)
            return result
        } catch {
            loop.takeBack(loan)
            throw error
        }
    }
}

extension SlotReference {
    func receive(lending loan: inout Loan, _ limit: TimeLimit) async throws(SocketError) -> Int {
        let limit = starting(limit)
        while true {
            let answer = receive(lending: &loan)
            if answer >= 0 { return answer }
            _ = try await afterAttempt(answer, .read, limit, .recv)
        }
    }

    private func receive(lending loan: inout Loan) -> Int {
        guard loop.isCurrent else { return Attempt.elsewhere }
        let obstacle = obstacle(.read)
        return obstacle == 0 ? loop.engine.receive(self, lending: &loan) : obstacle
    }
}

extension EventLoop {
    /// Gets lent memory back, from any thread.
    func takeBack(_ loan: consuming Loan) {
        guard unsafe loan.memory != nil else { return }
        if isCurrent { return engine.takeBack(loan) }
        tell(.takeBack(unsafe LoanNote(memory: loan.memory, token: loan.token)))
    }
}

extension Loan {
    /// Where the bytes are, or anywhere when there are none.
    fileprivate var bytes: UnsafePointer<UInt8> {
        guard let memory = unsafe memory else { return unsafe UnsafePointer(bitPattern: 1).unsafelyUnwrapped }
        return unsafe UnsafePointer(memory.assumingMemoryBound(to: UInt8.self))
    }
}
