/// A descriptor that is ready, and for what.
public struct ReadyEvent: Hashable, Sendable {
    /// The number that was given with the descriptor.
    public let token: UInt64
    /// What it is ready for, with errors and hang-ups that nobody asked for.
    public let readiness: Readiness

    /// An event, for pollers of your own.
    public init(token: UInt64, readiness: Readiness) {
        self.token = token
        self.readiness = readiness
    }
}

/// Waits for many descriptors at once: `SelectPoller`, `PollPoller`, `EpollPoller`.
///
/// Readiness is a state: what is not dealt with is reported again. After `wait`, `next` gives the events one by one;
/// descriptors may be added, changed and removed meanwhile.
///
/// A descriptor has to stay open until it is removed. The token comes back with its events. Keep a generation in it: an
/// event that the kernel had reported before a removal can come after it, and must not be taken for one of a newer
/// connection with the same number.
public protocol ReadinessPoller: ~Copyable {
    /// A poller without descriptors.
    init() throws(SocketError)

    /// Watches a descriptor. Throws: `alreadyExists` when it is watched, `badDescriptor`, `invalidInput` when negative.
    mutating func add(_ descriptor: Int32, for interest: Readiness, token: UInt64) throws(SocketError)

    /// Watches a descriptor for something else from now on. Throws: `notFound` when it is not watched.
    mutating func modify(_ descriptor: Int32, for interest: Readiness, token: UInt64) throws(SocketError)

    /// Watches a descriptor no more. To be called before it is closed. Throws: `notFound` when it is not watched.
    mutating func remove(_ descriptor: Int32) throws(SocketError)

    /// Waits until a descriptor is ready or the time has come; returns how many are ready, at most.
    ///
    /// Signals do not shorten the wait. Without descriptors it only lets the time pass.
    mutating func wait(until deadline: Deadline) throws(SocketError) -> Int

    /// The next ready descriptor of the last wait, or nil when there is none left.
    mutating func next() -> ReadyEvent?
}

extension ReadinessPoller where Self: ~Copyable {
    /// Watches a socket, which has to stay open until it is removed.
    public mutating func add(
        _ socket: borrowing Socket, for interest: Readiness, token: UInt64
    ) throws(SocketError) {
        try add(socket.number, for: interest, token: token)
    }

    /// Watches a socket for something else from now on.
    public mutating func modify(
        _ socket: borrowing Socket, for interest: Readiness, token: UInt64
    ) throws(SocketError) {
        try modify(socket.number, for: interest, token: token)
    }

    /// Watches a socket no more.
    public mutating func remove(_ socket: borrowing Socket) throws(SocketError) { try remove(socket.number) }
}
