internal import Synchronization

/// What a server has done so far, readable from any thread while it runs.
public final class ServerCounters: Sendable {
    private let acceptedCount = Atomic<Int>(0)
    private let activeCount = Atomic<Int>(0)
    private let failedCount = Atomic<Int>(0)
    private let received = Atomic<Int>(0)
    private let sent = Atomic<Int>(0)

    init() {}

    /// The numbers of this moment.
    public var snapshot: Snapshot {
        Snapshot(
            accepted: acceptedCount.load(ordering: .relaxed), active: activeCount.load(ordering: .relaxed),
            failed: failedCount.load(ordering: .relaxed), bytesReceived: received.load(ordering: .relaxed),
            bytesSent: sent.load(ordering: .relaxed))
    }

    /// The numbers of one moment.
    public struct Snapshot: Hashable, Sendable {
        /// Clients that were let in.
        public let accepted: Int
        /// Clients that are being served.
        public let active: Int
        /// Clients whose handler threw or whose process crashed, or who could not be served.
        public let failed: Int
        /// Bytes received, where the server itself receives: `ReadinessServer` and the datagram servers.
        public let bytesReceived: Int
        /// Bytes sent, where the server itself sends: `ReadinessServer`.
        public let bytesSent: Int
    }

    func begin() {
        acceptedCount.add(1, ordering: .relaxed)
        activeCount.add(1, ordering: .relaxed)
    }

    func end(failed: Bool) {
        activeCount.subtract(1, ordering: .relaxed)
        if failed { failedCount.add(1, ordering: .relaxed) }
    }

    /// Clients that were disconnected when the time was up.
    func abandon(_ count: Int) { activeCount.subtract(count, ordering: .relaxed) }

    func move(received: Int, sent: Int) {
        self.received.add(received, ordering: .relaxed)
        self.sent.add(sent, ordering: .relaxed)
    }
}

extension ServerCounters.Snapshot: CustomStringConvertible {
    /// All of them in one line: `3 accepted, 1 active, 0 failed, 4096 bytes in, 4096 out`.
    public var description: String {
        "\(accepted) accepted, \(active) active, \(failed) failed, \(bytesReceived) bytes in, \(bytesSent) out"
    }
}
