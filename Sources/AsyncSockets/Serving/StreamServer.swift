internal import Sockets

/// One run of `serve`. What it changes, it changes on the listener's loop.
///
/// It knows no addresses: what is generic becomes concrete in the program's own module, where it costs less memory.
@usableFromInline
@safe
final class StreamServer: @unchecked Sendable {
    /// Adds a task to the group that serves the client at a slot, between `enter` and `leave`.
    @usableFromInline
    typealias Spawn = @Sendable (inout DiscardingTaskGroup, SlotReference, StreamServer) -> Void

    /// The listener, whose owner may close it while this waits.
    private let tenant: Tenant
    private let configuration: ServeConfiguration
    private let spawn: Spawn
    @exclusivity(unchecked)
    private var backOff: AcceptBackOff
    @exclusivity(unchecked)
    private var active = 0
    /// Whether nobody more is let in: by request, or for the reason that is given.
    @exclusivity(unchecked)
    private var isOver = false
    @exclusivity(unchecked)
    private var failure: SocketError?
    /// Until when the last clients may stay, on the loop's clock.
    @exclusivity(unchecked)
    private var patience = TimeLimit.forever
    /// Whether the latest shift lets nobody more in, and who waits for that.
    @exclusivity(unchecked)
    private var isRelieved = false
    @exclusivity(unchecked)
    private var successor: UnsafeContinuation<Void, Never>?

    /// Clients of a shift.
    private static let shift = 64

    init(_ listener: SlotReference, _ configuration: ServeConfiguration, _ spawn: @escaping Spawn) {
        tenant = listener.tenant
        self.configuration = configuration
        self.spawn = spawn
        unsafe backOff = AcceptBackOff(configuration.acceptPolicy)
    }

    /// Serves until it is stopped; the reason when that is an error.
    func run() async -> SocketError? {
        // A loop that is over runs nothing.
        guard tenant.loop.isCurrent else { return SocketError(.accept, .closed) }
        configuration.stop?.enter(self)
        defer { configuration.stop?.leave(self) }
        return await withTaskCancellationHandler {
            await withDiscardingTaskGroup { shifts in
                let error = await self.acceptAll(&shifts)
                shifts.cancelAll()
                self.cancelClients()
                return error
            }
        } onCancel: {
            self.tenant.loop.tell(.call { self.cancelClients() })
        }
    }

    /// From any thread: accepts nobody more, and gives the clients this long.
    func stop(within limit: TimeLimit) { tenant.loop.tell(.call { self.hearOfStop(limit) }) }

    private func hearOfStop(_ limit: TimeLimit) {
        let end = limit.starting { tenant.loop.engine.now }
        if unsafe end.nanoseconds < patience.nanoseconds { unsafe patience = end }
        wake(.read)
        wake(.write)
    }

    private func wake(_ direction: Direction) { try? tenant.require(.accept).wake(direction) }

    /// Ends the operations of all clients. Their tasks are cancelled when this is called, never alone, so that none of them
    /// needs a handler of its own for that.
    private func cancelClients() {
        let me = identity
        tenant.loop.slots.forEach { slot in
            if slot.slot.server == me { slot.cancelAll() }
        }
    }

    private var identity: ObjectIdentifier { ObjectIdentifier(self) }

    /// Accepts until there will be nobody more, and waits for the clients as long as that makes sense.
    private func acceptAll(_ shifts: inout DiscardingTaskGroup) async -> SocketError? {
        while unsafe !isOver {
            shifts.addTask { await self.work() }
            await relief()
        }
        if let failure = unsafe failure { return failure }
        do throws(SocketError) {
            while unsafe active > 0 { try await unsafe wait(.read, patience) }
        } catch {
            // The patience with the last clients is at its end.
            return error.code == .timedOut ? nil : error
        }
        return nil
    }

    /// One shift: lets some clients in, and stays until they have left, while the next shift goes on.
    ///
    /// The runtime looks for a child that ends among all children of its group, one by one. So groups are small.
    private func work() async {
        await withDiscardingTaskGroup { group in
            await self.acceptSome(&group)
            unsafe self.isRelieved = true
            unsafe self.successor.take()?.resume()
        }
    }

    /// Waits until the latest shift lets nobody more in.
    private func relief() async {
        unsafe await suspended { continuation in
            if unsafe isRelieved { unsafe continuation.resume() } else { unsafe successor = continuation }
        }
        unsafe isRelieved = false
    }

