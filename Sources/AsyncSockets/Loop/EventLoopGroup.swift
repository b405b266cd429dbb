internal import CSocketShim
public import Sockets
internal import Synchronization

/// Loops that share the work of a server, a thread each.
///
/// ```swift
/// let group = try EventLoopGroup()
/// try await group.serve(on: .any(port: 8888)) { client in ... }
/// await group.shutdown()
/// ```
public final class EventLoopGroup: Sendable {
    /// The loops.
    public let loops: [EventLoop]
    private let turn = Atomic<Int>(0)

    /// Starts loops; nil for as many as the system has processors for this process.
    ///
    /// Throws: as ``EventLoop/init(engine:)``; `invalidInput` for a count below 1. No loop stays when it throws.
    public init(count: Int? = nil, engine: EngineKind? = nil) throws(SocketError) {
        let count = count ?? Int(csock_processor_count())
        guard count >= 1 else { throw .invalid(.threadCreate, "a group has at least one loop, not \(count)") }
        loops = try Self.start(count, engine)
    }

    private static func start(_ count: Int, _ engine: EngineKind?) throws(SocketError) -> [EventLoop] {
        var loops: [EventLoop] = []
        do throws(SocketError) {
            while loops.count < count { loops.append(try EventLoop(engine: engine)) }
            return loops
        } catch {
            for loop in loops { loop.endSoon() }
            throw error
        }
    }

    /// The next loop in turn, for sockets that are not of a server.
    public func next() -> EventLoop {
        let place = turn.wrappingAdd(1, ordering: .relaxed).oldValue
        return loops[Int(UInt(bitPattern: place) % UInt(loops.count))]
    }

    /// The loop that has the fewest sockets and timers just now.
    ///
    /// For ``AsyncStreamListener/accept(onto:within:)``, or the sockets that a program makes itself.
    public var leastLoaded: EventLoop {
        var best = (loop: loops[0], count: loops[0].slotCount)
        for loop in loops.dropFirst() where best.count > 0 {
            let count = loop.slotCount
            if count < best.count { best = (loop, count) }
        }
        return best.loop
    }

    /// Shuts all loops down; see ``EventLoop/shutdown()``.
    public func shutdown() async {
        for loop in loops { await loop.shutdown() }
    }
}

extension EventLoopGroup {
    /// Serves the clients of an address, on all loops: each has a listener of its own on the port, and the kernel spreads the
    /// clients among them.
    ///
    /// Port 0 is chosen once for all. It returns when the configuration's stop was set and all clients are done.
    /// Throws: as listening does, and as ``AsyncStreamListener/serve(_:with:)``; one listener that dies stops the others.
    /// C: SO_REUSEPORT in socket(7)
    public func serve(
        on address: IPSocketAddress, _ configuration: ServeConfiguration = .init(),
        onListening: @Sendable (IPSocketAddress) -> Void = { _ in },
        with handler: @escaping @Sendable (consuming AsyncTCPStream) async throws -> Void
    ) async throws(SocketError) {
        var listeners: [SlotReference] = []
        let result: Result<Void, SocketError>
        do throws(SocketError) {
            onListening(try listen(on: address, &listeners))
            result = .success(try await serve(listeners, configuration, handler))
        } catch { result = .failure(error) }
        // Nobody listens any more when this returns.
        for listener in listeners { _ = await listener.closeAndWait() }
        try result.get()
    }

    /// Adds a listener for each loop; returns where they listen.
    private func listen(
        on address: IPSocketAddress, _ listeners: inout [SlotReference]
    ) throws(SocketError) -> IPSocketAddress {
        var sharing = ListenerConfiguration()
        sharing.sharesPort = true
        var target = address
        for loop in loops {
            let listener = try AsyncTCPListener(on: target, sharing, loop: loop)
            target = listener.localAddress
            listeners.append(listener.release())
        }
        return target
    }

    private func serve(
        _ listeners: [SlotReference], _ configuration: ServeConfiguration,
        _ handler: @escaping @Sendable (consuming AsyncTCPStream) async throws -> Void
    ) async throws(SocketError) {
        let result = await withTaskGroup(of: SocketError?.self) { group in
            for listener in listeners { group.addTask { await listener.result(of: configuration, handler) } }
            var first: SocketError?
            for await case let error? in group {
                first = first ?? error
                group.cancelAll()
            }
            return first
        }
        if let result { throw result }
    }
}

extension SlotReference {
    /// Serves the clients of this listener; the error that ended that.
    fileprivate func result(
        of configuration: ServeConfiguration,
        _ handler: @escaping @Sendable (consuming AsyncTCPStream) async throws -> Void
    ) async -> SocketError? {
        do throws(SocketError) {
            try await serve(configuration, spawning(handler))
            return nil
        } catch { return error }
    }
}
