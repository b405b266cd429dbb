public import Sockets

/// How long an operation may wait: for ever, for a duration from its begin, or until a deadline.
///
/// ```swift
/// let count = try await client.receive(into: &buffer, within: .seconds(30))
/// ```
///
/// An operation that need not wait does not look at the clock, and succeeds however little time there is.
@frozen public struct TimeLimit: Hashable, Sendable {
    @usableFromInline
    let nanoseconds: Int64
    @usableFromInline
    let isRelative: Bool

    @inlinable
    init(nanoseconds: Int64, isRelative: Bool) {
        self.nanoseconds = nanoseconds
        self.isRelative = isRelative
    }

    /// As long as it takes.
    @inlinable
    public static var forever: TimeLimit { TimeLimit(nanoseconds: .max, isRelative: false) }

    /// This long from the begin of the operation; what is not positive lets it succeed at once only.
    public static func after(_ duration: Duration) -> TimeLimit {
        TimeLimit(nanoseconds: duration.clampedNanoseconds, isRelative: true)
    }

    /// Until this time.
    public static func until(_ deadline: Deadline) -> TimeLimit {
        TimeLimit(nanoseconds: deadline.nanoseconds, isRelative: false)
    }

    /// This many seconds.
    @inlinable
    public static func seconds(_ count: some BinaryInteger) -> TimeLimit { .after(count, of: 1_000_000_000) }
    /// This many seconds; what is not a number is none, and more than can be counted is as much as can be.
    public static func seconds(_ count: Double) -> TimeLimit {
        TimeLimit(nanoseconds: Int64(nearest: count * 1e9), isRelative: true)
    }
    /// This many milliseconds.
    @inlinable
    public static func milliseconds(_ count: some BinaryInteger) -> TimeLimit { .after(count, of: 1_000_000) }
    /// This many microseconds.
    @inlinable
    public static func microseconds(_ count: some BinaryInteger) -> TimeLimit { .after(count, of: 1_000) }

    /// So many units of so many nanoseconds; more than can be counted is as much as can be.
    ///
    /// By a `Duration` it would be a thousand instructions for each receive: what a literal says is known to the compiler here.
    @inlinable
    @inline(__always)
    static func after(_ count: some BinaryInteger, of unit: Int64) -> TimeLimit {
        let count = Int64(clamping: count)
        let (product, overflow) = count.multipliedReportingOverflow(by: unit)
        return TimeLimit(nanoseconds: overflow ? (count < 0 ? .min : .max) : product, isRelative: true)
    }

    /// The same limit for all steps of an operation, which begins now.
    func starting(at now: () -> Int64) -> TimeLimit {
        guard isRelative else { return self }
        let (sum, overflow) = now().addingReportingOverflow(nanoseconds)
        return TimeLimit(nanoseconds: overflow ? .max : sum, isRelative: false)
    }
}
