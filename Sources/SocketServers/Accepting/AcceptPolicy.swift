public import Sockets

/// What a server does when accepting fails, so that it ends only when its listener did.
///
/// Three kinds of errors: those of one client (go on at once), those of a want of descriptors or memory, which leave the
/// client waiting (pause, or the loop would burn a processor), and those of the listener (end). Errors that nobody
/// foresaw count as want. C: accept(2), ERRORS
public struct AcceptPolicy: Sendable {
    /// The first pause; each next one is twice as long, until a client is accepted.
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

/// The pauses of one accept loop.
struct BackOff {
    let policy: AcceptPolicy
    private(set) var until: Deadline?
    private var pause: Duration
    private var retries = 0

    init(_ policy: AcceptPolicy) {
        self.policy = policy
        pause = policy.firstPause
    }

    /// After a client was accepted.
    mutating func succeed() {
        retries = 0
        pause = policy.firstPause
    }

    /// Whether to go on at once: an error of single clients that comes this often in a row is none of single clients.
    mutating func mayRetry() -> Bool {
        retries += 1
        return retries <= 64
    }

    /// Begins a pause and says how long it is.
    mutating func begin() -> Duration {
        let length = pause
        until = .after(length)
        pause = min(pause * 2, policy.longestPause)
        return length
    }

    /// Whether a pause lasts.
    mutating func isPausing() -> Bool {
        guard let end = until else { return false }
        if end.hasPassed { until = nil }
        return until != nil
    }
}
