@testable import Sockets

/// Random numbers that are the same in every run, by the SplitMix64 algorithm.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}

extension IPv4Address {
    static func random(using generator: inout SeededGenerator) -> IPv4Address {
        IPv4Address(rawValue: .random(in: 0 ... .max, using: &generator))
    }
}

extension IPv6Address {
    /// An address in which zero groups, small groups and mapped IPv4 are more frequent than by chance.
    static func random(using generator: inout SeededGenerator) -> IPv6Address {
        if Int.random(in: 0..<16, using: &generator) == 0 {
            return IPv6Address(mapping: .random(using: &generator))
        }
        let zeros = UInt8.random(in: 0 ... .max, using: &generator)
        let segments = InlineArray<8, UInt16> { index in
            let group = UInt16.random(in: 0 ... .max, using: &generator)
            return zeros >> index & 1 == 1 ? 0 : group >> (zeros & 0xC)
        }
        return IPv6Address(segments: segments, scopeID: zeros & 3 == 0 ? UInt32(zeros) : 0)
    }
}

/// The reason why the text is refused, or nil if it is accepted.
func refusal<Value: TextRepresentable>(of text: String, as type: Value.Type) -> AddressError.Reason? {
    do throws(AddressError) {
        _ = try Value(parsing: text)
        return nil
    } catch {
        return error.reason
    }
}

/// The text with one character taken out, doubled or replaced by one that addresses are made of.
func mutated(_ text: String, using generator: inout SeededGenerator) -> String {
    var characters = Array(text.utf8)
    let alphabet = Array("0123456789abcdefABCDEFx.:%/[] g".utf8)
    let place = Int.random(in: 0..<characters.count, using: &generator)
    let byte = alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: characters.remove(at: place)
    case 1: characters.insert(characters[place], at: place)
    case 2: characters.insert(byte, at: place)
    default: characters[place] = byte
    }
    return String(decoding: characters, as: UTF8.self)
}