    private func acceptSome(_ group: inout DiscardingTaskGroup) async {
        var left = Self.shift
        do throws(SocketError) {
            while left > 0, configuration.stop?.isRequested != true {
                // Whoever is in the queue is the successor's.
                if Task.isCancelled { throw SocketError(.accept, .cancelled) }
                if try await acceptNext(&group) { left -= 1 }
            }
        } catch { unsafe failure = error }
        unsafe isOver = left > 0
    }

    /// Whether a client came in; otherwise something else did that is worth a look.
    private func acceptNext(_ group: inout DiscardingTaskGroup) async throws(SocketError) -> Bool {
        guard unsafe active < configuration.limit else {
            try await wait(.read, .forever)
            return false
        }
        do throws(SocketError) {
            guard let client = try await accept() else { return false }
            unsafe backOff.succeed()
            begin(client)
            start(client, &group)
            return true
        } catch {
            try await recover(from: error)
            return false
        }
    }

    /// The next client, or nil after a wait, which somebody else may have ended.
    private func accept() async throws(SocketError) -> SlotReference? {
        let listener = try tenant.require(.accept), step = try listener.acceptNow()
        if let client = step.client { return client }
        _ = try await listener.afterAttempt(step.answer, .read, .forever, .accept)
        return nil
    }

    private func recover(from error: SocketError) async throws(SocketError) {
        if [.cancelled, .closed, .alreadyInProgress].contains(error.code) { throw error }
        switch unsafe backOff.step(after: error.code) {
        case .goOn: configuration.onEvent?(.acceptFailed(error))
        case .stop: throw error
        case .pause(let time):
            configuration.onEvent?(.acceptPaused(error, time))
            try await pause(time)
        }
    }

    /// Waits on the side of the listener that nobody else uses, so that a stop and a close end it.
    private func pause(_ time: Duration) async throws(SocketError) {
        do throws(SocketError) { try await wait(.write, .after(time)) } catch {
            if error.code != .timedOut { throw error }
        }
    }

    /// Waits for the end of a client, the stop, or the time.
    private func wait(_ direction: Direction, _ limit: TimeLimit) async throws(SocketError) {
        let listener = try tenant.require(.accept)
        _ = try await listener.afterAttempt(listener.pending(direction), direction, limit, .accept)
    }

    private func begin(_ client: SlotReference) {
        client.slot.server = identity
        unsafe active += 1
        configuration.counters.begin()
    }

    /// Starts the client's task, which runs inside of this one until it first waits.
    private func start(_ client: SlotReference, _ group: inout DiscardingTaskGroup) {
        let loop = tenant.loop, me = unsafe loop.running
        spawn(&group, client, self)
        unsafe loop.running = me
    }

    private func end(failed: Bool) {
        // A handler may outlive the loop.
        guard tenant.loop.isCurrent else { return tenant.loop.tell(.call { self.ended(failed) }) }
        ended(failed)
    }

    private func ended(_ failed: Bool) {
        unsafe active -= 1
        configuration.counters.end(failed: failed)
        if unsafe active == 0 || active == configuration.limit - 1 { wake(.read) }
    }

    /// As the first thing of a client's task. Returns what `leave` has to be told.
    @usableFromInline
    func enter(_ client: SlotReference) -> UInt32 {
        client.watch(configuration)
        return client.generation
    }

    /// As the last thing of a client's task.
    @usableFromInline
    func leave(_ client: SlotReference, _ generation: UInt32, _ failure: (any Error)?) {
        client.unwatch(generation)
        if let failure { configuration.onEvent?(.handlerFailed(failure)) }
        end(failed: failure != nil)
    }
}

extension SlotReference {
    /// The connection is its own again, if the handler gave it to somebody.
    fileprivate func unwatch(_ generation: UInt32) {
        guard slot.generation == generation else { return }
        slot.guardian = 0
        slot.server = nil
        slot.state.remove(.limited)
        slot.end = .max
    }

    /// Makes the current task the one whose cancellation is passed on, under the limits of a server.
    fileprivate func watch(_ configuration: ServeConfiguration) {
        slot.guardian = TaskBits.ofCurrent
        // It prefers the loop, as its group does.
        unsafe loop.running = slot.guardian
        if let time = configuration.idleLimit {
            slot.idleLimit = time.clampedNanoseconds
            slot.state.insert(.limited)
        }
        guard let time = configuration.totalLimit else { return }
        let end = TimeLimit.after(time).starting { loop.engine.now }
        if end != .forever { endAll(at: end.nanoseconds) }
    }
}
