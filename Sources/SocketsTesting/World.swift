import AsyncSockets
internal import CSocketShim
import Sockets

/// All there is in a simulated network. Whoever looks at it holds the network's lock.
///
/// Answers are as of system calls: 0 or more, or a negated errno.
final class World {
    /// Something that is going to happen.
    enum Action {
        case wake(Int32, Direction)
        /// Bytes come to a socket.
        case deliver(Int32, [UInt8])
        /// The peer of a socket sends no more.
        case end(Int32)
        case reset(Int32)
        /// A connect comes to where it went.
        case arrive(Int32, SocketAddress)
        /// The answer to a connect comes back: 0 or an errno.
        case answer(Int32, Int32)
        case datagram(ReceivedDatagram, from: Int32)
        /// Nobody takes what a connected datagram socket sent.
        case unreachable(Int32)
    }

    /// Where the clock begins: late enough that no time before it is negative.
    static let begin: Int64 = 1_000_000_000

    var conditions: NetworkConditions
    var random: SeededRandom
    private(set) var now = World.begin
    private(set) var trace: [SimulatedEvent] = []
    var sockets: [Int32: SimulatedSocket] = [:]
    var places = Places()
    var silent: Set<IPSocketAddress> = []
    var names: [String: [IPAddress]] = [:]
    var services: [String: Port] = ["http": 80, "https": 443]
    private var events = EventHeap()
    private var lastNumber = VirtualNumber.first - 1

    init(seed: UInt64, _ conditions: NetworkConditions) {
        random = SeededRandom(seed: seed)
        self.conditions = conditions
    }

    // MARK: Time

    /// When the next thing happens, if any is to come.
    var nextTime: Int64? { events.earliest }

    func plan(_ action: Action, after time: Int64 = 0) { plan(action, at: now.saturatingAdd(time)) }

    func plan(_ action: Action, at time: Int64) { events.plan(action, at: time) }

    /// Lets time go on, and everything happen that is due by then; returns whom that wakes.
    func advance(to time: Int64) -> [(slot: SlotReference, direction: Direction)] {
        var woken: [(slot: SlotReference, direction: Direction)] = []
        while let event = events.next(until: time) {
            now = max(now, event.time)
            for (number, direction) in happen(event.action) {
                if let slot = sockets[number]?.slot { woken.append((slot, direction)) }
            }
            // Those it concerns run before the next thing happens at a later time.
            if !woken.isEmpty, events.earliest.map({ $0 > now }) ?? true { return woken }
        }
        if woken.isEmpty { now = max(now, time) }
        return woken
    }

    /// How long something takes to the other end, drawn anew each time.
    func travelTime() -> Int64 {
        conditions.latency.nanosecondsHere.saturatingAdd(random.upTo(conditions.jitter.nanosecondsHere))
    }

    func note(_ kind: SimulatedEvent.Kind, _ number: Int32, _ count: Int = 0) {
        let socket = Int(number - VirtualNumber.first) + 1
        trace.append(
            SimulatedEvent(time: .nanoseconds(now - Self.begin), socket: socket, kind: kind, count: count))
    }

    // MARK: Sockets

    func open(_ family: AddressFamily, isStream: Bool) -> Int32 {
        guard lastNumber < .max else { return -csock_ENFILE }
        lastNumber += 1
        sockets[lastNumber] = SimulatedSocket(lastNumber, family, isStream: isStream)
        note(.opened, lastNumber)
        return lastNumber
    }

    func bind(_ number: Int32, to address: SocketAddress) -> Int32 {
        guard let socket = sockets[number] else { return -csock_EBADF }
        guard address.family == socket.family else { return -csock_EAFNOSUPPORT }
        guard socket.local.isNone else { return -csock_EINVAL }
        guard let local = places.take(address, for: socket) else { return -csock_EADDRINUSE }
        socket.local = local
        note(.bound, number)
        return 0
    }

    /// Gives a socket that was not bound the address from which it reaches a target.
    func bindAny(_ socket: SimulatedSocket, toReach target: SocketAddress) -> Int32 {
        guard socket.local.isNone, let source = SocketAddress.source(for: target) else { return 0 }
        return bind(socket.number, to: source)
    }

    func close(_ number: Int32) -> Int32 {
        guard let socket = sockets.removeValue(forKey: number) else { return -csock_EBADF }
        places.leave(socket)
        note(.closed, number)
        leave(socket)
        for waiting in socket.queue {
            sockets[waiting]?.resetsOnClose = true
            _ = close(waiting)
        }
        return 0
    }
}

extension Int64 {
    func saturatingAdd(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }
}

extension Duration {
    /// The duration in nanoseconds, at least 0.
    var nanosecondsHere: Int64 { max(0, clampedNanoseconds) }
}
