public import Sockets

/// Serves each client in a thread of its own, which shares the program's memory with the others.
///
/// ```swift
/// try ThreadedServer(listener, limit: 256).run { client in try echo(client) }
/// ```
///
/// While `limit` clients are served, others wait in the listener's queue. A handler that traps ends the whole program.
/// C: accept(2), pthread_create(3)
public struct ThreadedServer<Address: SocketAddressProtocol>: ~Copyable, Sendable {
    private var loop: AcceptLoop<Address>
    private let crew: Crew
    private let limit: Int
    private let stackSize: Int

    /// Takes the listener over, for at most `limit` clients at once, with `stackSize` bytes of stack each.
    ///
    /// Throws: `tooManyDescriptors`; `invalidInput` for a limit below 1 or a stack below 16 KiB.
    public init(
        _ listener: consuming StreamListener<Address>, limit: Int = 256, stackSize: Int = 128 * 1024,
        _ configuration: ServerConfiguration = .init()
    ) throws(SocketError) {
        try requireLimit(limit)
        guard stackSize >= 16 * 1024 else {
            throw SocketError(.threadCreate, .invalidInput, detail: "a thread's stack takes 16 KiB or more")
        }
        let crew = try Crew()
        loop = try AcceptLoop(listener, configuration)
        loop.poll.append(crew.wakeUpDescriptor)
        self.crew = crew
        self.limit = limit
        self.stackSize = stackSize
    }

    /// Stops the server, also before it runs. When the patience ends, the clients that still run are shut down, so that
    /// their handlers' calls end; a handler that does not look cannot be ended.
    public var stop: StopSignal { loop.service.stop }
    /// What the server has done so far.
    public var counters: ServerCounters { loop.service.counters }
    /// Where it listens.
    public var localAddress: Address { loop.listener.localAddress }

    /// Serves clients until it is stopped, then closes the listener and waits for all handlers to end.
    ///
    /// A handler that throws, or a thread that cannot be started, costs one client only.
    /// Throws: what accept throws when the listener is dead, once the handlers ended; see ``AcceptPolicy``.
    public consuming func run(
        _ handler: @escaping @Sendable (borrowing StreamSocket<Address>) throws -> Void
    ) throws(SocketError) {
        let (crew, service) = (crew, loop.service)
        do throws(SocketError) { try acceptAll(handler) } catch {
            try crew.drain(service.stop)
            throw error
        }
        try crew.drain(service.stop)
    }

    private consuming func acceptAll(
        _ handler: @escaping @Sendable (borrowing StreamSocket<Address>) throws -> Void
    ) throws(SocketError) {
        let work = Work(handler, loop.service, crew)
        while !loop.service.stop.isRequested {
            let client = try loop.next(full: crew.isFull(limit))
            if loop.poll.isReady(PollSet.own) { crew.clearWakeUp() }
            if let client { start(client, work) }
        }
    }

    private func start(_ client: consuming StreamSocket<Address>, _ work: Work<Address>) {
        let place = crew.enter(client.socket.number)
        let job = Job(client, work, place)
        do throws(SocketError) { try Thread.start(job, stackSize) } catch {
            crew.leave(place)
            work.service.fail(.clientRefused(error))
        }
    }
}

/// What all threads of a server share: what to run, and where to account for it.
private final class Work<Address: SocketAddressProtocol>: Sendable {
    let handler: @Sendable (borrowing StreamSocket<Address>) throws -> Void
    let service: Service
    let crew: Crew

    init(
        _ handler: @escaping @Sendable (borrowing StreamSocket<Address>) throws -> Void, _ service: Service,
        _ crew: Crew
    ) {
        self.handler = handler
        self.service = service
        self.crew = crew
    }
}

/// One client's thread; it is small, because there can be many.
private final class Job<Address: SocketAddressProtocol>: ThreadBody {
    private var client: StreamSocket<Address>?
    private var work: Work<Address>?
    private let place: Int32

    init(_ client: consuming StreamSocket<Address>, _ work: Work<Address>, _ place: Int32) {
        self.client = consume client
        self.work = work
        self.place = place
    }

    /// Whatever the thread has is given back before it tells of its end, which the server's `run` waits for.
    func run() {
        guard let client = client.take(), let work = work.take() else { return }
        let crew = work.crew
        serve(client, consume work)
        crew.leave(place)
    }

    private func serve(_ client: consuming StreamSocket<Address>, _ work: consuming Work<Address>) {
        work.service.serve { try work.handler(client) }
        // From now on nobody shuts the socket down, so that its number is free to be closed.
        work.crew.forget(place)
        _ = consume client
    }
}
