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

    @Test(arguments: [0, 0.25, 1.5, 30, 86_400, -1.5, 9e9, -9e9])
    func `a number with a fraction is the duration, too`(_ count: Double) {
        #expect(TimeLimit.seconds(count) == .after(.seconds(count)))
    }

    @Test(arguments: [.infinity, 1.9e20, 9.3e9, .greatestFiniteMagnitude])
    func `a number that is too large is as long as can be`(_ count: Double) {
        #expect(TimeLimit.seconds(count) == .seconds(Int64.max))
        #expect(TimeLimit.seconds(-count) == .seconds(Int64.min))
    }

    @Test(arguments: [.nan, -.nan, .signalingNaN, 1e-10, -1e-300])
    func `what is no number, and less than can be counted, is nothing`(_ count: Double) {
        #expect(TimeLimit.seconds(count) == .seconds(0))
    }

    @Test func `any integer counts, and one that is too large is as long as can be`() {
        #expect(TimeLimit.seconds(UInt8(200)) == .seconds(200))
        #expect(TimeLimit.milliseconds(Int128(-3)) == .milliseconds(-3))
        #expect(TimeLimit.microseconds(UInt64.max) == .seconds(Int64.max))
        #expect(TimeLimit.seconds(Int128.max) == .seconds(Int64.max))
        #expect(TimeLimit.seconds(Int128.min) == .seconds(Int64.min))
    }
}
