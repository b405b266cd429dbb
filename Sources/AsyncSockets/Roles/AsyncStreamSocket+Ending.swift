public import Sockets

extension AsyncStreamSocket {
    /// Ends sending, waits until the peer has acknowledged all data, at most this long, and closes.
    ///
    /// The loop goes on meanwhile, as it would not with SO_LINGER. Throws: `timedOut`, with the number of bytes that the peer
    /// had not acknowledged, which the kernel still tries to send; `connectionReset`; `cancelled`; `invalidInput` for no
    /// time. It is closed in any case. Off Linux, and on Unix sockets, whose peers have the data at once, it does not wait.
    /// C: shutdown(2), SIOCOUTQ in tcp(7), close(2)
    public consuming func close(lingering time: Duration) async throws(SocketError) {
        let peer = peerAddress
        var failure: SocketError?
        do throws(SocketError) { try await socket.linger(time) } catch { failure = named(error, peer) }
        try await socket.close()
        if let failure { throw failure }
    }

    /// A second owner of the same connection, on the same loop; the connection ends with the last one.
    ///
    /// What one of them receives, the other one does not get, nor what the loop receives ahead for it. Both share the mode:
    /// ``intoStream()`` makes also the other one wait in its calls. C: dup(2)
    public func duplicate() throws(SocketError) -> Self {
        try socket.reference.requireKernel(.fcntl)
        let loop = socket.loop, peer = peerAddress
        let second = try socket.withSocket { (socket) throws(SocketError) in try socket.duplicate() }
        return Self(try AsyncSocket(second, on: loop), peerAddress: peer)
    }

    /// The five parts of the connection. C: getsockname(2), getpeername(2)
    public var fiveTuple: FiveTuple {
        get throws(SocketError) {
            try socket.reference.requireKernel(.getsockname)
            return try socket.withSocket { (socket) throws(SocketError) in try socket.fiveTuple }
        }
    }

    /// Sends all bytes with flags, such as `.more`; otherwise as without. C: send(2), repeated
    public func sendAll(
        _ bytes: Span<UInt8>, flags: SendFlags, within limit: TimeLimit = .forever
    ) async throws(SocketError) {
        let peer = peerAddress
        do throws(SocketError) {
            try await socket.reference.sendAll(bytes, flags, socket.reference.starting(limit))
        } catch { throw named(error, peer) }
    }
}

extension AsyncConnectedDatagramSocket {
    /// The five parts of the connection. C: getsockname(2), getpeername(2)
    public var fiveTuple: FiveTuple {
        get throws(SocketError) {
            try socket.reference.requireKernel(.getsockname)
            return try socket.withSocket { (socket) throws(SocketError) in try socket.fiveTuple }
        }
    }
}

extension SlotReference {
    fileprivate func sendAll(_ bytes: Span<UInt8>, _ flags: SendFlags, _ limit: TimeLimit) async throws(SocketError) {
        guard loop.keepsCaller(#isolation) else { return try await loop.actor.sendAll(tenant, bytes, flags, limit) }
        var sent = 0
        do throws(SocketError) {
            while sent < bytes.count {
                sent += try await counting(.write, limit) { () throws(SocketError) in
                    try sendIfReady(bytes.extracting(sent...), flags: flags)
                }
            }
        } catch { throw error.adding(transferred: sent) }
    }
}

extension LoopActor {
    fileprivate func sendAll(
        _ slot: Tenant, _ bytes: Span<UInt8>, _ flags: SendFlags, _ limit: TimeLimit
    ) async throws(SocketError) {
        try await slot.require(.send).sendAll(bytes, flags, limit)
    }
}

extension AsyncSocket {
    /// Ends sending, and waits until the peer has everything.
    fileprivate borrowing func linger(_ time: Duration) async throws(SocketError) {
        guard time > .zero else { throw .invalid(.close, "\(time) is no time to linger: it has to be positive") }
        // A simulated connection delivers what was sent whatever becomes of its ends.
        try shutdown(.write)
        if reference.isVirtual { return }
        let loop = loop, end = TimeLimit.after(time).starting { loop.engine.now }
        var pause = Duration.milliseconds(1)
        // No event tells of an acknowledgement.
        while case let left = try withSocket({ (socket) throws(SocketError) in try socket.unacknowledged }), left > 0 {
            let now = loop.engine.now
            guard now < end.nanoseconds else {
                throw SocketError(.close, .timedOut, detail: "the peer has not acknowledged \(left) bytes")
            }
            try await loop.sleep(within: .after(min(pause, .nanoseconds(end.nanoseconds - now))))
            pause = min(pause * 2, .milliseconds(50))
        }
    }
}
