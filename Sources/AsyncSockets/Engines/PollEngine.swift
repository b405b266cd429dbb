internal import CSocketShim
internal import Sockets

/// Poll, on any system: the one to read first. Each wait costs as much as there are sockets. C: poll(2)
@safe
final class PollEngine: ReadinessEngine {
    private let waker: Waker
    let buffers = BufferPool()
    /// The waker's, and one of each socket, whose place the socket's slot knows.
    private var entries: [csock_pollfd_t]
    /// Whose entries they are, but for the first.
    private var owners: [SlotReference] = []

    /// Sockets that had an error when they were last looked at, and are awaited again. One that stays, such as an entry in a
    /// queue of errors that nobody takes, would be reported at once, again and again.
    private var delayed: [SlotReference] = []
    private static let hadError: UInt32 = 1, isDelayed: UInt32 = 2

    package var kind: EngineKind { .poll }

    /// Throws: `tooManyDescriptors`.
    init() throws(SocketError) {
        let waker = try Waker()
        entries = [csock_pollfd_t(descriptor: waker.receiver, events: Self.input, ready: 0)]
        self.waker = waker
        _ = try check(.poll) { poll(0) }
    }

    private static let pause: Int64 = 1_000_000
    private static let input = Int16(csock_POLLIN), output = Int16(csock_POLLOUT)
    private static let end = Int16(csock_POLLHUP | csock_POLLERR | csock_POLLNVAL | csock_POLLRDHUP)
    /// What a listener waits for: one that was shut down is readable for ever, and nobody comes.
    private static let clients = Int16(csock_POLLIN | csock_POLLRDHUP)

    package func attach(_ slot: SlotReference) -> Int32 {
        // Whether there is something to receive the first call tells.
        slot.slot.state.insert([.readable, .writable])
        slot.slot.engine.first = Int32(truncatingIfNeeded: entries.count)
        entries.append(csock_pollfd_t(descriptor: -1, events: 0, ready: 0))
        owners.append(slot)
        return 0
    }

    package func detach(_ slot: SlotReference) -> Bool {
        let place = Int(slot.slot.engine.first)
        // The last entry takes the place of this one, so that no other has to move.
        entries.swapAt(place, entries.count - 1)
        owners.swapAt(place - 1, owners.count - 1)
        owners[place - 1].slot.engine.first = Int32(truncatingIfNeeded: place)
        entries.removeLast()
        owners.removeLast()
        slot.slot.engine.first = -1
        slot.slot.engine.flags = 0
        return true
    }

    func arm(_ slot: SlotReference, _ direction: Direction) -> Int32 {
        let place = Int(slot.slot.engine.first)
        guard place > 0 else { return 0 }
        let events = slot.slot.state.contains(.listening) ? Self.clients : Self.input
        entries[place].events |= direction == .read ? events : Self.output
        if slot.slot.engine.flags == 0 { entries[place].descriptor = slot.slot.descriptor } else { delay(slot) }
        return 0
    }

    /// Looks at it a millisecond later, or when something else came.
    private func delay(_ slot: SlotReference) {
        if slot.slot.engine.flags & Self.isDelayed == 0 { delayed.append(slot) }
        slot.slot.engine.flags |= Self.isDelayed
    }

    private func watchDelayed() {
        for slot in delayed where slot.slot.engine.flags & Self.isDelayed != 0 {
            slot.slot.engine.flags = 0
            entries[Int(slot.slot.engine.first)].descriptor = slot.slot.descriptor
        }
        delayed.removeAll(keepingCapacity: true)
    }

    /// Awaits nothing more. A hang-up is reported whether it is awaited or not, and would end every wait at once, but a
    /// negative descriptor is passed over.
    private func disarm(_ place: Int, _ direction: Int16) {
        entries[place].events &= ~direction
        if entries[place].events == 0 { entries[place].descriptor = -1 }
    }

    package func wait(_ timeout: Int64) {
        guard !delayed.isEmpty else { return waitForEvents(timeout) }
        waitForEvents(timeout < 0 ? Self.pause : min(timeout, Self.pause))
        watchDelayed()
    }

    private func waitForEvents(_ timeout: Int64) {
        let count = poll(timeout)
        guard count >= 0 else { return count == -csock_EINTR ? () : goOnWithoutEvents(timeout) }
        var left = count
        if entries[0].ready != 0 {
            waker.clear()
            left -= 1
        }
        var place = 1
        while left > 0, place < entries.count {
            let bits = entries[place].ready
            if bits != 0 {
                dispatch(place, bits)
                left -= 1
            }
            place += 1
        }
    }

    private func poll(_ timeout: Int64, entriesUpTo limit: Int = .max) -> Int32 {
        // The entries are the kernel's struct pollfd, as the shim asserts.
        unsafe entries.withUnsafeMutableBufferPointer { entries in
            unsafe csock_poll(entries.baseAddress, min(entries.count, limit), timeout)
        }
    }

    private func dispatch(_ place: Int, _ bits: Int16) {
        let hasEnded = bits & Self.end != 0
        disarm(place, hasEnded ? ~0 : bits)
        if hasEnded { owners[place - 1].slot.engine.flags |= Self.hadError }
        ready(
            owners[place - 1], readable: bits & Self.input != 0, writable: bits & Self.output != 0, ended: hasEnded)
    }

    /// Memory is short, or the limit on descriptors is below what is open by now, and that lasts for an unknown time.
    /// Until then whoever waits tries, a millisecond apart.
    private func goOnWithoutEvents(_ timeout: Int64) {
        if poll(timeout < 0 ? Self.pause : min(timeout, Self.pause), entriesUpTo: 1) > 0 { waker.clear() }
        for place in 1..<entries.count where entries[place].descriptor >= 0 {
            let events = entries[place].events
            disarm(place, ~0)
            let (readable, writable) = (events & Self.input != 0, events & Self.output != 0)
            ready(owners[place - 1], readable: readable, writable: writable, ended: false)
        }
    }

    package func wakeUp() { waker.wake() }
}
