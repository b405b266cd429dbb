public import Sockets

extension AsyncStreamSocket {
    /// Sends the bytes of many arrays one after the other, in as few calls as it takes. They are not copied together.
    ///
    /// Throws: as ``sendAll(_:within:)``; the error's `transferred` says how many bytes of all had gone.
    /// C: sendmsg(2), repeated
    public func sendAll(gathering parts: [[UInt8]], within limit: TimeLimit = .forever) async throws(SocketError) {
        let peer = peerAddress
        do throws(SocketError) { try await socket.reference.sendAll(gathering: parts, limit) } catch {
            throw named(error, peer)
        }
    }

    /// Sends the bytes of two places, such as header and body, without copying them together; otherwise as for many.
    /// C: sendmsg(2), repeated
    public func sendAll(
        _ first: Span<UInt8>, _ second: Span<UInt8>, within limit: TimeLimit = .forever
    ) async throws(SocketError) {
        let peer = peerAddress
        do throws(SocketError) { try await socket.reference.sendAll(first, second, limit) } catch {
            throw named(error, peer)
        }
    }
}

extension SlotReference {
    fileprivate func sendAll(gathering parts: [[UInt8]], _ limit: TimeLimit) async throws(SocketError) {
        guard loop.keepsCaller(#isolation) else { return try await loop.actor.sendAll(tenant, gathering: parts, limit) }
        let limit = starting(limit)
        var place = PartPosition(in: parts)
        do throws(SocketError) {
            while !place.isAtEnd {
                let answer = try attempt(.write) { () throws(SocketError) in
                    try sendIfReady(gathering: parts, from: place)
                }
                if answer >= 0 {
                    place.advance(answer, in: parts)
                } else {
                    _ = try await afterAttempt(answer, .write, limit, .sendmsg)
                }
            }
        } catch { throw error.adding(transferred: place.passed) }
    }

    fileprivate func sendAll(
        _ first: Span<UInt8>, _ second: Span<UInt8>, _ limit: TimeLimit
    ) async throws(SocketError) {
        guard loop.keepsCaller(#isolation) else { return try await loop.actor.sendAll(tenant, first, second, limit) }
        let limit = starting(limit), count = first.count + second.count
        var sent = 0
        do throws(SocketError) {
            while sent < count {
                let answer = try attempt(.write) { () throws(SocketError) in
                    try sendIfReady(first, second, from: sent)
                }
                if answer >= 0 { sent += answer } else { _ = try await afterAttempt(answer, .write, limit, .sendmsg) }
            }
        } catch { throw error.adding(transferred: sent) }
    }
}

extension LoopActor {
    func sendAll(_ slot: Tenant, gathering parts: [[UInt8]], _ limit: TimeLimit) async throws(SocketError) {
        try await slot.require(.sendmsg).sendAll(gathering: parts, limit)
    }

    func sendAll(
        _ slot: Tenant, _ first: Span<UInt8>, _ second: Span<UInt8>, _ limit: TimeLimit
    ) async throws(SocketError) {
        try await slot.require(.sendmsg).sendAll(first, second, limit)
    }
}
