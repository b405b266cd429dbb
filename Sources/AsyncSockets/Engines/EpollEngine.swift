#if os(Linux)
internal import CSocketShim
internal import Sockets

/// Edge-triggered epoll: a socket is registered once, for both directions. C: epoll(7)
@safe
final class EpollEngine: ReadinessEngine {
    private static let capacity = 512

    private let epoll: OwnedDescriptor
    private let waker: Waker
    private let events: UnsafeMutableRawPointer
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
    }

    deinit { unsafe events.deallocate() }

    private static var edge: UInt32 { CSOCK_EPOLL_EDGE }
    private static let input = UInt32(csock_EPOLLIN), output = UInt32(csock_EPOLLOUT)
    // A receive stops at an urgent byte, so that less than was asked for is not all.
    private static let end = UInt32(csock_EPOLLRDHUP | csock_EPOLLHUP | csock_EPOLLERR | csock_EPOLLPRI)

    package func attach(_ slot: SlotReference) -> Int32 {
        // An event tells what is there from the begin; room to send there is.
        slot.slot.state.insert(.writable)
        let interest = Self.input | Self.output | UInt32(csock_EPOLLRDHUP | csock_EPOLLPRI) | Self.edge
        let user = UInt64(slot.slot.generation) << 32 | UInt64(slot.slot.index)
        return csock_epoll_ctl(epoll.number, csock_EPOLL_CTL_ADD, slot.slot.descriptor, interest, user)
    }

    package func detach(_ slot: SlotReference) -> Bool {
        // A duplicate would go on to report events after the close.
        _ = csock_epoll_ctl(epoll.number, csock_EPOLL_CTL_DEL, slot.slot.descriptor, 0, 0)
        return true
    }

    func arm(_ slot: SlotReference, _ direction: Direction) {}

    package func wait(_ timeout: Int64) {
        // The memory has room for as many events as it says.
        let count = unsafe max(0, Int(csock_epoll_wait_plain(epoll.number, events, Int32(Self.capacity), timeout)))
        let isCrowded = unsafe table.isCrowded
        for index in 0..<count {
            if isCrowded { fetch(index, count) }
            dispatch(event(index))
        }
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
    private func dispatch(_ event: (user: UInt64, bits: UInt32)) {
        guard let slot = place(event.user) else { return waker.clear() }
        guard slot.slot.generation == UInt32(truncatingIfNeeded: event.user >> 32) else { return }
        let bits = event.bits
        slot.withLoop { loop in
            loop.runningWoken {
                slot.ready(
                    readable: bits & Self.input != 0, writable: bits & Self.output != 0, ended: bits & Self.end != 0)
            }
        }
    }

    package func wakeUp() { waker.wake() }
}
#endif
