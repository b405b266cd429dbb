internal import CSocketShim

/// Waits by select, on every system. Its cost grows with the highest descriptor.
///
/// The sets grow with the descriptors, so that none is too high: C's fd_set ends at 1024. C: select(2)
public struct SelectPoller: ReadinessPoller, ~Copyable {
    private var wanted = DescriptorSets()
    private var ready = DescriptorSets()
    /// By descriptor: what was asked for and the token, or nil when it is not watched.
    private var watched: [Watch?] = []
    private var limit: Int32 = 0
    private var cursor: Int32 = 0

    private struct Watch {
        let interest: Readiness
        let token: UInt64
    }

    /// A poller without descriptors.
    public init() {}

    /// Watches a descriptor. C: FD_SET in select(2)
    public mutating func add(_ descriptor: Int32, for interest: Readiness, token: UInt64) throws(SocketError) {
        try requireOpen(descriptor)
        guard !isWatched(descriptor) else { throw SocketError(.select, .alreadyExists) }
        while watched.count <= Int(descriptor) { watched.append(nil) }
        wanted.grow(toHold: descriptor)
        ready.grow(toHold: descriptor)
        watch(descriptor, interest, token)
        limit = max(limit, descriptor + 1)
    }

    /// Watches a descriptor for something else from now on.
    public mutating func modify(_ descriptor: Int32, for interest: Readiness, token: UInt64) throws(SocketError) {
        guard isWatched(descriptor) else { throw SocketError(.select, .notFound) }
        wanted.remove(descriptor)
        watch(descriptor, interest, token)
    }

    /// Watches a descriptor no more. C: FD_CLR in select(2)
    public mutating func remove(_ descriptor: Int32) throws(SocketError) {
        guard isWatched(descriptor) else { throw SocketError(.select, .notFound) }
        wanted.remove(descriptor)
        ready.remove(descriptor)
        watched[Int(descriptor)] = nil
        while limit > 0, watched[Int(limit) - 1] == nil { limit -= 1 }
    }

    /// Waits until a descriptor is ready or the time has come. C: select(2)
    public mutating func wait(until deadline: Deadline) throws(SocketError) -> Int {
        cursor = 0
        let count = try select(until: deadline)
        // The kernel leaves the bits of descriptors that lie beyond its table as they were.
        if count == 0 { ready.clear() } else if ready.count > count { try dropSilent() }
        return count
    }

    /// The next ready descriptor of the last wait.
    public mutating func next() -> ReadyEvent? {
        while let descriptor = ready.first(from: cursor) {
            cursor = descriptor + 1
            guard let watch = watched[Int(descriptor)] else { continue }
            return ReadyEvent(token: watch.token, readiness: ready.readiness(of: descriptor))
        }
        return nil
    }

    private func isWatched(_ descriptor: Int32) -> Bool {
        descriptor >= 0 && Int(descriptor) < watched.count && watched[Int(descriptor)] != nil
    }

    private mutating func watch(_ descriptor: Int32, _ interest: Readiness, _ token: UInt64) {
        watched[Int(descriptor)] = Watch(interest: interest, token: token)
        wanted.insert(descriptor, interest)
    }

    private mutating func select(until deadline: Deadline) throws(SocketError) -> Int {
        while true {
            ready.assign(wanted)
            let result = ready.select(limit, deadline.remaining)
            if result >= 0 { return Int(result) }
            // After a signal the sets are undefined, and less time is left.
            if result != -csock_EINTR { throw failure(.select, Int64(result)) }
        }
    }

    /// Takes out what the kernel did not look at.
    private mutating func dropSilent() throws(SocketError) {
        var from: Int32 = 0
        while let descriptor = ready.first(from: from) {
            from = descriptor + 1
            let state = try waitForDescriptor(descriptor, [.readable, .writable, .priority], .past)
            if state.isEmpty || state.contains(.invalid) { ready.remove(descriptor) }
        }
    }
}

extension Deadline {
    /// Long gone: a wait looks once.
    static let past = Deadline(nanoseconds: 0)
}
