#if canImport(Darwin) || os(FreeBSD) || os(OpenBSD)
internal import CSocketShim
internal import Sockets

/// Edge-triggered kqueue: a socket is registered once, for both directions. C: kqueue(2)
@safe
final class KqueueEngine: ReadinessEngine {
    private static let capacity = 512

    private let queue: OwnedDescriptor
    private let waker: Waker
    private let events: UnsafeMutableRawPointer
    let buffers = BufferPool()
    /// Looks up whom an event is for.
    private unowned(unsafe) let table: SlotTable

    package var kind: EngineKind { .kqueue }

    /// Throws: `tooManyDescriptors`. C: kqueue(2)
    init(_ table: SlotTable) throws(SocketError) {
        let queue = try OwnedDescriptor(adopting: try check(.inspect) { csock_kqueue_create() })
        let waker = try Waker()
        self.queue = queue
        self.waker = waker
        unsafe self.table = table
        unsafe events = .allocate(byteCount: Self.capacity * csock_kqueue_event_size(), alignment: 16)
        try watchWaker()
    }

    deinit { unsafe events.deallocate() }

    private func watchWaker() throws(SocketError) {
        let receiver = waker.receiver
        _ = try check(.inspect) { change(receiver, [csock_EVFILT_READ], csock_EV_ADD | csock_EV_CLEAR, .max) }
    }

    /// Makes the same change to what is watched of a descriptor: 0 or a negated errno.
    private func change(_ descriptor: Int32, _ filters: [Int32], _ flags: Int32, _ user: UInt64) -> Int32 {
        let changes = filters.map {
            csock_kevent_t(descriptor: descriptor, filter: $0, flags: UInt32(flags), user: user, data: 0)
        }
        // The changes are read during the call.
        return unsafe csock_kqueue_change(queue.number, changes, changes.count)
    }

    package func attach(_ slot: SlotReference) -> Int32 {
        // An event tells what is there from the begin; room to send there is.
        slot.slot.state.insert(.writable)
        let user = UInt64(slot.slot.generation) << 32 | UInt64(slot.slot.index)
        let both = [csock_EVFILT_READ, csock_EVFILT_WRITE]
        return change(slot.slot.descriptor, both, csock_EV_ADD | csock_EV_CLEAR, user)
    }

    package func detach(_ slot: SlotReference) -> Bool {
        // The descriptor may live on without the loop.
        _ = change(slot.slot.descriptor, [csock_EVFILT_READ, csock_EVFILT_WRITE], csock_EV_DELETE, 0)
        return true
    }

    func arm(_ slot: SlotReference, _ direction: Direction) -> Int32 { 0 }

    package func wait(_ timeout: Int64) {
        // The memory has room for as many events as it says.
        let count = unsafe csock_kqueue_wait(queue.number, events, Int32(Self.capacity), timeout)
        for index in 0..<max(0, Int(count)) { dispatch(unsafe csock_kqueue_event(events, index)) }
    }

    private func dispatch(_ event: csock_kevent_t) {
        guard event.user != .max else { return waker.clear() }
        let index = UInt32(truncatingIfNeeded: event.user), generation = UInt32(truncatingIfNeeded: event.user >> 32)
        guard let slot = unsafe table.tenant(index, generation) else { return }
        let hasEnded = event.flags & UInt32(csock_EV_EOF | csock_EV_ERROR) != 0
        let isReadable = event.filter == csock_EVFILT_READ
        ready(slot, readable: isReadable, writable: !isReadable, ended: hasEnded)
    }

    package func wakeUp() { waker.wake() }
}
#endif
