#if os(Linux)
internal import CSocketShim

/// Waits by epoll, on Linux. Its cost grows with what is ready only. Level-triggered. C: epoll(7)
public struct EpollPoller: ReadinessPoller, ~Copyable {
    private let epoll: OwnedDescriptor
    private var events: [UInt8]
    private var cursor = 0
    private var left = 0

    private static let capacity = 256

    /// A poller without descriptors. Throws: `tooManyDescriptors`. C: epoll_create1(2)
    public init() throws(SocketError) {
        epoll = OwnedDescriptor(unchecked: try check(.epollCreate) { csock_epoll_create() })
        events = [UInt8](repeating: 0, count: Self.capacity * csock_epoll_event_size())
    }

    /// Watches a descriptor. Throws: `alreadyExists`, `badDescriptor`, `notPermitted` for files. C: epoll_ctl(2)
    public mutating func add(_ descriptor: Int32, for interest: Readiness, token: UInt64) throws(SocketError) {
        guard descriptor >= 0 else {
            throw .invalid(.inspect, "\(descriptor) is no descriptor: numbers start at 0")
        }
        try control(csock_EPOLL_CTL_ADD, descriptor, interest, token)
    }

    /// Watches a descriptor for something else from now on. C: epoll_ctl(2)
    public mutating func modify(_ descriptor: Int32, for interest: Readiness, token: UInt64) throws(SocketError) {
        try control(csock_EPOLL_CTL_MOD, descriptor, interest, token)
    }

    /// Watches a descriptor no more. C: epoll_ctl(2)
    public mutating func remove(_ descriptor: Int32) throws(SocketError) {
        try control(csock_EPOLL_CTL_DEL, descriptor, [], 0)
    }

    private func control(
        _ operation: Int32, _ descriptor: Int32, _ interest: Readiness, _ token: UInt64
    ) throws(SocketError) {
        let epoll = epoll.number
        // On Linux the bits of poll and epoll are the same.
        let bits = UInt32(UInt16(bitPattern: interest.rawValue))
        _ = try check(.epollControl) { csock_epoll_ctl(epoll, operation, descriptor, bits, token) }
    }

    /// Waits until a descriptor is ready or the time has come. C: epoll_wait(2)
    public mutating func wait(until deadline: Deadline) throws(SocketError) -> Int {
        let epoll = epoll.number
        cursor = 0
        left = 0
        var span = events.mutableSpan
        // The buffer has room for `capacity` events.
        left = try unsafe span.withUnsafeMutableBytes { (events) throws(SocketError) -> Int in
            let count = try check(.epollWait) {
                unsafe csock_epoll_wait(
                    epoll, events.baseAddress.unsafelyUnwrapped, Int32(Self.capacity), deadline.remaining)
            }
            return Int(count)
        }
        return left
    }

    /// The next ready descriptor of the last wait. One that was removed meanwhile can still come.
    public mutating func next() -> ReadyEvent? {
        guard cursor < left else { return nil }
        var token: UInt64 = 0
        // The cursor is below the number of events that the kernel wrote.
        let bits = unsafe events.withUnsafeBytes {
            unsafe csock_epoll_event($0.baseAddress.unsafelyUnwrapped, cursor, &token)
        }
        cursor += 1
        return ReadyEvent(token: token, readiness: Readiness(rawValue: Int16(truncatingIfNeeded: bits)))
    }
}
#endif
