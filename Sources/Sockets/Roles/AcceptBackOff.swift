/// What an accept loop has to remember to follow a policy.
package struct AcceptBackOff: Sendable {
    private let policy: AcceptPolicy
    private var pause: Duration
    private var retries = 0

    package init(_ policy: AcceptPolicy) {
        self.policy = policy
        pause = policy.firstPause
    }

    package enum Step: Sendable {
        case goOn, stop
        case pause(Duration)
    }

    /// After a client was accepted.
    package mutating func succeed() {
        retries = 0
        pause = policy.firstPause
    }

    /// After an error of accept. One of single clients that comes this often in a row is none of single clients.
    package mutating func step(after code: SocketError.Code) -> Step {
        switch policy.action(after: code) {
        case .stop: return .stop
        case .pause: return .pause(nextPause())
        case .retry:
            retries += 1
            return retries <= 64 ? .goOn : .pause(nextPause())
        }
    }

    /// The pause to make now; the next one is twice as long.
    package mutating func nextPause() -> Duration {
        defer { pause = pause < policy.longestPause / 2 ? pause * 2 : policy.longestPause }
        return pause
    }
}
