internal import CSocketShim
import Sockets

/// Descriptors of any kind to wait for at once. C: poll(2)
struct WaitList {
    private var entries: [csock_pollfd_t] = []

    /// Adds a descriptor and returns its place. A negative one is never ready.
    mutating func add(_ descriptor: Int32, _ interest: Readiness) -> Int {
        entries.append(csock_pollfd_t(descriptor: descriptor, events: interest.rawValue, ready: 0))
        return entries.count - 1
    }

    /// Waits until one is ready, or for this long; returns whether one is.
    @discardableResult
    mutating func wait(atMost time: Duration? = nil) throws(SocketError) -> Bool {
        let nanoseconds = time.map { max(0, $0.nanoseconds) } ?? -1
        let count = entries.count
        // The array has as many entries as the call is told.
        let result = unsafe entries.withUnsafeMutableBufferPointer {
            unsafe csock_poll($0.baseAddress, count, nanoseconds)
        }
        // The caller looks what is ready and comes again.
        if result == -csock_EINTR { return false }
        return try checked(.poll, Int64(result)) > 0
    }

    /// What the descriptor at a place is ready for.
    subscript(place: Int) -> Readiness { Readiness(rawValue: entries[place].ready) }
}

extension Duration {
    /// Whole nanoseconds, at the end of the range when there are more.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : product.addingReportingOverflow(attoseconds / 1_000_000_000).partialValue
    }

    var seconds: Double { Double(nanoseconds) / 1e9 }
    var milliseconds: Double { Double(nanoseconds) / 1e6 }
}

/// The time since something began.
struct Stopwatch {
    private let start = csock_monotonic_ns()

    var elapsed: Duration { .nanoseconds(csock_monotonic_ns() - start) }
}
