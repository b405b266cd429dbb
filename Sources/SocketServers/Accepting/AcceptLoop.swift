internal import CSocketShim
internal import Sockets

/// The wait for the next client, under the policy, and for the stop signal.
struct AcceptLoop<Address: SocketAddressProtocol>: ~Copyable, Sendable {
    let listener: StreamListener<Address>
    let service: Service
    var poll: PollSet
    private var errors: AcceptErrors

    /// Takes the listener over and makes it non-blocking: a client that leaves between poll and accept must not make
    /// accept wait where the stop signal is not heard.
    init(_ listener: consuming StreamListener<Address>, _ configuration: ServerConfiguration) throws(SocketError) {
        try listener.socket.setMode(.nonBlocking)
        service = try Service(configuration)
        poll = PollSet(service.stop, socket: listener.socket.number)
        errors = AcceptErrors(service)
        self.listener = listener
    }

    /// Waits for a client, a stop, what else is in the poll set, or the time; the next client if there is one.
    ///
    /// A server that is full looks at everything but the listener. Throws when the listener is dead.
    mutating func next(
        full: Bool = false, until time: Deadline = .never
    ) throws(SocketError) -> StreamSocket<Address>? {
        let isListening = !full && !errors.isPausing()
        poll.place(isListening ? listener.socket.number : -1, at: PollSet.socket)
        try poll.wait(until: min(time, errors.pauseEnd))
        if poll.isReady(PollSet.signals) { service.stop.takeSignals() }
        guard isListening, poll.isReady(PollSet.socket), !service.stop.isRequested else { return nil }
        return try accept()
    }

    private mutating func accept() throws(SocketError) -> StreamSocket<Address>? {
        do throws(SocketError) {
            let client = try listener.accept()
            errors.succeed()
            service.counters.begin()
            return client
        } catch { try errors.handle(error, listener.socket.number) }
        return nil
    }

    /// Closes the listener; what the server added to the poll set stays, and of the stop signal the end of patience.
    consuming func endAccepting() -> PollSet {
        poll.place(-1, at: PollSet.socket)
        poll.place(service.stop.impatienceDescriptor, at: PollSet.stop)
        return poll
    }

    /// Stops looking at the listener for a while.
    mutating func pause(after error: SocketError) { errors.pause(after: error) }
}

extension Socket {
    /// The descriptor's number, for poll sets that live no longer than the socket.
    var number: Int32 { withDescriptor { $0 } }
}
