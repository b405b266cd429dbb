public import Sockets

extension AsyncStreamSocket {
    /// What comes, in chunks as they come, until the end of the stream.
    ///
    /// ```swift
    /// for try await chunk in client.chunks(within: .seconds(30)) { try await client.sendAll(chunk.span) }
    /// ```
    ///
    /// It does not own the stream, and does not keep it open: when the stream is closed, it throws `closed`. So hold on to
    /// the stream as long as the loop over its chunks runs. Each chunk has the time limit for itself. Leaving the loop, a
    /// time limit and cancelling lose nothing: what was not handed out can still be received. Two loops over the chunks of
    /// one stream are two receivers: `alreadyInProgress`. C: recv(2)
    public func chunks(within limit: TimeLimit = .forever) -> StreamChunks {
        StreamChunks(socket.reference.tenant, limit, try? peerAddress.encoded())
    }
}

/// The bytes of a stream as an asynchronous sequence of arrays, none of them empty.
public struct StreamChunks: AsyncSequence, Sendable {
    /// An array of bytes that came.
    public typealias Element = [UInt8]
    /// What receiving throws.
    public typealias Failure = SocketError

    private let tenant: Tenant
    private let limit: TimeLimit
    private let peer: SocketAddress?

    init(_ tenant: Tenant, _ limit: TimeLimit, _ peer: SocketAddress?) {
        self.tenant = tenant
        self.limit = limit
        self.peer = peer
    }

    /// Receives where the last loop left off.
    public func makeAsyncIterator() -> Iterator { Iterator(chunks: self) }

    /// Receives one chunk after the other.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let chunks: StreamChunks

        /// The next chunk, or nil at the end of the stream. Throws: as `receive`. C: recv(2)
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(SocketError) -> [UInt8]? {
            try await chunks.next()
        }

        /// As `next(isolation:)`, for callers without isolation. C: recv(2)
        public mutating func next() async throws(SocketError) -> [UInt8]? {
            try await chunks.next()
        }
    }

    private func next() async throws(SocketError) -> [UInt8]? {
        do throws(SocketError) {
            let chunk = try await tenant.chunk(limit)
            return chunk.isEmpty ? nil : chunk
        } catch {
            guard error.code != .closed, error.code != .cancelled, let peer else { throw error }
            throw error.with(peer: peer)
        }
    }
}

extension Tenant {
    /// What comes next, or nothing at the end of the stream.
    fileprivate func chunk(_ limit: TimeLimit) async throws(SocketError) -> [UInt8] {
        guard loop.keepsCaller(#isolation) else { return try await loop.actor.chunk(self, limit) }
        return try await require(.recv).chunk(limit)
    }
}

extension SlotReference {
    fileprivate func chunk(_ limit: TimeLimit) async throws(SocketError) -> [UInt8] {
        var loan = Loan()
        try await lend(&loan, limit)
        let chunk = array(of: loan.bytes)
        loop.takeBack(loan)
        return chunk
    }
}

extension LoopActor {
    fileprivate func chunk(_ tenant: Tenant, _ limit: TimeLimit) async throws(SocketError) -> [UInt8] {
        try await tenant.require(.recv).chunk(limit)
    }
}

private func array(of bytes: Span<UInt8>) -> [UInt8] {
    // The array copies during the call.
    unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
}
