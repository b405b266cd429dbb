#if os(Linux)
internal import CSocketShim
internal import Sockets

/// How much a ring has room for.
struct RingSize {
    /// Operations that the kernel gets at once, and results that it has room for.
    var submissions: UInt32 = 4096, completions: UInt32 = 16384
    /// Buffers to receive into, a power of two: large enough for bulk, and few enough to stay in the processor's cache.
    var buffers = 128
}

private func requireRing(_ result: Int32) throws(SocketError) {
    guard result < 0, result != -csock_EINTR, result != -csock_ETIME else { return }
    throw SocketError(.inspect, SocketError.Code(rawValue: -result), detail: "io_uring cannot be used here")
}

/// A ring that is closed in the end.
@safe
private struct OpenRing: ~Copyable {
    let pointer: UnsafeMutablePointer<csock_ring_t>

    /// Opens it with the cheapest way of hearing of results that the kernel has.
    init(_ size: RingSize) throws(SocketError) {
        unsafe pointer = .allocate(capacity: 1)
        try requireRing(unsafe Self.open(pointer, size))
    }

    deinit {
        if unsafe pointer.pointee.queues != nil { _ = unsafe csock_ring_close(pointer) }
        unsafe pointer.deallocate()
    }

    private static func open(_ ring: UnsafeMutablePointer<csock_ring_t>, _ size: RingSize) -> Int32 {
        let ways = [
            csock_IORING_SETUP_SINGLE_ISSUER | csock_IORING_SETUP_DEFER_TASKRUN | csock_IORING_SETUP_SUBMIT_ALL,
            csock_IORING_SETUP_COOP_TASKRUN | csock_IORING_SETUP_TASKRUN_FLAG | csock_IORING_SETUP_SUBMIT_ALL, 0,
        ]
        for way in ways {
            let setup = UInt32(way | csock_IORING_SETUP_CLAMP)
            let result = unsafe csock_ring_open(ring, size.submissions, size.completions, setup)
            // A number for the ring of this thread's own makes its calls cheaper, where there is one.
            if result >= 0 { _ = unsafe csock_ring_register_self(ring) }
            if result != -csock_EINVAL { return result }
        }
        return -csock_EINVAL
    }
}

/// io_uring: operations go to the kernel in batches, with the same call that waits for the results.
///
/// TCP streams are received ahead into provided buffers by one multishot operation a socket, and sent from the caller's
/// memory. Everything else is a call on the socket that is repeated when the ring says it is ready: messages, datagrams, and
/// accept, which so keeps to the server's limits, and brings the peer's address along. C: io_uring(7)
@safe
final class RingEngine: Engine {
    /// Buffers that a socket may fill ahead of its receiver.
    static let mostAhead = 4
    private static let pause: Int64 = 1_000_000

    let ring: UnsafeMutablePointer<csock_ring_t>
    private let opened: OpenRing
    private let waker: Waker
    private unowned(unsafe) let table: SlotTable
    @exclusivity(unchecked)
    var buffers: RingBuffers
    /// Memory for what is not received into buffers of the ring.
    let pool = BufferPool()
    /// Sockets whose receive waits for a buffer.
    @exclusivity(unchecked)
    private var starved: [SlotReference] = []
    /// Operations that the kernel had no room for. As long as there are some, the queue of submissions is full.
    @exclusivity(unchecked)
    private var delayed: [csock_ring_submission_t] = []
    /// Sockets that had an error when they were last looked at, and are awaited again. One that stays, such as an entry in a
    /// queue of errors that nobody takes, would be reported at once, again and again.
    @exclusivity(unchecked)
    private var errant: [SlotReference] = []
    @exclusivity(unchecked)
    var hasMultishot = true

    package var kind: EngineKind { .ring }
    package var now: Int64 { csock_monotonic_ns() }

    /// On the thread that uses it. Throws: `notImplemented`, `notPermitted` or `notSupported` where the kernel has no or too
    /// little io_uring, or forbids it; `tooManyDescriptors`, `outOfMemory`. C: io_uring_setup(2)
    init(_ table: SlotTable, _ size: RingSize = RingSize()) throws(SocketError) {
        let waker = try Waker()
        let opened = try OpenRing(size)
        let buffers = try unsafe RingBuffers(opened.pointer, count: size.buffers)
        unsafe ring = opened.pointer
        self.opened = opened
        unsafe self.buffers = buffers
        self.waker = waker
        unsafe self.table = table
        watchWaker()
        // What waits later may be forbidden, which shows now.
        try requireRing(unsafe csock_ring_enter(ring, 0, 0))
    }

