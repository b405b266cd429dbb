/// What a server does when accepting fails, so that it ends only when its listener did.
///
/// Three kinds of errors: those of one client (go on at once), those of a want of descriptors or memory, which leave the
/// client waiting (pause, or the loop would burn a processor), and those of the listener (end). Errors that nobody
/// foresaw count as want. C: accept(2), ERRORS
public struct AcceptPolicy: Sendable {
    /// The first pause; each next one is twice as long, until a client is accepted. More than none, as the longest.
    public var firstPause = Duration.milliseconds(5)
    /// The longest pause.
    public var longestPause = Duration.seconds(1)

    /// Pauses from 5 ms to 1 s.
    public init() {}

    /// What to do after an error.
    public enum Action: Sendable {
        /// Go on: it was the error of one client, or there is none.
        case retry
        /// Wait a while: the system lacks something.
        case pause
        /// End: the listener is gone.
        case stop
    }

    /// Throws `invalidInput` for pauses that are none, with which a server would spin.
    package func check() throws(SocketError) {
        for time in [firstPause, longestPause] where time <= .zero {
            throw SocketError(.accept, .invalidInput, detail: "\(time) is no pause: it must be positive")
        }
    }

    /// What to do after this error of accept.
    public func action(after code: SocketError.Code) -> Action {
        if code == .wrongAddressFamily || Self.clients.contains(code.name) { return .retry }
        return Self.fatal.contains(code.name) ? .stop : .pause
    }

    /// By name, because not every system has all of them.
    private static let clients: Set<String> = [
        "EAGAIN", "EWOULDBLOCK", "EINTR", "ECONNABORTED", "EPROTO", "ENETDOWN", "ENOPROTOOPT", "EHOSTDOWN", "ENONET",
        "EHOSTUNREACH", "EOPNOTSUPP", "ENOTSUP", "ENETUNREACH", "ETIMEDOUT", "EPERM", "ECONNRESET",
    ]
    private static let fatal: Set<String> = ["EBADF", "EINVAL", "ENOTSOCK", "ENOSYS", "EFAULT"]
}
