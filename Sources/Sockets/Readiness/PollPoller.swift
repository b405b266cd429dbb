internal import CSocketShim

/// Waits by poll, on every system. Its cost grows with the number of descriptors. C: poll(2)
public struct PollPoller: ReadinessPoller, ~Copyable {
    private var entries: [csock_pollfd_t] = []
    private var tokens: [UInt64] = []
    /// By descriptor: the place in `entries`, or -1.
    private var places: [Int32] = []
    private var cursor = 0
    private var left = 0
    private var hasHoles = false

    /// A poller without descriptors.
    public init() {}

    /// Watches a descriptor. C: poll(2)
    public mutating func add(_ descriptor: Int32, for interest: Readiness, token: UInt64) throws(SocketError) {
        try requireOpen(descriptor)
        guard place(of: descriptor) == nil else { throw SocketError(.poll, .alreadyExists) }
        while places.count <= Int(descriptor) { places.append(-1) }
        places[Int(descriptor)] = Int32(entries.count)
        entries.append(csock_pollfd_t(descriptor: descriptor, events: interest.rawValue, ready: 0))
        tokens.append(token)
    }

    /// Watches a descriptor for something else from now on.
    public mutating func modify(_ descriptor: Int32, for interest: Readiness, token: UInt64) throws(SocketError) {
        guard let place = place(of: descriptor) else { throw SocketError(.poll, .notFound) }
        entries[place].events = interest.rawValue
        tokens[place] = token
    }

    /// Watches a descriptor no more.
    public mutating func remove(_ descriptor: Int32) throws(SocketError) {
        guard let place = place(of: descriptor) else { throw SocketError(.poll, .notFound) }
        // A negative number is skipped by poll, and the walk through the events goes on undisturbed.
        entries[place] = csock_pollfd_t(descriptor: -1, events: 0, ready: 0)
        places[Int(descriptor)] = -1
        hasHoles = true
    }

    /// Waits until a descriptor is ready or the time has come. C: poll(2)
    public mutating func wait(until deadline: Deadline) throws(SocketError) -> Int {
        if hasHoles { closeHoles() }
        cursor = 0
        // The entries are the kernel's struct pollfd, as the shim asserts.
        left = try unsafe entries.withUnsafeMutableBufferPointer { (entries) throws(SocketError) in
            Int(try check(.poll) { unsafe csock_poll(entries.baseAddress, entries.count, deadline.remaining) })
        }
        return left
    }

    /// The next ready descriptor of the last wait.
    public mutating func next() -> ReadyEvent? {
        while left > 0, cursor < entries.count {
            let place = cursor, ready = entries[place].ready
            cursor += 1
            guard ready != 0 else { continue }
            entries[place].ready = 0
            left -= 1
            return ReadyEvent(token: tokens[place], readiness: Readiness(rawValue: ready))
        }
        return nil
    }

    private func place(of descriptor: Int32) -> Int? {
        guard descriptor >= 0, Int(descriptor) < places.count, places[Int(descriptor)] >= 0 else { return nil }
        return Int(places[Int(descriptor)])
    }

    private mutating func closeHoles() {
        var kept = 0
        for place in entries.indices where entries[place].descriptor >= 0 {
            entries[kept] = entries[place]
            tokens[kept] = tokens[place]
            places[Int(entries[kept].descriptor)] = Int32(kept)
            kept += 1
        }
        entries.removeLast(entries.count - kept)
        tokens.removeLast(tokens.count - kept)
        hasHoles = false
    }
}

/// select and poll take any number and fail, or are silent, later: so it is checked when it is added.
func requireOpen(_ descriptor: Int32) throws(SocketError) {
    guard descriptor >= 0 else { throw .invalid(.inspect, "\(descriptor) is no descriptor: numbers start at 0") }
    _ = try check(.fcntl) { csock_close_on_exec(descriptor) }
}
