public import Sockets

// Engines that receive ahead take bytes from the socket that calls on the socket itself would have got. Those calls are kept
// in order: the first of them ends that, what the engine has by then is handed out first, and the rest the calls find.

extension AsyncSocket {
    /// Takes out what the loop has received ahead of the receiver, and lets it receive no more ahead.
    ///
    /// On most engines that is nothing. It is for before receives by ``retrying(_:within:_:)`` on a stream that was received
    /// from by other means, and before a look at the mark of urgent data.
    /// Throws: `alreadyInProgress` while another task receives; `cancelled`, `closed`; what receiving had failed with.
    /// C: recv(2), as it was made before
    public func takeReceivedAhead() async throws(SocketError) -> [UInt8] {
        guard reference.loop.engine.receivesAhead else { return [] }
        return try await reference.takeAhead(.forever)
    }
}

extension SlotReference {
    /// Whether only the loop's thread can tell what is there, and this is another one.
    func mayHaveAheadElsewhere(_ isolation: (any Actor)?) -> Bool {
        loop.engine.receivesAhead && !loop.keepsCaller(isolation)
    }

    /// Receives of what the engine took in ahead: how many bytes, or nil when there is nothing, and calls see all.
    func receiveAhead(
        into buffer: inout [UInt8], _ flags: ReceiveFlags, _ limit: TimeLimit
    ) async throws(SocketError) -> Int? {
        // What is urgent, and errors of the network, are beside the bytes.
        guard loop.engine.receivesAhead, flags.isDisjoint(with: .besideBytes) else { return nil }
        let answer = try await endAhead(limit)
        // An error is gone when it was reported, here as in the kernel.
        return answer == 0 ? nil : try takeAhead(&buffer, isPeek: answer > 0 && flags.contains(.peek))
    }

    /// Copies what is there, or throws the error that is.
    private func takeAhead(_ buffer: inout [UInt8], isPeek: Bool) throws(SocketError) -> Int {
        let engine = loop.engine
        // The engine writes during the call only.
        let count = unsafe buffer.withUnsafeMutableBufferPointer { memory in
            unsafe isPeek ? engine.peekAhead(self, memory) : engine.receive(self, memory)
        }
        guard count >= 0 else { throw SocketError(.recv, negatedResult: count) }
        return count
    }

    /// Has the engine take in nothing more: how many bytes there are, or less than 0 for an error that `receive` reports.
    private func endAhead(_ limit: TimeLimit) async throws(SocketError) -> Int {
        while true {
            let obstacle = obstacle(.read)
            let answer = obstacle == 0 ? noting(loop.engine.endAhead(self), .read) : obstacle
            if answer >= 0 || obstacle == 0 && answer > Attempt.yield { return answer }
            _ = try await afterAttempt(answer, .read, limit, .recv)
        }
    }

    /// Whether the engine has bytes, or an error, that calls on the socket would not see.
    func hasSomethingAhead(_ limit: TimeLimit) async throws(SocketError) -> Bool {
        guard loop.engine.receivesAhead else { return false }
        return try await endAhead(limit) != 0
    }

    /// Throws `invalidInput` when the engine has bytes that calls on the socket would not see, and its error if it has one.
    func requireNothingAhead(_ limit: TimeLimit) async throws(SocketError) {
        let answer = try await endAhead(limit)
        if answer > 0 { throw .invalid(.recv, "\(answer) bytes came before this call: takeReceivedAhead has them") }
        var nothing: [UInt8] = [0]
        if answer < 0 { _ = try takeAhead(&nothing, isPeek: false) }
    }

    func takeAhead(_ limit: TimeLimit) async throws(SocketError) -> [UInt8] {
        guard loop.keepsCaller(#isolation) else { return try await loop.actor.takeAhead(tenant, limit) }
        var all: [UInt8] = []
        do throws(SocketError) {
            while case let count = try await endAhead(limit), count != 0 {
                if count < 0, !all.isEmpty { return all }
                var buffer = [UInt8](repeating: 0, count: max(1, count))
                all += buffer[..<(try takeAhead(&buffer, isPeek: false))]
            }
        } catch { if all.isEmpty { throw error } }
        // What had been taken out has to be handed out, whatever came then.
        return all
    }
}

extension LoopActor {
    func receive(
        _ slot: Tenant, _ buffer: inout [UInt8], _ flags: ReceiveFlags, _ limit: TimeLimit
    ) async throws(SocketError) -> Int {
        try await slot.require(.recv).receive(into: &buffer, flags, limit)
    }

    func receiveMessage(
        _ slot: Tenant, _ buffer: inout [UInt8], _ control: inout IncomingControl, _ flags: ReceiveFlags,
        _ limit: TimeLimit
    ) async throws(SocketError) -> ReceivedMessage {
        try await slot.require(.recvmsg).receiveMessage(into: &buffer, &control, flags, limit)
    }

    func wait(_ slot: Tenant, _ limit: TimeLimit) async throws(SocketError) {
        try await slot.require(.recv).wait(for: .read, limit)
    }

    /// The direction is held when it returns, as `waitAfterCall` does.
    func holdWithNothingAhead(_ slot: Tenant, _ limit: TimeLimit) async throws(SocketError) {
        let slot = try slot.require(.recv)
        try await slot.requireNothingAhead(limit)
        slot[.read].isBusy = true
    }

    fileprivate func takeAhead(_ slot: Tenant, _ limit: TimeLimit) async throws(SocketError) -> [UInt8] {
        try await slot.require(.recv).takeAhead(limit)
    }
}
