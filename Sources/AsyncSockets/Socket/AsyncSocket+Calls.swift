public import Sockets

// Operations made by a call on the socket itself, which is repeated when the socket is ready.

extension AsyncSocket {
    /// Makes a call that does not wait, until it does not say nil. The socket is lent for each call.
    ///
    /// For what this library has no method for: the call has to carry `.dontWait` or be one that never waits, and gives nil
    /// for `wouldBlock`. `timedOut`, `cancelled` and `closed` come between two calls, never instead of the result of one.
    /// Throws also `invalidInput` for a receive while the loop has bytes that it received ahead, which
    /// ``takeReceivedAhead()`` hands out. C: poll(2), and the call with MSG_DONTWAIT
    public func retrying<Result>(
        _ direction: TransferDirection, within limit: TimeLimit = .forever,
        _ call: (borrowing Socket) throws(SocketError) -> Result?
    ) async throws(SocketError) -> Result {
        let reference = reference
        try reference.requireKernel(direction.side.operation)
        let limit = reference.starting(limit)
        let lending = { () throws(SocketError) in try Socket.lending(reference.descriptor, call) }
        guard direction == .receive, reference.loop.engine.receivesAhead else {
            return try await reference.retryingAlone(direction.side, limit, lending)
        }
        return try await reference.retryingWithNothingAhead(limit, lending)
    }

    /// Receives with flags, such as `.peek`; otherwise as without.
    ///
    /// An urgent byte is lost when the loop receives ahead past it, which ``takeReceivedAhead()`` ends. C: recv(2)
    public func receive(
        into buffer: inout [UInt8], flags: ReceiveFlags, within limit: TimeLimit = .forever
    ) async throws(SocketError) -> Int {
        if buffer.isEmpty { throw noRoom() }
        if flags.isEmpty { return try await receive(into: &buffer, within: limit) }
        return try await reference.receive(into: &buffer, flags, reference.starting(limit))
    }

    /// Sends with flags, such as `.more`; returns how many bytes the kernel took. Otherwise as without. C: send(2)
    public func send(
        _ bytes: Span<UInt8>, flags: SendFlags, within limit: TimeLimit = .forever
    ) async throws(SocketError) -> Int {
        let reference = reference
        return try await reference.countingAlone(.write, limit) { () throws(SocketError) in
            try reference.sendIfReady(bytes, flags: flags)
        }
    }

    /// Receives bytes over those of the array and, into `control`, what came beside them.
    ///
    /// Bytes that the loop had received ahead of the first such call come without. Throws: as
    /// ``receive(into:within:)-(Array<UInt8>,_)``. C: recvmsg(2)
    public func receiveMessage(
        into buffer: inout [UInt8], control: inout IncomingControl, flags: ReceiveFlags = [],
        within limit: TimeLimit = .forever
    ) async throws(SocketError) -> ReceivedMessage {
        try await reference.receiveMessage(into: &buffer, &control, flags, reference.starting(limit))
    }

    /// Sends bytes with control messages, to the peer. Throws: as the synchronous call, and as ``send(_:within:)``.
    /// C: sendmsg(2)
    public func sendMessage(
        _ bytes: Span<UInt8>, control: OutgoingControl = .init(capacity: 0), flags: SendFlags = [],
        within limit: TimeLimit = .forever
    ) async throws(SocketError) -> Int {
        try await sendMessage(bytes, control, .none, flags, limit)
    }

    /// Sends a datagram with control messages, to an address. Throws: as the synchronous call, and as
    /// ``send(_:within:)``. C: sendmsg(2)
    public func sendMessage(
        _ bytes: Span<UInt8>, control: OutgoingControl = .init(capacity: 0), to address: some SocketAddressProtocol,
        flags: SendFlags = [], within limit: TimeLimit = .forever
    ) async throws(SocketError) -> Int {
        try await sendMessage(bytes, control, try address.encoded(), flags, limit)
    }

    private func sendMessage(
        _ bytes: Span<UInt8>, _ control: OutgoingControl, _ target: SocketAddress, _ flags: SendFlags,
        _ limit: TimeLimit
    ) async throws(SocketError) -> Int {
        let reference = reference
        if reference.isPatient(with: target) {
            let message = AddressedMessage(target: target, control: control, flags: flags)
            return try await reference.sendPatiently(bytes, message, limit)
        }
        return try await reference.countingAlone(.write, limit) { () throws(SocketError) in
            try reference.sendMessageIfReady(bytes, control: control, to: target, flags: flags)
        }
    }

