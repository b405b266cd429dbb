public import Sockets

extension AsyncStreamListener {
    /// Serves each client in a child task of its own, in the loop's thread.
    ///
    /// ```swift
    /// try await listener.serve { client in
    ///     var buffer = [UInt8](repeating: 0, count: 4096)
    ///     while case let count = try await client.receive(into: &buffer), count > 0 {
    ///         try await client.sendAll(buffer.span.extracting(..<count))
    ///     }
    /// }
    /// ```
    ///
    /// It returns when the configuration's `stop` was set and the clients are done. A handler that throws costs its own
    /// client only. Cancelling the task cancels the clients, and throws `cancelled`. The listener is the caller's again
    /// afterwards: to close it, to serve again, or to hand it to a successor.
    ///
    /// Throws: what accept throws when the listener is dead, see ``AcceptPolicy``, once the handlers have ended;
    /// `cancelled`; `invalidInput` for a configuration that makes no sense. C: accept(2)
    @inlinable
    public func serve(
        _ configuration: ServeConfiguration = .init(),
        with handler: @escaping @Sendable (consuming AsyncStreamSocket<Address>) async throws -> Void
    ) async throws(SocketError) {
        try await socket.reference.serve(configuration, spawning(handler))
    }
}

/// What adds a client's task, which begins at once. Little lives across the wait for the handler, because there can be many.
@inlinable
@inline(__always)
func spawning<Address: SocketAddressProtocol>(
    _ handler: @escaping @Sendable (consuming AsyncStreamSocket<Address>) async throws -> Void
) -> StreamServer.Spawn {
    { (group, client, server) in
        group.addImmediateTask {
            let generation = server.enter(client)
            var failure: (any Error)?
            do { try await handler(AsyncStreamSocket(accepted: client)) } catch { failure = error }
            server.leave(client, generation, failure)
        }
    }
}

extension SlotReference {
    /// Serves the clients of this listener, each in the task that `spawn` makes.
    @usableFromInline
    func serve(
        _ configuration: ServeConfiguration, _ spawn: @escaping StreamServer.Spawn
    ) async throws(SocketError) {
        try configuration.check()
        // From here on the task may suspend, and the owner close.
        let server = StreamServer(self, configuration, spawn), loop = loop
        let result = await withTaskGroup(of: SocketError?.self) { group in
            group.addTask(executorPreference: loop) { await server.run() }
            return await group.next() ?? nil
        }
        if let result { throw result }
    }
}
