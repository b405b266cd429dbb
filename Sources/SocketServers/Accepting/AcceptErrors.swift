internal import CSocketShim
internal import Sockets

/// What one accept loop does about errors, and the pause it makes after some of them.
struct AcceptErrors: Sendable {
    private let service: Service
    private var backOff: AcceptBackOff
    private var end: Deadline?
    /// Whether a client was accepted since there was none.
    private var hasSucceeded = false

    init(_ service: Service) {
        self.service = service
        backOff = AcceptBackOff(service.policy)
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
        hasSucceeded = true
        backOff.succeed()
    }

    /// After an error of accept on a socket: returns to go on, throws when the listener is dead.
    mutating func handle(_ error: SocketError, _ socket: Int32) throws(SocketError) {
        if error.code == .wouldBlock { return try handleNobody(error, socket) }
        switch backOff.step(after: error.code) {
        case .goOn: service.report(.acceptFailed(error))
        case .pause(let time): pause(time, after: error)
        case .stop: throw error
        }
    }

    /// After waiting in vain, somebody else took the client, or it left; or nobody will come any more.
    private mutating func handleNobody(_ error: SocketError, _ socket: Int32) throws(SocketError) {
        defer { hasSucceeded = false }
        guard !hasSucceeded, isShutDown(socket) else { return }
        throw SocketError(error.operation, .invalidArgument, detail: "the socket was shut down")
    }

    /// Begins a pause.
    mutating func pause(after error: SocketError) { pause(backOff.nextPause(), after: error) }

    private mutating func pause(_ time: Duration, after error: SocketError) {
        end = .after(time)
        service.report(.acceptPaused(error, time))
    }
}

/// Whether a socket was shut down: poll says for ever that it can be received from, and Unix and UDP sockets that do not
/// wait say for ever that there is nothing. C: shutdown(2), poll(2)
private func isShutDown(_ socket: Int32) -> Bool {
    let ends = Int16(csock_POLLRDHUP | csock_POLLHUP)
    var entry = csock_pollfd_t(descriptor: socket, events: ends, ready: 0)
    // The entry lives on the stack for the length of the call.
    return unsafe csock_poll(&entry, 1, 0) > 0 && entry.ready & ends != 0
}
