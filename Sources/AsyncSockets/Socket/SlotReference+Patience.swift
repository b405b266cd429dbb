public import Sockets

// Datagrams to the address of a Unix socket. When its queue is full, the sender is writable all the while, and nothing tells of
// room; only a connected one hears of it. So the call is repeated, at growing distances.

/// Where a datagram goes, and what goes beside it.
struct AddressedMessage: Sendable {
    let target: SocketAddress
    let control: OutgoingControl?
    let flags: SendFlags
}

extension SlotReference {
    /// As `sendIfReady`; throws `wouldBlock` where waiting for readiness would be no use.
    @usableFromInline
    func sendUnlessFull(_ bytes: Span<UInt8>, to target: SocketAddress) throws(SocketError) -> Int? {
        if let count = try sendIfReady(bytes, to: target) { return count }
        if isPatient(with: target) { throw SocketError(.send, .wouldBlock) }
        return nil
    }

    /// Whether a send there may find a queue full that it hears no more of.
    func isPatient(with target: SocketAddress) -> Bool { target.family == .unix && !isVirtual }

    @usableFromInline
    func sendPatiently(
        _ bytes: Span<UInt8>, to target: SocketAddress, _ limit: TimeLimit
    ) async throws(SocketError) -> Int {
        try await sendPatiently(bytes, AddressedMessage(target: target, control: nil, flags: []), limit)
    }

    func sendPatiently(
        _ bytes: Span<UInt8>, _ message: AddressedMessage, _ limit: TimeLimit
    ) async throws(SocketError) -> Int {
        let limit = starting(limit)
        try requireLoop(.send)
        guard loop.keepsCaller(#isolation) else {
            return try await loop.actor.sendPatiently(tenant, bytes, message, limit)
        }
        return try await tenant.sendPatiently(bytes, message, limit)
    }

    /// One call, once it is this task's turn; nil when the receiver has no room.
    fileprivate func sendOnce(_ bytes: Span<UInt8>, _ message: AddressedMessage) async throws(SocketError) -> Int? {
        do throws(SocketError) {
            return try await counting(.write, .forever) { () throws(SocketError) in
                if let count = try sendIfReady(bytes, message) { return count }
                throw SocketError(.send, .wouldBlock)
            }
        } catch {
            if error.code == .wouldBlock { return nil }
            throw error
        }
    }

    private func sendIfReady(_ bytes: Span<UInt8>, _ message: AddressedMessage) throws(SocketError) -> Int? {
        guard let control = message.control else { return try sendIfReady(bytes, to: message.target) }
        return try sendMessageIfReady(bytes, control: control, to: message.target, flags: message.flags)
    }
}

extension LoopActor {
    fileprivate func sendPatiently(
        _ slot: Tenant, _ bytes: Span<UInt8>, _ message: AddressedMessage, _ limit: TimeLimit
    ) async throws(SocketError) -> Int {
        try await slot.sendPatiently(bytes, message, limit)
    }
}

extension Tenant {
    private static let firstPause: Int64 = 50_000, longestPause: Int64 = 5_000_000

    /// On the loop's thread. Nobody holds the socket during a pause, so that it may be closed.
    fileprivate func sendPatiently(
        _ bytes: Span<UInt8>, _ message: AddressedMessage, _ limit: TimeLimit
    ) async throws(SocketError) -> Int {
        var pause = Self.firstPause
        while true {
            if let count = try await require(.send).sendOnce(bytes, message) { return count }
            try await wait(pause, limit)
            pause = min(2 * pause, Self.longestPause)
        }
    }

    private func wait(_ pause: Int64, _ limit: TimeLimit) async throws(SocketError) {
        let now = loop.engine.now
        guard now < limit.nanoseconds else { throw SocketError(.send, .timedOut) }
        let end = min(now + pause, limit.nanoseconds)
        do throws(SocketError) { try await loop.pause(TimeLimit(nanoseconds: end, isRelative: false)) } catch {
            throw SocketError(.send, error.code)
        }
    }
}
