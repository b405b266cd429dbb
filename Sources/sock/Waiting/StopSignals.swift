internal import CSocketShim
import Sockets

/// Ctrl-C and SIGTERM as something to wait for, beside sockets.
///
/// Where the system has no such descriptor, they end the process as usual. C: signalfd(2)
struct StopSignals: ~Copyable {
    private let descriptor: OwnedDescriptor?

    /// Holds the signals back from now on.
    init() throws(SocketError) {
        var previous: UInt64 = 0
        let signals = csock_signal_bit(csock_SIGINT) | csock_signal_bit(csock_SIGTERM)
        let number = unsafe csock_signal_open(signals, &previous)
        guard number != -csock_ENOSYS else {
            descriptor = nil
            return
        }
        descriptor = try OwnedDescriptor(adopting: Int32(try checked(.signalDescriptor, Int64(number))))
    }

    /// What to wait for; negative when there is nothing.
    var number: Int32 {
        switch descriptor {
        case .some(let descriptor): descriptor.number
        case nil: -1
        }
    }

    /// Waits for one of the signals.
    func wait() throws(SocketError) {
        var list = WaitList()
        _ = list.add(number, .readable)
        while try !list.wait() {}
    }

    /// Takes one of the signals, so that the next one can be told from it; false when none has come.
    func take() -> Bool { csock_signal_take(number) > 0 }

    /// Whether one of the signals has come.
    var hasCome: Bool {
        get throws(SocketError) {
            var list = WaitList()
            _ = list.add(number, .readable)
            return try list.wait(atMost: .zero)
        }
    }
}
