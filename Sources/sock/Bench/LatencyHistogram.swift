/// How many times took how long, in buckets that are at most 0.8 % wide.
///
/// Up to 127 ns each value has a bucket of its own; above, each power of two is divided into 128. Recording neither
/// allocates nor loops.
struct LatencyHistogram: Sendable {
    private static let subBits = 7, subCount = 1 << subBits
    /// Some 18 minutes; what takes longer counts as that.
    private static let longest: Int64 = 1 << 40

    private var counts = [UInt64](repeating: 0, count: index(longest) + 1)
    private(set) var count: UInt64 = 0
    private var sum = 0.0
    /// The longest time in nanoseconds, exactly.
    private(set) var maximum: Int64 = 0

    /// Counts a time in nanoseconds.
    mutating func record(_ nanoseconds: Int64) {
        let value = max(0, nanoseconds)
        counts[Self.index(min(value, Self.longest))] &+= 1
        count &+= 1
        sum += Double(value)
        maximum = max(maximum, value)
    }

    /// Counts what another one counted.
    mutating func add(_ other: LatencyHistogram) {
        for index in counts.indices { counts[index] &+= other.counts[index] }
        count &+= other.count
        sum += other.sum
        maximum = max(maximum, other.maximum)
    }

    /// The mean in nanoseconds; 0 of none.
    var mean: Double { count == 0 ? 0 : sum / Double(count) }

    /// The time in nanoseconds that this part of all, from 0 to 1, did not exceed; 0 of none.
    func percentile(_ part: Double) -> Int64 {
        let wanted = max(1, UInt64((Double(count) * part).rounded(.up)))
        var seen: UInt64 = 0
        for (index, number) in counts.enumerated() {
            seen += number
            if seen >= wanted { return min(Self.last(index), maximum) }
        }
        return maximum
    }

    /// The bucket of a value.
    static func index(_ value: Int64) -> Int {
        guard value >= subCount else { return Int(value) }
        let shift = Int64.bitWidth - 1 - value.leadingZeroBitCount - subBits
        return shift * subCount + Int(value >> Int64(shift))
    }

    /// The largest value of a bucket.
    static func last(_ index: Int) -> Int64 {
        guard index >= subCount else { return Int64(index) }
        let shift = index / subCount - 1
        return (Int64(index % subCount + subCount + 1) << Int64(shift)) - 1
    }
}
