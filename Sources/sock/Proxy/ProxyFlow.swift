import AsyncSockets
internal import CSocketShim
import Sockets
internal import Synchronization

/// What one connection has moved, and when it last did.
final class ProxyFlow: Sendable {
    private let idle: Duration?
    private let watch = Stopwatch()
    private let connected = Atomic<Bool>(false)
    private let latest = Atomic<Int64>(csock_monotonic_ns())
    /// Bytes from the client to the target.
    let up = ByteCounter()
    /// Bytes from the target to the client.
    let down = ByteCounter()

    /// A connection that may be idle for a time; nil for ever.
    init(_ idle: Duration?) { self.idle = idle }

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

    /// How long nothing may move from now on, in whatever direction.
    var limit: TimeLimit {
        guard let idle else { return .forever }
        return .after(idle - .nanoseconds(csock_monotonic_ns() - latest.load(ordering: .relaxed)))
    }

    /// Whether nothing moved for as long as is allowed.
    var isIdle: Bool {
        guard let idle else { return false }
        return .nanoseconds(csock_monotonic_ns() - latest.load(ordering: .relaxed)) >= idle
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
