internal import CSocketShim
internal import Sockets

/// The wait for the next client, under the policy, and for the stop signal.
struct AcceptLoop<Address: SocketAddressProtocol>: ~Copyable {
    let listener: StreamListener<Address>
    let service: Service
    var poll: PollSet
    var backOff: BackOff

    /// Takes the listener over and makes it non-blocking: a client that leaves between poll and accept must not make
    /// accept wait where the stop signal is not heard.
    init(_ listener: consuming StreamListener<Address>, _ configuration: ServerConfiguration) throws(SocketError) {
        try listener.socket.setMode(.nonBlocking)
        service = try Service(configuration)
        poll = PollSet(service.stop, socket: listener.socket.number)
        backOff = BackOff(configuration.acceptPolicy)
        self.listener = listener
    }

    /// Waits for a client, a stop, what else is in the poll set, or the time; the next client if there is one.
    ///
    /// A server that is full looks at everything but the listener. Throws when the listener is dead.
    mutating func next(full: Bool = false, until time: Deadline = .never) throws(SocketError) -> StreamSocket<Address>? {
        let isListening = !full && !backOff.isPausing()
        poll.place(isListening ? listener.socket.number : -1, at: PollSet.socket)
        try poll.wait(until: min(time, backOff.until ?? .never))
        if poll.isReady(PollSet.signals) { service.stop.takeSignals() }
        guard isListening, poll.isReady(PollSet.socket), !service.stop.isRequested else { return nil }
        return try accept()
    }

    private mutating func accept() throws(SocketError) -> StreamSocket<Address>? {
        do throws(SocketError) {
            let client = try listener.accept()
            backOff.succeed()
            service.counters.begin()
            return client
        } catch { try handle(error) }
        return nil
    }

    private mutating func handle(_ error: SocketError) throws(SocketError) {
        switch service.policy.action(after: error.code) {
        case .retry where error.code == .wouldBlock: break
        case .retry where backOff.mayRetry(): service.report(.acceptFailed(error))
        case .retry, .pause: pause(after: error)
        case .stop: throw error
        }
    }

    /// Closes the listener; what the server added to the poll set stays, and of the stop signal the end of patience.
    consuming func endAccepting() -> PollSet {
        poll.place(-1, at: PollSet.socket)
        poll.ignoreData(at: PollSet.stop)
        return poll
    }

    /// Stops looking at the listener for a while.
    mutating func pause(after error: SocketError) { service.report(.acceptPaused(error, backOff.begin())) }
}

extension Socket {
    /// The descriptor's number, for poll sets that live no longer than the socket.
    var number: Int32 { withDescriptor { $0 } }
}