    /// Waits until a call in this direction is worth a try: it may still find nothing.
    ///
    /// Throws: `timedOut`, `cancelled`, `closed`; `alreadyInProgress`. It takes nothing, so nothing is lost. C: poll(2)
    public func wait(for direction: TransferDirection, within limit: TimeLimit = .forever) async throws(SocketError) {
        try await reference.wait(for: direction.side, reference.starting(limit))
    }
}

extension SlotReference {
    /// What is known of readiness is about bytes; the next call is worth a try whatever that is.
    private func forgetReadiness() { if loop.runsCaller { slot.state.insert(.readable) } }

    func receive(
        into buffer: inout [UInt8], _ flags: ReceiveFlags, _ limit: TimeLimit
    ) async throws(SocketError) -> Int {
        if mayHaveAheadElsewhere(#isolation) { return try await loop.actor.receive(tenant, &buffer, flags, limit) }
        if let count = try await receiveAhead(into: &buffer, flags, limit) { return count }
        if !flags.isDisjoint(with: .besideBytes) { forgetReadiness() }
        return try await countingAlone(.read, limit) { () throws(SocketError) in
            try receiveIfReady(into: &buffer, flags: flags)
        }
    }

    func receiveMessage(
        into buffer: inout [UInt8], _ control: inout IncomingControl, _ flags: ReceiveFlags, _ limit: TimeLimit
    ) async throws(SocketError) -> ReceivedMessage {
        if mayHaveAheadElsewhere(#isolation) {
            return try await loop.actor.receiveMessage(tenant, &buffer, &control, flags, limit)
        }
        if let count = try await receiveAhead(into: &buffer, flags, limit) {
            control.clear()
            return ReceivedMessage(count: count, sender: .none, flags: [])
        }
        if !flags.isDisjoint(with: .besideBytes) { forgetReadiness() }
        return try await retryingAlone(.read, limit) { () throws(SocketError) in
            try receiveMessageIfReady(into: &buffer, control: &control, flags: flags)
        }
    }

    func wait(for direction: Direction, _ limit: TimeLimit) async throws(SocketError) {
        if direction == .read {
            if mayHaveAheadElsewhere(#isolation) { return try await loop.actor.wait(tenant, limit) }
            if try await hasSomethingAhead(limit) { return }
        }
        try await retrying(direction, limit) { () throws(SocketError) in try isReady(direction) ? () : nil }
    }
}

extension SlotReference {
    /// Makes a call that does not wait, until it does not say nil.
    func retrying<Result>(
        _ direction: Direction, _ limit: TimeLimit, _ call: () throws(SocketError) -> Result?
    ) async throws(SocketError) -> Result {
        guard loop.keepsCaller(#isolation) else { return try await retryElsewhere(direction, limit, call) }
        let limit = starting(limit)
        while true {
            var result: Result?
            let answer = try attempt(direction) { () throws(SocketError) in
                result = try call()
                return result == nil ? nil : 0
            }
            if let result { return result }
            _ = try await afterAttempt(answer, direction, limit, direction.operation)
        }
    }

    /// As `retrying`, for calls that give a count: one that need not wait costs no frame of an asynchronous function.
    @inlinable
    @inline(__always)
    func counting(
        _ direction: Direction, _ limit: TimeLimit, _ call: () throws(SocketError) -> Int?
    ) async throws(SocketError) -> Int {
        let answer = try attempt(direction, call)
        return answer >= 0 ? answer : try await retrying(after: answer, direction, limit, call)
    }

    /// What follows an attempt at a call that gave no count.
    @usableFromInline
    func retrying(
        after first: Int, _ direction: Direction, _ limit: TimeLimit, _ call: () throws(SocketError) -> Int?
    ) async throws(SocketError) -> Int {
        if first == Attempt.elsewhere { return try await retryElsewhere(direction, limit, call) }
        let limit = starting(limit)
        guard isSteady(#isolation) else {
            let tenant = tenant
            try await loop.actor.waitOut(tenant, after: first, direction, limit)
            return try await retryHeld(tenant, direction, limit, call)
        }
        var answer = first
        while answer < 0 {
            _ = try await afterAttempt(answer, direction, limit, direction.operation)
            answer = try attempt(direction, call)
        }
        return answer
    }

    /// As `counting`, for bytes that must not mix with those of another task: a call from elsewhere holds the direction first.
    func countingAlone(
        _ direction: Direction, _ limit: TimeLimit, _ call: () throws(SocketError) -> Int?
    ) async throws(SocketError) -> Int {
        if loop.keepsCaller(#isolation) { return try await counting(direction, limit, call) }
        return try await retryAlone(direction, limit, call)
    }

    /// As `countingAlone`, for calls that give something else than a count.
    func retryingAlone<Result>(
        _ direction: Direction, _ limit: TimeLimit, _ call: () throws(SocketError) -> Result?
    ) async throws(SocketError) -> Result {
        if loop.keepsCaller(#isolation) { return try await retrying(direction, limit, call) }
        return try await retryAlone(direction, limit, call)
    }

    private func retryAlone<Result>(
        _ direction: Direction, _ limit: TimeLimit, _ call: () throws(SocketError) -> Result?
    ) async throws(SocketError) -> Result {
        let limit = starting(limit), tenant = tenant
        try requireLoop(direction.operation)
        try await loop.actor.hold(tenant, direction)
        return try await retryHeld(tenant, direction, limit, call)
    }

    /// For datagrams, which do not mix. The calls are made here, because their memory cannot go to another thread; only the wait
    /// is the loop's.
    private func retryElsewhere<Result>(
        _ direction: Direction, _ limit: TimeLimit, _ call: () throws(SocketError) -> Result?
    ) async throws(SocketError) -> Result {
        let limit = starting(limit)
        try requireLoop(direction.operation)
        // Nobody can close the socket before the first suspension.
        if let result = try call() { return result }
        let tenant = tenant
        try await loop.actor.waitAfterCall(tenant, direction, limit)
        return try await retryHeld(tenant, direction, limit, call)
    }

    /// As `retrying`, for receives that have to see all: first the loop ends receiving ahead.
    func retryingWithNothingAhead<Result>(
        _ limit: TimeLimit, _ call: () throws(SocketError) -> Result?
    ) async throws(SocketError) -> Result {
        if loop.keepsCaller(#isolation) {
            try await requireNothingAhead(limit)
            return try await retrying(.read, limit, call)
        }
        let tenant = tenant
        try requireLoop(.recv)
        try await loop.actor.holdWithNothingAhead(tenant, limit)
        return try await retryHeld(tenant, .read, limit, call)
    }

    /// From here on the direction is held, so that a close waits for the call.
    private func retryHeld<Result>(
        _ tenant: Tenant, _ direction: Direction, _ limit: TimeLimit, _ call: () throws(SocketError) -> Result?
    ) async throws(SocketError) -> Result {
        while true {
            if let result = try await callOnce(direction, call) { return result }
            try await loop.actor.waitAgain(tenant, direction, limit)
        }
    }

    /// A call on a direction that is held; gives it back unless the call would have to wait.
    ///
    /// When it returns, the direction is free: the next operation may begin on the loop's thread at once.
    private func callOnce<Result>(
        _ direction: Direction, _ call: () throws(SocketError) -> Result?
    ) async throws(SocketError) -> Result? {
        do throws(SocketError) {
            guard let result = try call() else { return nil }
            await loop.actor.leaveAfterCall(self, direction)
            return result
        } catch {
            await loop.actor.leaveAfterCall(self, direction)
            throw error
        }
    }
}

extension LoopActor {
    fileprivate func leaveAfterCall(_ slot: SlotReference, _ direction: Direction) {
        // The call did not have to wait, and may not have used up what the last event told of.
        slot.slot.state.insert(direction == .read ? .readable : .writable)
        slot.leave(direction)
    }
}

extension SlotReference {
    /// Ends the hold on a direction, which may be the last thing that kept the socket open.
    func leave(_ direction: Direction) {
        self[direction].isBusy = false
        settle()
    }
}

/// Which way bytes go: the two halves of a socket, which two tasks can use at the same time.
public enum TransferDirection: Sendable {
    /// Receiving, and accepting.
    case receive
    /// Sending, and connecting.
    case send

    var side: Direction { self == .receive ? .read : .write }
}

extension Direction {
    var operation: SocketError.Operation { self == .read ? .recv : .send }
}