    deinit { unsafe buffers.withdraw(from: ring) }

    package func mode(for state: Slot.State) -> BlockingMode {
        // The kernel waits on behalf of a stream, and would not if it were told never to wait.
        state.intersection([.isBytes, .listening]) == .isBytes ? .blocking : .nonBlocking
    }

    package func attach(_ slot: SlotReference) -> Int32 {
        slot.slot.state.insert([.readable, .writable])
        return 0
    }

    package func wakeUp() { waker.wake() }

    private func watchWaker() {
        submit(.none) {
            $0.operation = UInt8(csock_IORING_OP_POLL_ADD)
            $0.descriptor = waker.receiver
            $0.length = UInt32(csock_IORING_POLL_ADD_MULTI)
            $0.operation_flags = UInt32(csock_POLLIN)
            $0.user = RingOperation(.wakeUp).user
        }
    }
}

// MARK: - Submitting

extension RingEngine {
    /// Fills in the next submission; the kernel gets it with the next wait.
    @inline(__always)
    func submit(_ slot: SlotReference?, _ fill: (inout csock_ring_submission_t) -> Void) {
        slot?.slot.engine.pending += 1
        if let next = unsafe csock_ring_next(ring) { return unsafe fill(&next.pointee) }
        var submission = csock_ring_submission_t()
        fill(&submission)
        delay(submission)
    }

    /// The queue is full.
    @inline(never)
    private func delay(_ submission: csock_ring_submission_t) {
        unsafe delayed.append(submission)
        // Those that were delayed before have to be the first to go.
        if unsafe delayed.count == 1 { submitDelayed() }
    }

    /// Hands over what fits, without waiting. What does not, because the kernel is short of memory or results have to be seen
    /// first, stays.
    private func submitDelayed() {
        var count = 0
        while unsafe count < delayed.count {
            var next = unsafe csock_ring_next(ring)
            if unsafe next == nil {
                _ = unsafe csock_ring_enter(ring, 0, -1)
                unsafe next = csock_ring_next(ring)
            }
            guard let next = unsafe next else { break }
            unsafe next.pointee = delayed[count]
            count += 1
        }
        unsafe delayed.removeFirst(count)
    }

    /// Ends an operation that goes on. Its own result tells when that is done.
    func cancel(_ operation: RingOperation) {
        submit(nil) {
            $0.operation = UInt8(csock_IORING_OP_ASYNC_CANCEL)
            $0.descriptor = -1
            $0.address = operation.user
            $0.flags = UInt8(csock_IOSQE_CQE_SKIP_SUCCESS)
            $0.user = RingOperation(.none).user
        }
    }

    /// Asks to be told once when the socket is ready; a millisecond later after an error, or when something else came.
    func watch(_ slot: SlotReference, _ kind: RingOperation.Kind) {
        guard slot.ring.contains(.hadError) else { return submitWatch(slot, kind) }
        slot.ring.insert(kind == .readable ? .delayedReadable : .delayedWritable)
        unsafe errant.append(slot)
    }

    private func watchErrant() {
        for slot in unsafe errant {
            slot.ring.remove(.hadError)
            if slot.ring.remove(.delayedReadable) != nil { submitWatch(slot, .readable) }
            if slot.ring.remove(.delayedWritable) != nil { submitWatch(slot, .writable) }
        }
        unsafe errant.removeAll(keepingCapacity: true)
    }

    private func submitWatch(_ slot: SlotReference, _ kind: RingOperation.Kind) {
        let events = kind == .readable ? csock_POLLIN | csock_POLLRDHUP : csock_POLLOUT
        submit(slot) {
            $0.operation = UInt8(csock_IORING_OP_POLL_ADD)
            $0.descriptor = slot.slot.descriptor
            $0.operation_flags = UInt32(events)
            $0.user = RingOperation(kind, slot).user
        }
    }
}

// MARK: - Results

extension RingEngine {
    package func wait(_ timeout: Int64) {
        guard unsafe !errant.isEmpty else { return waitForResults(timeout) }
        waitForResults(timeout < 0 ? Self.pause : min(timeout, Self.pause))
        watchErrant()
    }

