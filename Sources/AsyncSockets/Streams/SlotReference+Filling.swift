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
        let limit = starting(limit)
        var got = 0
        do throws(SocketError) {
            while got < least {
                let answer = receive(&buffer, from: start + got)
                if answer == 0 { return got }
                got += max(0, answer)
                if answer == Attempt.elsewhere {
                    return got + (try await loop.actor.fill(tenant, &buffer, start + got, least - got, limit))
                }
                if answer < 0 { _ = try await afterAttempt(answer, .read, limit, .recv) }
            }
        } catch { throw error.adding(transferred: got) }
        return got
    }

    private func receive(_ buffer: inout [UInt8], from start: Int) -> Int {
        guard loop.isCurrent else { return Attempt.elsewhere }
        let obstacle = obstacle(.read)
        guard obstacle == 0 else { return obstacle }
        // The engine writes during the call only, and within what it is told of.
        return unsafe buffer.withUnsafeMutableBufferPointer {
            unsafe noting(loop.engine.receive(self, UnsafeMutableBufferPointer(rebasing: $0[start...])), .read)
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
        guard loop.isCurrent else { return try await loop.actor.fill(self, &buffer, start, least, limit) }
        return try await require(.recv).fill(&buffer, from: start, atLeast: least, limit)
    }
}

extension SocketError {
    /// The error of an operation that had moved so many bytes before the step that failed.
    func adding(transferred count: Int) -> SocketError {
        count == 0 ? self : with(transferred: transferred + count)
    }
}
