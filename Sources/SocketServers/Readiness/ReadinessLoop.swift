internal import Sockets

/// One thread, many clients: waits, and for each ready client receives once and calls its handler.
struct ReadinessLoop<Poller: ReadinessPoller & ~Copyable>: ~Copyable {
    private var poller: Poller
    private let door: Door
    private let service: Service
    private let handlers: HandlerTable
    private let limits: ConnectionLimits
    private var connections = ConnectionTable()
    private var errors: AcceptErrors
    private var isListening = false
    /// One for all: bytes are dealt with before the next ones are received.
    private var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    private var received = 0
    private var sent = 0

    init(
        _ poller: consuming Poller, _ door: Door, _ service: Service, _ handlers: HandlerTable,
        _ limits: ConnectionLimits
    ) {
        self.poller = poller
        self.door = door
        self.service = service
        self.handlers = handlers
        self.limits = limits
        errors = AcceptErrors(service)
    }

    /// Serves until the stop signal or the listener's end, then closes the listener and serves on until the clients are
    /// done or time is up.
    mutating func run() throws(SocketError) {
        // Both at once: at the end of its clients a server must not depend on room for one more.
        try poller.add(service.stop.descriptor, for: .readable, token: Token.stop)
        try poller.add(service.stop.impatienceDescriptor, for: .readable, token: Token.stop)
        let signals = service.stop.signalDescriptor
        if signals >= 0 { try poller.add(signals, for: .readable, token: Token.signals) }
        defer { service.counters.abandon(connections.count) }
        let result = Result { () throws(SocketError) in try acceptAll() }
        try drain()
        try result.get()
    }

    private mutating func acceptAll() throws(SocketError) {
        while !service.stop.isRequested {
            try listen()
            try turn(until: errors.pauseEnd)
        }
    }

    private mutating func drain() throws(SocketError) {
        // A listener that cannot be taken out any more is none.
        _ = try? setListening(false)
        door.close()
        // When the listener has ended, nobody may have asked to stop yet.
        while connections.count > 0, !service.stop.isRequested { try turn(until: .never) }
        // It tells of the stop for ever.
        try poller.remove(service.stop.descriptor)
        while connections.count > 0, !service.stop.deadline.hasPassed { try turn(until: service.stop.deadline) }
    }

    private mutating func turn(until deadline: Deadline) throws(SocketError) {
        _ = try poller.wait(until: deadline)
        while let event = poller.next() {
            if let index = connections.index(of: event.token) {
                serve(index, event.readiness)
            } else {
                try serveOwn(event.token)
            }
        }
        service.counters.move(received: received, sent: sent)
        (received, sent) = (0, 0)
    }

    private mutating func serveOwn(_ token: UInt64) throws(SocketError) {
        if token == Token.listener { try acceptSome() }
        if token == Token.signals { service.stop.takeSignals() }
    }
}

/// Tokens that no connection has: the generation of a connection is odd.
private enum Token {
    static let stop: UInt64 = 0, signals: UInt64 = 1, listener: UInt64 = 2
}

// MARK: Clients

extension ReadinessLoop where Poller: ~Copyable {
    private mutating func serve(_ index: Int, _ readiness: Readiness) {
        do {
            if readiness.contains(.writable) { try connections[index].flush() }
            if readiness != .writable { try advance(index) }
            try settle(index)
        } catch { drop(index, .handlerFailed(error)) }
    }

    /// Receives once; an error or a hang-up shows there, or when something is sent.
    private mutating func advance(_ index: Int) throws {
        if connections[index].isReceiving {
            received &+= try handlers.receive(index, &connections[index], &buffer)
        } else {
            try connections[index].flush()
        }
    }

    /// After a client was dealt with: counts, and asks the poller for what is to come.
    private mutating func settle(_ index: Int) throws(SocketError) {
        sent &+= connections[index].takeSentCount()
        if connections[index].isFinished {
            remove(index)
            service.counters.end(failed: false)
        } else if let interest = connections[index].newInterest() {
            let token = connections.token(index)
            try poller.modify(connections[index].socket, for: interest, token: token)
        }
    }

    private mutating func drop(_ index: Int, _ event: ServerEvent) {
        remove(index)
        service.fail(event)
    }

    private mutating func remove(_ index: Int) {
        // A failure leaves nothing to do: closing takes it out of epoll, and select and poll know the number.
        _ = try? poller.remove(connections[index].socket)
        connections.remove(at: index)
    }
}

// MARK: Accepting

extension ReadinessLoop where Poller: ~Copyable {
    /// Watches the listener, or does not; when there is no room for that, it pauses and tries again.
    private mutating func listen() throws(SocketError) {
        let isWanted = !errors.isPausing() && connections.count < limits.connections
        do throws(SocketError) { try setListening(isWanted) } catch { try errors.handle(error, door.number) }
    }

    private mutating func setListening(_ wanted: Bool) throws(SocketError) {
        guard wanted != isListening else { return }
        if wanted {
            try poller.add(door.number, for: .readable, token: Token.listener)
        } else {
            try poller.remove(door.number)
        }
        isListening = wanted
    }

    /// Takes several clients at once, but not so many that those who are served have to wait.
    private mutating func acceptSome() throws(SocketError) {
        for _ in 0..<16 {
            guard isListening, !service.stop.isRequested, connections.count < limits.connections else { return }
            guard try accept() else { return }
        }
    }

    private mutating func accept() throws(SocketError) -> Bool {
        do throws(SocketError) {
            let client = try door.accept(limits)
            errors.succeed()
            service.counters.begin()
            admit(client)
            return true
        } catch { try errors.handle(error, door.number) }
        return false
    }

    private mutating func admit(_ client: consuming Connection) {
        let index = connections.insert(client)
        handlers.start(index)
        do throws(SocketError) {
            let token = connections.token(index)
            try poller.add(connections[index].socket, for: .readable, token: token)
        } catch { drop(index, .clientRefused(error)) }
    }
}
