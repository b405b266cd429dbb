internal import CSocketShim
internal import Sockets

/// Signals that end programs politely. C: signal(7)
public struct ProcessSignals: OptionSet, Sendable {
    /// A bit per signal: bit n - 1 for signal n.
    public let rawValue: UInt64

    /// Any signals.
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// What `kill` and service managers send. C: SIGTERM
    public static let terminate = ProcessSignals(rawValue: csock_signal_bit(csock_SIGTERM))
    /// What Control-C sends. C: SIGINT
    public static let interrupt = ProcessSignals(rawValue: csock_signal_bit(csock_SIGINT))
    /// What a closed terminal sends. C: SIGHUP
    public static let hangUp = ProcessSignals(rawValue: csock_signal_bit(csock_SIGHUP))
    /// Free for programs. C: SIGUSR1
    public static let user1 = ProcessSignals(rawValue: csock_signal_bit(csock_SIGUSR1))
}

/// Signals that arrive at a descriptor instead of interrupting the program. C: signalfd(2)
final class SignalSource: Sendable {
    private let owned: OwnedDescriptor
    private let previous: UInt64
    private let signals: UInt64

    init(_ signals: ProcessSignals) throws(SocketError) {
        var previous: UInt64 = 0
        let number = try check(.signalDescriptor) { unsafe csock_signal_open(signals.rawValue, &previous) }
        owned = try OwnedDescriptor(adopting: number)
        self.previous = previous
        self.signals = signals.rawValue
    }

    /// Readable when a signal waits.
    var descriptor: Int32 { owned.number }

    /// Takes a signal, if one waits.
    func take() -> Bool { csock_signal_take(owned.number) > 0 }

    /// Makes this thread hold back what it held back before.
    func restore() { _ = csock_signal_hold(previous) }

    /// A forked child can be ended by the signals, whatever its parent held back, and has no use for the descriptor.
    func abandonInChild() {
        _ = csock_signal_hold(previous & ~signals)
        _ = csock_close(owned.number)
    }
}