    private func waitForResults(_ timeout: Int64) {
        unsafe buffers.publish()
        feedStarved()
        // Also with results at hand: what was filled in meanwhile is to begin.
        let hasResults = unsafe csock_ring_ready(ring) > 0
        let result = unsafe csock_ring_enter(ring, hasResults || timeout == 0 ? 0 : 1, timeout)
        if unsafe !delayed.isEmpty { submitDelayed() }
        if result < 0, result != -csock_EINTR, result != -csock_ETIME { pause(timeout) }
        takeResults()
    }

    /// The kernel takes no operations, for an unknown time: unless there are results, the next attempt is a millisecond later.
    private func pause(_ timeout: Int64) {
        if unsafe csock_ring_ready(ring) == 0 { waker.pause(timeout) }
    }

    private func takeResults() {
        let count = unsafe csock_ring_ready(ring)
        let isCrowded = unsafe table.isCrowded
        for index in 0..<count {
            if isCrowded { fetch(index, count) }
            let result = result(index)
            dispatch(RingOperation(user: result.user), result)
        }
        unsafe csock_ring_advance(ring, count)
    }

    @inline(__always)
    private func result(_ index: UInt32) -> csock_ring_completion_t {
        var result = csock_ring_completion_t()
        // The index is below the number of results that are ready.
        unsafe csock_ring_peek(ring, index, &result)
        return result
    }

    /// Has the processor fetch what the next results need.
    @inline(__always)
    private func fetch(_ index: UInt32, _ count: UInt32) {
        if index + 2 < count { place(result(index + 2))?.slot.fetch() }
        guard index + 1 < count, let next = place(result(index + 1)) else { return }
        next.slot.fetchWaiter(next.direction)
    }

    /// The slot whose task a result may wake, and where it waits.
    @inline(__always)
    private func place(_ result: csock_ring_completion_t) -> (slot: SlotReference, direction: Direction)? {
        let operation = RingOperation(user: result.user)
        guard operation.kind == .receive || operation.kind == .send else { return nil }
        return unsafe (table[operation.index], operation.kind == .receive ? .read : .write)
    }

    @inline(__always)
    private func dispatch(_ operation: RingOperation, _ result: csock_ring_completion_t) {
        switch operation.kind {
        case .none: return
        case .wakeUp: return wokenUp(result)
        case .receive: received(end(operation, result), result)
        case .send: sent(end(operation, result), result.result)
        case .readable: ready(end(operation, result), .awaitingReadable, result.result)
        case .writable: ready(end(operation, result), .awaitingWritable, result.result)
        }
        unsafe settle(table[operation.index])
    }

    /// The slot of an operation, which has ended with this result unless the result says more will follow.
    @inline(__always)
    private func end(_ operation: RingOperation, _ result: csock_ring_completion_t) -> SlotReference {
        let slot = unsafe table[operation.index]
        if result.flags & UInt32(csock_IORING_CQE_F_MORE) == 0 { slot.slot.engine.pending -= 1 }
        return slot
    }

    private func wokenUp(_ result: csock_ring_completion_t) {
        waker.clear()
        if result.flags & UInt32(csock_IORING_CQE_F_MORE) == 0 { watchWaker() }
    }

    private func ready(_ slot: SlotReference, _ kind: RingState, _ events: Int32) {
        slot.ring.remove(kind)
        let ends = csock_POLLHUP | csock_POLLERR | (slot.slot.state.contains(.listening) ? csock_POLLRDHUP : 0)
        let isEnd = events < 0 || events & ends != 0
        if isEnd { slot.ring.insert(.hadError) }
        let isReadable = kind == .awaitingReadable
        slot.ready(readable: isReadable, writable: !isReadable, ended: isEnd)
    }

    /// Once nothing goes on at a socket that is to be let go, says so.
    @inline(__always)
    private func settle(_ slot: SlotReference) {
        guard slot.ring.contains(.detaching), slot.slot.engine.pending == 0 else { return }
        slot.ring.remove(.detaching)
        slot.detached()
    }

    /// Lets those receive ahead again who found no buffer, as soon as there are some.
    private func feedStarved() {
        guard unsafe !starved.isEmpty, unsafe buffers.available > 0 else { return }
        for slot in unsafe starved { slot.ring.remove(.starved) }
        unsafe starved.removeAll(keepingCapacity: true)
    }

    /// There is no buffer. Who waits receives by itself meanwhile: those who have the buffers may wait for this very one.
    func starve(_ slot: SlotReference) {
        slot.ring.insert(.starved)
        unsafe starved.append(slot)
        slot.wake(.read)
    }
}
#endif
