internal import Sockets

/// One run of `serve`. What it changes, it changes on the listener's loop.
///
/// It knows no addresses: what is generic becomes concrete in the program's own module, where it costs less memory.
final class StreamServer: @unchecked Sendable {
    /// Serves the client at a slot, which it owns.
    typealias Handler = @Sendable (SlotReference) async throws -> Void

    private let listener: SlotReference
    private let configuration: ServeConfiguration
    private let handler: Handler
    @exclusivity(unchecked)
    private var backOff: AcceptBackOff
    @exclusivity(unchecked)
    private var active = 0

    init(_ listener: SlotReference, _ configuration: ServeConfiguration, _ handler: @escaping Handler) {
        self.listener = listener
        self.configuration = configuration
        self.handler = handler
        unsafe backOff = AcceptBackOff(configuration.acceptPolicy)
    }

    /// Serves until it is stopped; the reason when that is an error.
    func run() async -> SocketError? {
        configuration.stop?.enter(listener)
        defer { configuration.stop?.leave(listener) }
        return await withDiscardingTaskGroup { group in
            let error = await self.acceptAll(&group)
            group.cancelAll()
            return error
        }
    }

    /// Accepts until there will be nobody more, and waits for the clients as long as that makes sense.
    private func acceptAll(_ group: inout DiscardingTaskGroup) async -> SocketError? {
        do throws(SocketError) {
            while configuration.stop?.isRequested != true { try await acceptNext(&group) }
            while unsafe active > 0, let end = configuration.stop?.end { try await wait(.until(end)) }
        } catch {
            // The patience with the last clients is at its end.
            return error.code == .timedOut ? nil : error
        }
        return nil
    }

    private func acceptNext(_ group: inout DiscardingTaskGroup) async throws(SocketError) {
        guard unsafe active < configuration.limit else { return try await wait(.forever) }
        do throws(SocketError) {
            guard let client = try await accept() else { return }
            unsafe backOff.succeed()
            begin()
            group.addTask { await self.serve(client) }
        } catch { try await recover(from: error) }
    }

    /// The next client, or nil after a wait, which somebody else may have ended.
    private func accept() async throws(SocketError) -> SlotReference? {
        let step = try listener.acceptNow()
        if let client = step.client { return client }
        _ = try await listener.afterAttempt(step.answer, .read, .forever, .accept)
        return nil
    }

    private func recover(from error: SocketError) async throws(SocketError) {
        if error.code == .cancelled || error.code == .closed { throw error }
        switch unsafe backOff.step(after: error.code) {
        case .goOn: configuration.onEvent?(.acceptFailed(error))
        case .stop: throw error
        case .pause(let time):
            configuration.onEvent?(.acceptPaused(error, time))
            try await listener.loop.pause(.after(time))
        }
    }

    /// Waits for the end of a client, the stop, or the time.
    private func wait(_ limit: TimeLimit) async throws(SocketError) {
        _ = try await listener.afterAttempt(Attempt.pending, .read, limit, .accept)
    }

    private func begin() {
        unsafe active += 1
        configuration.counters.begin()
    }

    private func end(failed: Bool) {
        unsafe active -= 1
        configuration.counters.end(failed: failed)
        if unsafe active == 0 || active == configuration.limit - 1 { listener.wake(.read) }
    }

    /// One client, in a task of its own, whose cancellation ends all of the client's operations.
    private func serve(_ client: SlotReference) async {
        let generation = client.slot.generation, loop = client.loop
        client.watch(configuration)
        await withTaskCancellationHandler {
            do {
                try await handler(client)
                end(failed: false)
            } catch {
                configuration.onEvent?(.handlerFailed(error))
                end(failed: true)
            }
        } onCancel: {
            loop.tell(.cancelAll(client, generation: generation))
        }
    }
}

extension SlotReference {
    /// Makes the current task the one whose cancellation is passed on, under the limits of a server.
    fileprivate func watch(_ configuration: ServeConfiguration) {
        slot.guardian = currentTaskBits
        if let time = configuration.idleLimit { slot.idleLimit = time.clampedNanoseconds }
        guard let time = configuration.totalLimit else { return }
        let end = TimeLimit.after(time).starting { loop.engine.now }
        if end != .forever { endAll(at: end.nanoseconds) }
    }
}
