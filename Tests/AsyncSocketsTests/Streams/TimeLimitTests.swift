import AsyncSockets
import Testing

/// Units are counted by themselves, because a limit is made for each operation: as a `Duration` counts them.
struct TimeLimitTests {
    /// Beside some, the numbers between which a count of nanoseconds ends in 64 bits, for each unit.
    static let counts: [Int64] =
        [0, 1, -1, 30, .max, .min] + edges(1_000) + edges(1_000_000) + edges(1_000_000_000)

    static func edges(_ unit: Int64) -> [Int64] {
        let (last, first) = (Int64.max / unit, Int64.min / unit)
        return [last, last + 1, first, first - 1]
    }

    @Test(arguments: counts)
    func `a number of units is the duration of so many units`(_ count: Int64) {
        #expect(TimeLimit.seconds(count) == .after(.seconds(count)))
        #expect(TimeLimit.milliseconds(count) == .after(.milliseconds(count)))
        #expect(TimeLimit.microseconds(count) == .after(.microseconds(count)))
    }

    @Test func `any integer counts, and one that is too large is as long as can be`() {
        #expect(TimeLimit.seconds(UInt8(200)) == .seconds(200))
        #expect(TimeLimit.milliseconds(Int128(-3)) == .milliseconds(-3))
        #expect(TimeLimit.microseconds(UInt64.max) == .seconds(Int64.max))
        #expect(TimeLimit.seconds(Int128.max) == .seconds(Int64.max))
        #expect(TimeLimit.seconds(Int128.min) == .seconds(Int64.min))
    }
}
