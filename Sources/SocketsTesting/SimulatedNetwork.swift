public import AsyncSockets
public import Sockets

/// A network in memory, for tests: its clock does not run while somebody has something to do, and its faults replay.
///
/// ```swift
/// let network = SimulatedNetwork(seed: 1)
/// network.conditions.latency = .milliseconds(50)
/// try await network.run {
///     let listener = try AsyncTCPListener(on: .any(port: 80), loop: .current)
///     let client = try await AsyncTCPStream.connect(to: listener.localAddress)
/// }
/// ```
///
/// The TCP, UDP and Unix roles on its loop are the ones that programs use, with other sockets below them: none of the
/// kernel, no files, any port. Time jumps to the next thing that happens, so an hour's idle limit is tested at once. A run
/// whose tasks all stay on the loop, as those of ``run(_:)`` and their children do, is the same for the same seed, event by
/// event: compare ``trace``. Tasks of other threads can use the sockets, too, but nobody knows when they come.
///
/// Names are its own: it knows those in ``names`` and `localhost`, and asks no server, so that a connect by name runs its
/// attempts on the network's clock, too.
///
/// ```swift
/// network.names["example.com"] = [try IPAddress(parsing: "fd00::9"), try IPAddress(parsing: "10.0.0.9")]
/// network.silence(try IPSocketAddress(parsing: "[fd00::9]:443"))     // IPv4 is tried 250 ms later, on the network's clock
/// ```
///
/// Options are kept, and have no effect but for these: `.receivePacketInformation` and `.receiveHopLimit`, and their like for
/// IPv6, bring what they say beside each datagram. A `PacketInformation` that is sent chooses the source, a `HopLimit` is told
/// to the receiver, and other control messages come out as they went in. Streams carry bytes only: no control messages, no
/// descriptors, no urgent byte. These, calls on the socket itself (`retrying`) and the way back to the synchronous types
/// throw `notSupported`; what `withSocket` lends answers `badDescriptor`.
@safe
public final class SimulatedNetwork: @unchecked Sendable {
    /// What the faults are drawn from.
    public let seed: UInt64

    private let lock = SpinLock()
    // Under the lock:
    private let world: World
    private weak var madeLoop: EventLoop?

    /// A network whose faults are drawn from a seed.
    public init(seed: UInt64, _ conditions: NetworkConditions = .init()) {
        self.seed = seed
        world = World(seed: seed, conditions)
    }

    func withWorld<Result>(_ body: (World) -> Result) -> Result { lock.withLock { body(world) } }

    /// Whether a loop is the network's.
    func isLoop(_ loop: EventLoop) -> Bool { lock.withLock { madeLoop === loop } }

    /// How it behaves, for everything that begins from now on.
    public var conditions: NetworkConditions {
        get { withWorld { $0.conditions } }
        set { withWorld { $0.conditions = newValue } }
    }

    /// How long it has been going on, on its own clock.
    public var elapsed: Duration { .nanoseconds(withWorld { $0.now } - World.begin) }

    /// The time this long from now, on its own clock, for `TimeLimit.until`. A `Deadline.after` is on the system's clock.
    public func deadline(after duration: Duration) -> Deadline {
        Deadline(nanoseconds: withWorld { $0.now }.saturatingAdd(duration.clampedNanoseconds))
    }

    /// Everything that happened, in order.
    public var trace: [SimulatedEvent] { withWorld { $0.trace } }

    /// Sockets that are open in it.
    public var openSockets: Int { withWorld { $0.sockets.count } }

    /// The hosts that a resolver finds in it, each with its addresses in the order to try them; what is not among them, nor
    /// `localhost` nor an address, is not found. Case and a dot at the end make no difference.
    public var names: [String: [IPAddress]] {
        get { withWorld { $0.names } }
        set {
            let plain = Dictionary(newValue.map { (World.plain($0.key), $0.value) }) { _, last in last }
            withWorld { $0.names = plain }
        }
    }

    /// The services that a resolver finds in it, each with its port; `http` and `https` at first.
    public var services: [String: Port] {
        get { withWorld { $0.services } }
        set { withWorld { $0.services = newValue } }
    }

    /// Lets nobody answer at an address: connects to it do not end, and datagrams to it are lost.
    public func silence(_ address: IPSocketAddress) { withWorld { _ = $0.silent.insert(address) } }

    /// Ends the silence at an address; what went there meanwhile stays lost.
    public func unsilence(_ address: IPSocketAddress) { withWorld { _ = $0.silent.remove(address) } }
}

extension SimulatedNetwork {
    /// The network's loop, made when it is first asked for. Throws: `tooManyDescriptors`; what pthread_create(3) throws.
    public func loop() throws(SocketError) -> EventLoop {
        if let loop = lock.withLock({ madeLoop }) { return loop }
        let new = try EventLoop { [self] (_) throws(SocketError) in try SimulatedEngine(self) }
        let winner = lock.withLock {
            if madeLoop == nil { madeLoop = new }
            return madeLoop ?? new
        }
        if winner !== new { Task { await new.shutdown() } }
        return winner
    }

    /// Runs a test in the network: its task, and the child tasks of it, stay on the network's loop.
    ///
    /// `Task { }` and `Task.detached` would leave it, unless they are given the loop as their preference. Cancelling
    /// the task cancels the test.
    public func run<Result: Sendable>(
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let loop = try loop()
        // A child task, because a change of preference takes effect with the next change of executors only.
        return try await withThrowingTaskGroup(of: Result.self) { group in
            group.addTask(executorPreference: loop) { try await body() }
            guard let result = try await group.next() else { throw CancellationError() }
            return result
        }
    }

    /// Ends the loop, and all operations on it with `closed`; cancelling does not end that.
    public func shutdown() async {
        let loop = lock.withLock { madeLoop.take() }
        await loop?.shutdown()
    }

    /// Runs a test in a network of its own, which ends with it, as ``run(_:)`` does.
    public static func run<Result: Sendable>(
        seed: UInt64, _ conditions: NetworkConditions = .init(),
        _ body: @escaping @Sendable (SimulatedNetwork) async throws -> Result
    ) async throws -> Result {
        let network = SimulatedNetwork(seed: seed, conditions)
        do {
            let result = try await network.run { try await body(network) }
            await network.shutdown()
            return result
        } catch {
            await network.shutdown()
            throw error
        }
    }
}
