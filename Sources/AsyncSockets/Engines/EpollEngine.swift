#if os(Linux)
internal import CSocketShim
internal import Sockets

/// Edge-triggered epoll: a socket is registered once, for both directions. C: epoll(7)
@safe
final class EpollEngine: ReadinessEngine {
    /// Events of one wait, and bytes received for those who wait, before they have their turn: enough of them to keep the kernel's
    /// code in the processor's cache, and few enough that sockets, tasks and bytes stay there, too.
    private static let capacity = 64
    private static let mostAtOnce = 256 << 10

    private let epoll: OwnedDescriptor
    private let waker: Waker
    private let events: UnsafeMutableRawPointer
    /// The events of the last wait, and how many of them have been seen to.
    @exclusivity(unchecked)
    private var count = 0
    @exclusivity(unchecked)
    private var next = 0
    let buffers = BufferPool()
    /// Looks up whom an event is for.
    private unowned(unsafe) let table: SlotTable

    package var kind: EngineKind { .epoll }

    /// Throws: `tooManyDescriptors`. C: epoll_create1(2)
    init(_ table: SlotTable) throws(SocketError) {
        let epoll = try OwnedDescriptor(adopting: try check(.epollCreate) { csock_epoll_create() })
        let waker = try Waker()
        let number = epoll.number, receiver = waker.receiver
        _ = try check(.epollControl) {
            csock_epoll_ctl(number, csock_EPOLL_CTL_ADD, receiver, UInt32(csock_EPOLLIN) | Self.edge, .max)
        }
        self.epoll = epoll
        self.waker = waker
        unsafe self.table = table
        unsafe events = .allocate(byteCount: Self.capacity * csock_epoll_event_size(), alignment: 16)
        try requireWaiting()
    }

    /// Waits as it will later, for ever, and for something that is there: what is forbidden shows now.
    private func requireWaiting() throws(SocketError) {
        waker.wake()
        for timeout in [-1, 0] as [Int64] { _ = try check(.epollWait) { collect(timeout) } }
        waker.clear()
        unsafe count = 0
    }

    deinit { unsafe events.deallocate() }

    private static var edge: UInt32 { CSOCK_EPOLL_EDGE }
    private static let input = UInt32(csock_EPOLLIN), output = UInt32(csock_EPOLLOUT)
    // A receive stops at an urgent byte, so that less than was asked for is not all.
    private static let end = UInt32(csock_EPOLLRDHUP | csock_EPOLLHUP | csock_EPOLLERR | csock_EPOLLPRI)

    package func attach(_ slot: SlotReference) -> Int32 {
        // What is there the first calls tell: a client's request is often there as soon as the client, and one that is served
        // at once is never registered.
        slot.slot.state.insert([.readable, .writable])
        return 0
    }

    package func detach(_ slot: SlotReference) -> Bool {
        guard slot.slot.state.contains(.registered) else { return true }
        // A duplicate would go on to report events after the close.
        _ = csock_epoll_ctl(epoll.number, csock_EPOLL_CTL_DEL, slot.slot.descriptor, 0, 0)
        return true
    }

    /// Registers a socket when somebody waits for it first.
    @inline(__always)
    func arm(_ slot: SlotReference, _ direction: Direction) -> Int32 {
        slot.slot.state.contains(.registered) ? 0 : register(slot)
    }

    @inline(never)
    private func register(_ slot: SlotReference) -> Int32 {
        let interest = Self.input | Self.output | UInt32(csock_EPOLLRDHUP | csock_EPOLLPRI) | Self.edge
        let user = UInt64(slot.slot.generation) << 32 | UInt64(slot.slot.index)
        let error = csock_epoll_ctl(epoll.number, csock_EPOLL_CTL_ADD, slot.slot.descriptor, interest, user)
        if error == 0 { slot.slot.state.insert(.registered) }
        return error
    }

    package func wait(_ timeout: Int64) {
        if unsafe next == count { collect(timeout) }
        let isCrowded = unsafe table.isCrowded
        var received = 0
        while unsafe next < count, received < Self.mostAtOnce {
            if isCrowded { unsafe fetch(next, count) }
            received += unsafe dispatch(event(next))
            unsafe next += 1
        }
    }

    @discardableResult
    private func collect(_ timeout: Int64) -> Int32 {
        // The memory has room for as many events as it says.
        let result = unsafe csock_epoll_wait_plain(epoll.number, events, Int32(Self.capacity), timeout)
        unsafe count = max(0, Int(result))
        unsafe next = 0
        if result < 0, result != -csock_EINTR { waker.pause(timeout) }
        return result
    }

    /// Has the processor fetch what the next events need.
    @inline(__always)
    private func fetch(_ index: Int, _ count: Int) {
        if index + 2 < count { place(event(index + 2).user)?.fetch() }
        if index + 1 < count { place(event(index + 1).user)?.fetchWaiter(.read) }
    }

    @inline(__always)
    private func event(_ index: Int) -> (user: UInt64, bits: UInt32) {
        var user: UInt64 = 0
        // The index is below the number of events there are.
        let bits = unsafe csock_epoll_event(events, index, &user)
        return (user, bits)
    }

    /// The slot that an event names, whoever is in it now; nil for the waker.
    @inline(__always)
    private func place(_ user: UInt64) -> SlotReference? {
        user == .max ? nil : unsafe table[UInt32(truncatingIfNeeded: user)]
    }

    @inline(__always)
    private func dispatch(_ event: (user: UInt64, bits: UInt32)) -> Int {
        guard let slot = place(event.user) else {
            waker.clear()
            return 0
        }
        guard slot.slot.generation == UInt32(truncatingIfNeeded: event.user >> 32) else { return 0 }
        let bits = event.bits
        return ready(
            slot, readable: bits & Self.input != 0, writable: bits & Self.output != 0, ended: bits & Self.end != 0)
    }

    package func wakeUp() { waker.wake() }
}
#endif
