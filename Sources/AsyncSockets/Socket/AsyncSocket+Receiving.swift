public import Sockets

extension AsyncSocket {
    /// Receives bytes over those the array has, and returns how many came: 0 at the end of a stream.
    ///
    /// Throws: `invalidInput` for an empty array; `timedOut`, `cancelled`, `closed`, none of which loses anything;
    /// `alreadyInProgress` while another task receives; otherwise as `recv`. C: recv(2)
    @inlinable
    @inline(__always)
    public func receive(into buffer: inout [UInt8], within limit: TimeLimit = .forever) async throws(SocketError)
        -> Int
    {
        if buffer.isEmpty { throw noRoom() }
        let reference = reference
        var span = buffer.mutableSpan
        let answer = reference.receive(&span)
        if answer >= 0 { return answer }
        return try await reference.receive(after: answer, into: &buffer, limit)
    }

    /// Receives bytes over those the inline array has; otherwise as for an array. C: recv(2)
    @inlinable
    @inline(__always)
    public func receive<let count: Int>(
        into buffer: inout InlineArray<count, UInt8>, within limit: TimeLimit = .forever
    ) async throws(SocketError) -> Int {
        if count == 0 { throw noRoom() }
        let reference = reference
        var span = buffer.mutableSpan
        let answer = reference.receive(&span)
        if answer >= 0 { return answer }
        return try await reference.receive(after: answer, into: &buffer, limit)
    }
}

extension SlotReference {
    /// What follows an attempt that gave no count.
    @usableFromInline
    func receiveSlowly(
        _ first: Int, into buffer: inout [UInt8], _ limit: TimeLimit
    ) async throws(SocketError) -> Int {
        guard isSteady(#isolation) else { return try await receiveElsewhere(after: first, into: &buffer, limit) }
        let limit = starting(limit)
        var answer = first
        while answer < 0 {
            if let count = try await afterAttempt(answer, .read, limit, .recv) { return count }
            var span = buffer.mutableSpan
            answer = receive(&span)
        }
        return answer
    }
}

extension SlotReference {
    @usableFromInline
    func receiveSlowly<let count: Int>(
        _ first: Int, into buffer: inout InlineArray<count, UInt8>, _ limit: TimeLimit
    ) async throws(SocketError) -> Int {
        guard isSteady(#isolation) else { return try await receiveElsewhere(after: first, into: &buffer, limit) }
        let limit = starting(limit)
        var answer = first
        while answer < 0 {
            if let count = try await afterAttempt(answer, .read, limit, .recv) { return count }
            var span = buffer.mutableSpan
            answer = receive(&span)
        }
        return answer
    }
}

extension SlotReference {
    /// What follows an attempt that gave no count, also of a task that runs elsewhere.
    @inlinable
    @inline(__always)
    func receive(
        after answer: Int, into buffer: inout [UInt8], _ limit: TimeLimit
    ) async throws(SocketError) -> Int {
        if answer == Attempt.elsewhere { return try await receiveElsewhere(after: answer, into: &buffer, limit) }
        return try await receiveSlowly(answer, into: &buffer, limit)
    }

    @inlinable
    @inline(__always)
    func receive<let count: Int>(
        after answer: Int, into buffer: inout InlineArray<count, UInt8>, _ limit: TimeLimit
    ) async throws(SocketError) -> Int {
        if answer == Attempt.elsewhere { return try await receiveElsewhere(after: answer, into: &buffer, limit) }
        return try await receiveSlowly(answer, into: &buffer, limit)
    }

    @usableFromInline
    func receiveElsewhere(
        after first: Int, into buffer: inout [UInt8], _ limit: TimeLimit
    ) async throws(SocketError) -> Int {
        try await loop.actor.receive(tenant, after: first, into: &buffer, starting(limit))
    }

    @usableFromInline
    func receiveElsewhere<let count: Int>(
        after first: Int, into buffer: inout InlineArray<count, UInt8>, _ limit: TimeLimit
    ) async throws(SocketError) -> Int {
        try await loop.actor.receive(tenant, after: first, into: &buffer, starting(limit))
    }
}

@usableFromInline
func noRoom() -> SocketError {
    .invalid(.recv, "the buffer has no room: receiving 0 bytes would look like the end of the stream")
}
