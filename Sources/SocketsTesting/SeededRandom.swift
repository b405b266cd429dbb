/// Numbers that look random, and are the same for the same seed. The algorithm is SplitMix64.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// Whether something of this chance happens. What is impossible draws no number.
    mutating func happens(_ chance: Double) -> Bool {
        chance > 0 && Double(next() >> 11) * 0x1p-53 < chance
    }

    /// A number from 0 up to this one.
    mutating func upTo(_ limit: Int64) -> Int64 { limit > 0 ? Int64.random(in: 0...limit, using: &self) : 0 }
}
