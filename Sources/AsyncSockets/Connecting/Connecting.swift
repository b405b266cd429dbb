internal import Sockets

/// One attempt to connect, as slots: streams cannot be the result of a task, numbers can.
enum Connecting {
    /// Connects to an address, from a local one unless that is `none`, within a limit.
    ///
    /// The socket is closed when it throws: `connectionRefused`, `timedOut`, `cancelled`, `networkUnreachable`.
    static func connect(
        to target: SocketAddress, from source: SocketAddress, _ limit: TimeLimit, _ loop: EventLoop
    ) async throws(SocketError) -> SlotReference {
        guard loop.keepsCaller(#isolation) else { return try await loop.actor.connect(to: target, from: source, limit) }
        let limit = limit.starting { loop.engine.now }
        if let sockets = loop.engine.virtualSockets {
            return try await connect(sockets, to: target, from: source, limit, loop)
        }
        let reference = try begin(to: target, from: source, loop)
        do throws(SocketError) {
            try await finish(reference, target, limit)
            try ready(reference, target, loop)
            return reference
        } catch {
            loop.release(reference)
            throw error.with(peer: target)
        }
    }

    /// Makes the socket and starts the connect, which goes on in the background.
    private static func begin(
        to target: SocketAddress, from source: SocketAddress, _ loop: EventLoop
    ) throws(SocketError) -> SlotReference {
        let socket = try Socket(target.family, .stream, .standard, .nonBlocking)
        // Several attempts of a race are bound to the port, if there is one.
        if source.namesPort { try socket.setOption(.reuseAddress, to: true) }
        if !source.isNone { try socket.bind(to: source) }
        do throws(SocketError) { try socket.connect(to: target) } catch {
            guard error.code == .inProgress || error.code == .wouldBlock else { throw error }
        }
        let state = Slot.State.of(target.family, isStream: true)
        return try loop.open(socket.release(), state)
    }

    /// Waits until it is connected.
    private static func finish(
        _ reference: SlotReference, _ target: SocketAddress, _ limit: TimeLimit
    ) async throws(SocketError) {
        while true {
            let number = reference.descriptor
            let isConnected = try Socket.lending(number) { (socket) throws(SocketError) in
                try socket.finishConnecting()
                return try socket.hasPeer
            }
            if isConnected { return }
            if target.family == .unix {
                try await retry(reference, target, limit)
            } else {
                try await wait(reference, limit)
            }
        }
    }

    private static func wait(_ reference: SlotReference, _ limit: TimeLimit) async throws(SocketError) {
        _ = try await reference.afterAttempt(reference.awaitReadiness(.write), .write, limit, .connect)
    }

    /// A Unix listener's queue is full, which nothing tells the end of.
    private static func retry(
        _ reference: SlotReference, _ target: SocketAddress, _ limit: TimeLimit
    ) async throws(SocketError) {
        let loop = reference.loop
        guard loop.engine.now < limit.nanoseconds else { throw SocketError(.connect, .timedOut) }
        try await loop.pause(.milliseconds(5))
        do throws(SocketError) {
            try Socket.lending(reference.descriptor) { (socket) throws(SocketError) in
                try socket.connect(to: target)
            }
        } catch { if error.code != .wouldBlock { throw error } }
    }

    private static func ready(
        _ reference: SlotReference, _ target: SocketAddress, _ loop: EventLoop
    ) throws(SocketError) {
        try Socket.lending(reference.descriptor) { (socket) throws(SocketError) in
            try socket.refuseSelfConnection(to: target)
            if loop.engine.mode(for: reference.slot.state) == .blocking { try socket.setMode(.blocking) }
        }
    }
}

extension SocketAddress {
    /// Whether it is a port that others can have taken.
    var namesPort: Bool { ip.map { $0.port != .any } ?? false }
}

extension LoopActor {
    func connect(
        to target: SocketAddress, from source: SocketAddress, _ limit: TimeLimit
    ) async throws(SocketError) -> SlotReference {
        guard let loop = EventLoop.current else { throw SocketError(.connect, .closed) }
        return try await Connecting.connect(to: target, from: source, limit, loop)
    }
}
