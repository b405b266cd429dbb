internal import CSocketShim

/// A point in time on the clock that only goes forward, for deadlines. C: clock_gettime(2) CLOCK_MONOTONIC
public struct Deadline: Hashable, Comparable, Sendable {
    package let nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Now, on this machine since its start.
    public static var now: Deadline { Deadline(nanoseconds: csock_monotonic_ns()) }

    /// The end of time.
    public static let never = Deadline(nanoseconds: .max)

    /// The time this long from now; a duration too long to count gives `never`, a negative one gives a time gone by.
    public static func after(_ duration: Duration) -> Deadline {
        let (sum, overflow) = now.nanoseconds.addingReportingOverflow(duration.clampedNanoseconds)
        return overflow ? .never : Deadline(nanoseconds: sum)
    }

    /// Nanoseconds left, at least 0, or -1 for never, as the shim's time-outs count.
    package var remaining: Int64 {
        guard self != .never else { return -1 }
        let now = Self.now
        return self > now ? nanoseconds - now.nanoseconds : 0
    }

    /// Whether the time has come.
    public var hasPassed: Bool { self != .never && Self.now >= self }

    /// Whether one time is earlier than the other.
    public static func < (one: Deadline, other: Deadline) -> Bool { one.nanoseconds < other.nanoseconds }
}

extension Int64 {
    /// The whole number next to a value, or the last one there is; not a number is 0.
    package init(nearest value: Double) {
        let whole = value.rounded()
        self = whole.isNaN ? 0 : Int64(exactly: whole) ?? (whole < 0 ? .min : .max)
    }
}

extension Duration {
    /// The duration in nanoseconds, at the ends of Int64 when it does not fit.
    package var clampedNanoseconds: Int64 {
        // More seconds than an Int64 holds would trap.
        if self > .nanoseconds(Int64.max) { return .max }
        if self < .nanoseconds(Int64.min) { return .min }
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, carried) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carried ? (seconds < 0 ? .min : .max) : sum
    }
}
