internal import Sockets

/// What one accept loop does about errors, and the pause it makes after some of them.
struct AcceptErrors: Sendable {
    private let service: Service
    private var pause: Duration
    private var end: Deadline?
    private var retries = 0

    init(_ service: Service) {
        self.service = service
        pause = service.policy.firstPause
    }

    /// When the pause ends; never while there is none.
    var pauseEnd: Deadline { end ?? .never }

    /// Whether a pause lasts.
    mutating func isPausing() -> Bool {
        if let time = end, time.hasPassed { end = nil }
        return end != nil
    }

    /// After a client was accepted.
    mutating func succeed() {
        retries = 0
        pause = service.policy.firstPause
    }

    /// After an error of accept: returns to go on, throws when the listener is dead.
    mutating func handle(_ error: SocketError) throws(SocketError) {
        // Somebody else took the client, or it left.
        if error.code == .wouldBlock { return }
        switch service.policy.action(after: error.code) {
        case .retry where mayRetry(): service.report(.acceptFailed(error))
        case .retry, .pause: pause(after: error)
        case .stop: throw error
        }
    }

    /// An error of single clients that comes this often in a row is none of single clients.
    private mutating func mayRetry() -> Bool {
        retries += 1
        return retries <= 64
    }

    /// Begins a pause.
    mutating func pause(after error: SocketError) {
        end = .after(pause)
        service.report(.acceptPaused(error, pause))
        pause = min(pause * 2, service.policy.longestPause)
    }
}
