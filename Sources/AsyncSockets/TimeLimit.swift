public import Sockets

/// How long an operation may wait: for ever, for a duration from its begin, or until a deadline.
///
/// ```swift
/// let count = try await client.receive(into: &buffer, within: .seconds(30))
/// ```
///
/// An operation that need not wait does not look at the clock, and succeeds however little time there is.
public struct TimeLimit: Hashable, Sendable {
    let nanoseconds: Int64
    let isRelative: Bool

    /// As long as it takes.
    public static let forever = TimeLimit(nanoseconds: .max, isRelative: false)

    /// This long from the begin of the operation; what is not positive lets it succeed at once only.
    public static func after(_ duration: Duration) -> TimeLimit {
        TimeLimit(nanoseconds: duration.clampedNanoseconds, isRelative: true)
    }

    /// Until this time.
    public static func until(_ deadline: Deadline) -> TimeLimit {
        TimeLimit(nanoseconds: deadline.nanoseconds, isRelative: false)
    }

    /// This many seconds.
    public static func seconds(_ count: some BinaryInteger) -> TimeLimit { .after(.seconds(count)) }
    /// This many seconds.
    public static func seconds(_ count: Double) -> TimeLimit { .after(.seconds(count)) }
    /// This many milliseconds.
    public static func milliseconds(_ count: some BinaryInteger) -> TimeLimit { .after(.milliseconds(count)) }
    /// This many microseconds.
    public static func microseconds(_ count: some BinaryInteger) -> TimeLimit { .after(.microseconds(count)) }

    /// The same limit for all steps of an operation, which begins now.
    func starting(at now: () -> Int64) -> TimeLimit {
        guard isRelative else { return self }
        let (sum, overflow) = now().addingReportingOverflow(nanoseconds)
        return TimeLimit(nanoseconds: overflow ? .max : sum, isRelative: false)
    }
}
