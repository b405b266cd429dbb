/// Numbers without a pattern, the same ones for the same seed. C: SplitMix64 of Steele, Lea and Flood
struct SplitMix: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Numbers of their own for one of many users of a seed.
    init(_ seed: UInt64, _ user: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 &+ user
        state = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number below this one.
    mutating func below(_ end: Int) -> Int { Int.random(in: 0..<end, using: &self) }

    /// True once in so many times.
    mutating func once(in count: Int) -> Bool { below(count) == 0 }

    /// A number up to this one, each size as likely as the next.
    mutating func size(upTo most: Int) -> Int {
        let bits = Int.bitWidth - most.leadingZeroBitCount
        return 1 + below(min(most, 1 << below(bits + 1)))
    }
}
