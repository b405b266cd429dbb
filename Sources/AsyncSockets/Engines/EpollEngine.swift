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
    private static let end = UInt32(csock_EPOLLRDHUP | csock_EPOLLHUP | csock_EPOLLERR)

    package func attach(_ slot: SlotReference) -> Int32 {
        // An event tells what is there from the begin; room to send there is.
        slot.slot.state.insert(.writable)
        let interest = Self.input | Self.output | UInt32(csock_EPOLLRDHUP) | Self.edge
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
        let count = unsafe csock_epoll_wait_plain(epoll.number, events, Int32(Self.capacity), timeout)
        var user: UInt64 = 0
        for index in 0..<max(0, Int(count)) {
            let bits = unsafe csock_epoll_event(events, index, &user)
            dispatch(user, bits)
        }
    }

    @inline(__always)
    private func dispatch(_ user: UInt64, _ bits: UInt32) {
        guard user != .max else { return waker.clear() }
        let index = UInt32(truncatingIfNeeded: user), generation = UInt32(truncatingIfNeeded: user >> 32)
        guard let slot = unsafe table.tenant(index, generation) else { return }
        slot.ready(readable: bits & Self.input != 0, writable: bits & Self.output != 0, ended: bits & Self.end != 0)
    }

    package func wakeUp() { waker.wake() }
}
#endif
