internal import CSocketShim

/// What to wait for, and what came: readable, writable, urgent, and the ends of a connection. C: poll(2)
public struct Readiness: OptionSet, Hashable, Sendable {
    /// The bits of poll(2) on this system.
    public let rawValue: Int16

    /// Any bits of poll(2).
    public init(rawValue: Int16) { self.rawValue = rawValue }

    /// A receive or an accept will not wait: data, a connection, the end of the stream or an error. C: POLLIN
    public static let readable = Readiness(rawValue: Int16(truncatingIfNeeded: csock_POLLIN))
    /// A send will not wait, or a connect has ended. C: POLLOUT
    public static let writable = Readiness(rawValue: Int16(truncatingIfNeeded: csock_POLLOUT))
    /// Urgent data. C: POLLPRI
    public static let priority = Readiness(rawValue: Int16(truncatingIfNeeded: csock_POLLPRI))
    /// An error waits; reported whether asked for or not. C: POLLERR
    public static let error = Readiness(rawValue: Int16(truncatingIfNeeded: csock_POLLERR))
    /// Both halves are shut, or never were open; reported whether asked for or not. C: POLLHUP
    public static let hangUp = Readiness(rawValue: Int16(truncatingIfNeeded: csock_POLLHUP))
    /// The descriptor is not open; reported whether asked for or not. C: POLLNVAL
    public static let invalid = Readiness(rawValue: Int16(truncatingIfNeeded: csock_POLLNVAL))
}

extension Socket {
    /// Waits until the socket is ready, and says for what. C: poll(2)
    @discardableResult
    public func wait(for interest: Readiness) throws(SocketError) -> Readiness {
        try wait(for: interest, until: .never)
    }

    /// Waits until the socket is ready or the time has come; then the answer is empty. Signals do not shorten the wait.
    /// A time gone by looks once, without waiting. C: poll(2)
    public func wait(for interest: Readiness, until deadline: Deadline) throws(SocketError) -> Readiness {
        try waitForDescriptor(number, interest, deadline)
    }
}

package func waitForDescriptor(
    _ number: Int32, _ interest: Readiness, _ deadline: Deadline
) throws(SocketError) -> Readiness {
    var entry = csock_pollfd_t(descriptor: number, events: interest.rawValue, ready: 0)
    // An interrupted wait goes on with the time that is left.
    _ = try check(.poll) { unsafe csock_poll(&entry, 1, deadline.remaining) }
    return Readiness(rawValue: entry.ready)
}
