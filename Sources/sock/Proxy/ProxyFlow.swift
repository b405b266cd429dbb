import AsyncSockets
internal import CSocketShim
internal import SocketServers
import Sockets
internal import Synchronization

/// What one connection has moved, and when it last did.
final class ProxyFlow: Sendable {
    /// In nanoseconds.
    private let idle: Int64?
    private let watch = Stopwatch()
    private let connected = Atomic<Bool>(false)
    private let latest = Atomic<Int64>(csock_monotonic_ns())
    private let failure = Guarded<SocketError?>(nil)
    /// Bytes from the client to the target.
    let up = ByteCounter()
    /// Bytes from the target to the client.
    let down = ByteCounter()

    /// A connection that may be idle for a time; nil for ever.
    init(_ idle: Duration?) { self.idle = idle?.nanoseconds }

    /// The target was reached.
    func connect() {
        connected.store(true, ordering: .relaxed)
        touch()
    }

    var isConnected: Bool { connected.load(ordering: .relaxed) }

    /// Something moved.
    func touch() {
        if idle != nil { latest.store(csock_monotonic_ns(), ordering: .relaxed) }
    }

    /// When nothing will have moved for too long, in whatever direction.
    var deadline: Deadline {
        guard let idle else { return .never }
        return Deadline(nanoseconds: latest.load(ordering: .relaxed) + idle)
    }
}

// MARK: - How it ends

extension ProxyFlow {
    /// Whether an operation is worth another try: its own time ran out, and the other direction is at work.
    ///
    /// The kernel gives up connections with the same error, before that time, and reports it once.
    func goesOn(after error: SocketError, _ deadline: Deadline) -> Bool {
        error.code == .timedOut && deadline.hasPassed && !self.deadline.hasPassed
    }

    /// Whether an error is about a connection: not the end of the proxy, nor of its patience.
    func isBroken(by error: SocketError) -> Bool {
        switch error.code {
        case .cancelled, .closed: false
        case .timedOut: !deadline.hasPassed
        default: true
        }
    }

    /// Why one of the two takes nothing more, unless it has closed.
    var breakage: SocketError? { failure.withLock { $0 } }

    /// Keeps the reason, if there is one, for the other direction.
    func noteBreakage(_ reason: SocketError?) {
        guard let reason else { return }
        failure.withLock { $0 = reason }
    }
}

extension ProxyFlow: CustomStringConvertible {
    var description: String {
        "\(up.count) bytes to the target, \(down.count) bytes back, \(watch.elapsed.seconds.text(decimals: 3)) s"
    }
}

/// A number of bytes that several threads may look at.
final class ByteCounter: Sendable {
    private let value = Atomic<Int>(0)

    var count: Int { value.load(ordering: .relaxed) }
    func add(_ count: Int) { value.add(count, ordering: .relaxed) }
}

/// What all connections of a proxy have moved.
final class ProxyTotals: Sendable, CustomStringConvertible {
    private let failures = ByteCounter(), up = ByteCounter(), down = ByteCounter()

    func fail() { failures.add(1) }

    func add(_ flow: ProxyFlow) {
        up.add(flow.up.count)
        down.add(flow.down.count)
    }

    var description: String {
        "\(failures.count) failed, \(up.count) bytes to the target, \(down.count) bytes back"
    }
}
