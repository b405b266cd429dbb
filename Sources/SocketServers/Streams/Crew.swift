internal import CSocketShim
internal import Sockets

/// The threads of a server: how many there are, which sockets they serve, and a pipe that tells of one's end.
final class Crew: Sendable {
    private let state: Guarded<State>

    private struct State: ~Copyable {
        /// Open until all have left.
        var wakeUp: Pipe?
        /// The socket of each place; -1 in those that are free, or whose socket is about to be closed.
        var sockets: [Int32] = []
        var free: [Int32] = []
        var isWaitedFor = false

        var count: Int { sockets.count - free.count }

        init(_ wakeUp: consuming Pipe) { self.wakeUp = consume wakeUp }
    }

    init() throws(SocketError) { state = Guarded(State(try Pipe())) }

    /// Readable when a place got free; -1 after the end.
    var wakeUpDescriptor: Int32 { state.withLock { $0.wakeUp?.readEnd.number ?? -1 } }

    /// A place for a client.
    func enter(_ socket: Int32) -> Int32 {
        state.withLock { state in
            guard let place = state.free.popLast() else {
                state.sockets.append(socket)
                return Int32(state.sockets.count - 1)
            }
            state.sockets[Int(place)] = socket
            return place
        }
    }

    /// The socket is about to be closed: its number may soon be somebody else's.
    func forget(_ place: Int32) { state.withLock { $0.sockets[Int(place)] = -1 } }

    /// The place is free again; whoever waits for that hears of it, before anybody sees that all places are free.
    func leave(_ place: Int32) {
        state.withLock { state in
            state.sockets[Int(place)] = -1
            state.free.append(place)
            if state.isWaitedFor, let end = state.wakeUp?.writeEnd.number { wake(end) }
        }
    }

    /// Whether `limit` places are taken; if so, the pipe tells when one gets free.
    func isFull(_ limit: Int) -> Bool {
        state.withLock { state in
            state.isWaitedFor = state.count >= limit
            return state.isWaitedFor
        }
    }

    /// Takes what the pipe told.
    func clearWakeUp() {
        let number = wakeUpDescriptor
        var bytes: UInt64 = 0
        while unsafe csock_read(number, &bytes, 8) == 8 {}
    }

    /// Waits until all places are free; when there is no more patience, shuts the sockets down. Closes the pipe then.
    func drain(_ stop: StopSignal) throws(SocketError) {
        defer { state.withLock { $0.wakeUp = nil } }
        var poll = PollSet(stop, socket: wakeUpDescriptor)
        while isFull(1), !stop.deadline.hasPassed {
            // When the listener has ended, nobody may have asked to stop yet.
            poll.place(stop.isRequested ? stop.impatienceDescriptor : stop.descriptor, at: PollSet.stop)
            try poll.wait(until: stop.deadline)
            if poll.isReady(PollSet.signals) { stop.takeSignals() }
            clearWakeUp()
        }
        shutDownAll()
        poll.place(-1, at: PollSet.stop)
        while isFull(1) {
            try poll.wait(until: .never)
            if poll.isReady(PollSet.signals) { stop.takeSignals() }
            clearWakeUp()
        }
    }

    private func shutDownAll() {
        state.withLock { state in
            for socket in state.sockets where socket >= 0 { _ = csock_shutdown(socket, csock_SHUT_RDWR) }
        }
    }
}
