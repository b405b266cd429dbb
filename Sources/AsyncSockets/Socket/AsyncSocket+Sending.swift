public import Sockets

extension AsyncSocket {
    /// Sends bytes and returns how many the kernel took, which can be fewer than given.
    ///
    /// Throws: `brokenPipe`, `connectionReset`; `timedOut`, `cancelled`, `closed` when nothing was sent;
    /// `alreadyInProgress` while another task sends. C: send(2)
    @inlinable
    @inline(__always)
    public func send(_ bytes: Span<UInt8>, within limit: TimeLimit = .forever) async throws(SocketError) -> Int {
        let reference = reference
        let answer = reference.send(bytes)
        if answer >= 0 { return answer }
        return try await reference.sendSlowly(answer, bytes, limit)
    }

    /// Sends all bytes, in as many steps as it takes.
    ///
    /// Throws: as `send`; the error's `transferred` says how many bytes had gone. After `timedOut` or `cancelled` in the
    /// midst of them the peer has a part, so most protocols have to close then. C: send(2), repeated
    @inlinable
    @inline(__always)
    public func sendAll(_ bytes: Span<UInt8>, within limit: TimeLimit = .forever) async throws(SocketError) {
        if bytes.isEmpty { return }
        let reference = reference
        let answer = reference.send(bytes)
        if answer != bytes.count { try await reference.sendRest(answer, bytes, limit) }
    }
}

extension SlotReference {
    @usableFromInline
    func sendSlowly(_ first: Int, _ bytes: Span<UInt8>, _ limit: TimeLimit) async throws(SocketError) -> Int {
        let limit = starting(limit)
        guard first != Attempt.elsewhere, isSteady(#isolation) else {
            return try await loop.actor.send(tenant, after: first, bytes, limit)
        }
        var answer = first
        while answer < 0 {
            if let count = try await afterAttempt(answer, .write, limit, .send) { return count }
            answer = send(bytes)
        }
        return answer
    }

    /// What follows a first attempt that did not send all.
    @usableFromInline
    func sendRest(_ first: Int, _ bytes: Span<UInt8>, _ limit: TimeLimit) async throws(SocketError) {
        guard first != Attempt.elsewhere, isSteady(#isolation) else {
            // Nobody else's bytes come behind the part that has gone.
            if first >= 0 { self[.write].isBusy = true }
            return try await sendElsewhere(after: first, bytes, limit)
        }
        let limit = starting(limit), tenancy = generation
        var (sent, answer) = (max(0, first), first)
        do throws(SocketError) {
            while sent < bytes.count {
                if answer < 0 {
                    sent += try await afterAttempt(answer, .write, limit, .send) ?? 0
                    if sent == bytes.count { return }
                    // What had been sent when it was closed counts; the slot may be another one's by now.
                    guard generation == tenancy else { throw SocketError(.send, .closed) }
                }
                answer = send(bytes.extracting(sent...))
                sent += max(0, answer)
            }
        } catch { throw error.with(transferred: sent) }
    }

    // Apart, to keep the frame of the others small.
    @inline(never)
    private func sendElsewhere(
        after first: Int, _ bytes: Span<UInt8>, _ limit: TimeLimit
    ) async throws(SocketError) {
        try await loop.actor.sendRest(tenant, after: first, bytes, starting(limit))
    }
}
