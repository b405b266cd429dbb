public import AsyncSockets
internal import CSocketShim
import Sockets
internal import Synchronization

/// An engine on a simulated network, with the network's clock: time goes on only when nobody has anything to do.
@safe
final class SimulatedEngine: Engine, VirtualSockets, @unchecked Sendable {
    private let network: SimulatedNetwork
    private let waker: Waker
    private let isWoken = Atomic<Bool>(false)
    private let buffers = BufferPool()

    /// Throws: `tooManyDescriptors`.
    init(_ network: SimulatedNetwork) throws(SocketError) {
        let waker = try Waker()
        self.network = network
        self.waker = waker
    }

    var kind: EngineKind { .simulated }
    var now: Int64 { network.withWorld { $0.now } }
    func mode(for state: Slot.State) -> BlockingMode { .nonBlocking }
    var virtualSockets: (any VirtualSockets)? { self }

    func attach(_ slot: SlotReference) -> Int32 {
        let number = slot.slot.descriptor
        return network.withWorld { world in
            // The kernel's sockets know nothing of this clock.
            guard let socket = world.sockets[number] else { return -csock_ENOTSUP }
            socket.slot = slot
            return 0
        }
    }

    func detach(_ slot: SlotReference) -> Bool {
        let number = slot.slot.descriptor
        network.withWorld { $0.sockets[number]?.slot = nil }
        return true
    }

    // MARK: Waiting

    func wait(_ timeout: Int64) {
        if isWoken.exchange(false, ordering: .acquiring) {
            waker.clear()
            _ = wakeDue(by: now)
            return
        }
        if wakeDue(by: now) || timeout == 0 { return }
        let (next, now) = network.withWorld { ($0.nextTime, $0.now) }
        let end = timeout < 0 ? Int64.max : now.saturatingAdd(timeout)
        guard next != nil || end != .max else { return waitForOthers() }
        _ = wakeDue(by: min(next ?? .max, end))
    }

    /// Nothing is to come in this network: only another thread can go on.
    private func waitForOthers() {
        waker.waitForever()
        isWoken.store(false, ordering: .releasing)
    }

    private func wakeDue(by time: Int64) -> Bool {
        let woken = network.withWorld { $0.advance(to: time) }
        for (slot, direction) in woken { slot.wake(direction) }
        return !woken.isEmpty
    }

    func wakeUp() {
        if !isWoken.exchange(true, ordering: .acquiringAndReleasing) { waker.wake() }
    }

    // Whoever waits is woken when something changes, so nothing has to be asked for.
    func isReady(_ slot: SlotReference, _ direction: Direction) -> Bool { true }
    func awaitReadiness(_ slot: SlotReference, _ direction: Direction) -> Int { Attempt.pending }
    func reconsider(_ slot: SlotReference, _ direction: Direction) -> Int {
        isReady(slot.slot.descriptor, direction) ? 0 : Attempt.pending
    }
    func interrupt(_ slot: SlotReference, _ direction: Direction) -> Bool { true }

    // MARK: Streams

    // In all of these the caller lends the memory for the length of the call.

    func receive(_ slot: SlotReference, _ memory: UnsafeMutableBufferPointer<UInt8>) -> Int {
        let number = slot.slot.descriptor
        return network.withWorld { unsafe $0.receive(number, memory) }
    }

    func send(_ slot: SlotReference, _ memory: UnsafeBufferPointer<UInt8>) -> Int {
        let number = slot.slot.descriptor
        return network.withWorld { unsafe $0.send(number, memory) }
    }

    func receive(_ slot: SlotReference, lending loan: inout Loan) -> Int {
        unsafe loan.memory = buffers.take()
        let room = unsafe UnsafeMutableBufferPointer(
            start: loan.memory?.assumingMemoryBound(to: UInt8.self), count: BufferPool.bufferSize)
        let count = unsafe receive(slot, room)
        if count > 0 { loan.count = count } else { giveBack(&loan) }
        return count
    }

    func takeBack(_ loan: consuming Loan) {
        var loan = loan
        giveBack(&loan)
    }

    private func giveBack(_ loan: inout Loan) {
        if let memory = unsafe loan.memory.take() { unsafe buffers.give(memory) }
    }

    func accept(_ slot: SlotReference, _ peer: inout SocketAddress) -> Int {
        network.withWorld { $0.accept(slot, &peer) }
    }

    // MARK: What roles ask for

    func open(_ family: AddressFamily, isStream: Bool) -> Int32 {
        let isKnown = family == .ipv4 || family == .ipv6 || family == .unix
        return isKnown ? network.withWorld { $0.open(family, isStream: isStream) } : -csock_EAFNOSUPPORT
    }

    func close(_ number: Int32) -> Int32 { changing { $0.close(number) } }
    func bind(_ number: Int32, to address: SocketAddress) -> Int32 { changing { $0.bind(number, to: address) } }
    func listen(_ number: Int32, backlog: Int) -> Int32 { changing { $0.listen(number, backlog: backlog) } }
    func connect(_ number: Int32, to address: SocketAddress) -> Int32 { changing { $0.connect(number, to: address) } }
    func connectResult(_ number: Int32) -> Int32 { network.withWorld { $0.connectResult(number) } }
    func shutdown(_ number: Int32, _ half: ShutdownHalf) -> Int32 { changing { $0.shutdown(number, half) } }

    func localAddress(_ number: Int32) -> SocketAddress { network.withWorld { $0.sockets[number]?.local ?? .none } }

    func prepareReset(_ number: Int32) -> Int32 {
        network.withWorld { world in
            guard let socket = world.sockets[number] else { return -csock_EBADF }
            socket.resetsOnClose = true
            return 0
        }
    }

    func setOption(_ number: Int32, _ key: OptionKey, _ value: OptionBytes) -> Int32 {
        network.withWorld { world in
            guard let socket = world.sockets[number] else { return -csock_EBADF }
            socket.options[key] = value
            return 0
        }
    }

    func option(_ number: Int32, _ key: OptionKey) -> OptionBytes? {
        network.withWorld { $0.sockets[number]?.options[key] }
    }

    func pair() -> (Int32, Int32) { network.withWorld { $0.pair() } }

    func receive(
        _ number: Int32, _ memory: UnsafeMutableBufferPointer<UInt8>, _ flags: ReceiveFlags,
        _ message: inout VirtualMessage
    ) -> Int {
        changing { unsafe $0.receive(number, memory, flags, &message) }
    }

    func send(
        _ number: Int32, _ memory: UnsafeBufferPointer<UInt8>, _ control: OutgoingControl, to address: SocketAddress,
        _ flags: SendFlags
    ) -> Int {
        changing { unsafe $0.send(number, memory, control, to: address, flags) }
    }

    func isReady(_ number: Int32, _ direction: Direction) -> Bool {
        network.withWorld { $0.isReady(number, direction) }
    }

    func answer(_ question: Question) -> (answer: Result<Answer, SocketError>, delay: Int64) {
        network.withWorld { ($0.answer(question), $0.conditions.lookupTime.nanosecondsHere) }
    }

    /// Changes the network from any thread: the loop may be waiting for something to happen.
    private func changing<Answer>(_ body: (World) -> Answer) -> Answer {
        let (answer, hasPlans) = network.withWorld { world in (body(world), world.nextTime != nil) }
        if hasPlans, EventLoop.current.map({ !network.isLoop($0) }) ?? true { wakeUp() }
        return answer
    }
}

extension EngineKind {
    /// The engine of a ``SimulatedNetwork``.
    public static let simulated = EngineKind(rawValue: "simulated")
}
