internal import Sockets

// Receives of several steps. A task that runs elsewhere makes all of them in one visit to the loop, because between two
// visits its socket could be closed.

extension SlotReference {
    /// Receives over the bytes from `start` on, until at least so many have come or the stream ends; returns how many came.
    ///
    /// Those that had come before an error are counted by its `transferred`, and stand in the buffer.
    func fill(
        _ buffer: inout [UInt8], from start: Int, atLeast least: Int, _ limit: TimeLimit
    ) async throws(SocketError) -> Int {
        let limit = starting(limit), tenancy = generation
        guard isSteady(#isolation) else { return try await loop.actor.fill(tenant, &buffer, start, least, limit) }
        var got = 0
        do throws(SocketError) {
            while got < least {
                var answer = receive(&buffer, from: start + got)
                if answer == Attempt.elsewhere {
                    return got + (try await loop.actor.fill(tenant, &buffer, start + got, least - got, limit))
                }
                if answer < 0 { answer = try await afterAttempt(answer, .read, limit, .recv) ?? answer }
                if answer == 0 { return got }
                got += max(0, answer)
                // What had come when it was closed counts; the slot may be another one's by now.
                guard generation == tenancy || got >= least else { throw SocketError(.recv, .closed) }
            }
        } catch { throw error.adding(transferred: got) }
        return got
    }

    private func receive(_ buffer: inout [UInt8], from start: Int) -> Int {
        // The engine writes within what it is told of.
        unsafe buffer.withUnsafeMutableBufferPointer { memory in
            withLoop { unsafe $0.receive(self, UnsafeMutableBufferPointer(rebasing: memory[start...])) }
        }
    }
}

extension LoopActor {
    func fill(
        _ slot: Tenant, _ buffer: inout [UInt8], _ start: Int, _ least: Int, _ limit: TimeLimit
    ) async throws(SocketError) -> Int {
        try await slot.require(.recv).fill(&buffer, from: start, atLeast: least, limit)
    }
}

extension Tenant {
    /// As for a slot, in one visit to the loop from wherever the task runs.
    func fill(
        _ buffer: inout [UInt8], from start: Int, atLeast least: Int, _ limit: TimeLimit
    ) async throws(SocketError) -> Int {
        guard loop.keepsCaller(#isolation) else { return try await loop.actor.fill(self, &buffer, start, least, limit) }
        return try await require(.recv).fill(&buffer, from: start, atLeast: least, limit)
    }
}

extension SocketError {
    /// The error of an operation that had moved so many bytes before the step that failed.
    func adding(transferred count: Int) -> SocketError {
        count == 0 ? self : with(transferred: transferred + count)
    }
}
