extension AsyncStreamSocket {
    /// Lends the stream to two tasks at the same time, such as one that receives and one that sends.
    ///
    /// ```swift
    /// try await client.concurrently(
    ///     { client in try await copy(from: client, to: target) }, { client in try await copy(from: target, to: client) })
    /// ```
    ///
    /// It returns when both have ended. Throws: what the first that fails throws; the other one is cancelled then. Cancelling the
    /// task cancels both.
    public func concurrently(
        _ first: @escaping @Sendable (borrowing Self) async throws -> Void,
        _ second: @escaping @Sendable (borrowing Self) async throws -> Void
    ) async throws {
        let (reference, peer) = (socket.reference, peerAddress)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for body in [first, second] { group.addTask { try await Self.lending(reference, peer, body) } }
            do {
                for try await _ in group {}
            } catch {
                group.cancelAll()
                throw error
            }
        }
    }

    /// Lends a stream to a child task of its owner's, which therefore outlives it.
    private static func lending(
        _ reference: SlotReference, _ peer: Address, _ body: (borrowing Self) async throws -> Void
    ) async throws {
        let stream = Self(AsyncSocket(reference), peerAddress: peer)
        do { try await body(stream) } catch {
            stream.forget()
            throw error
        }
        stream.forget()
    }

    /// Leaves the socket to its owner.
    private consuming func forget() { _ = socket.take() }
}
