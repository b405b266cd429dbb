/// The characters that addresses are made of.
enum ASCII {
    static let percent = UInt8(ascii: "%")
    static let hyphen = UInt8(ascii: "-")
    static let dot = UInt8(ascii: ".")
    static let slash = UInt8(ascii: "/")
    static let zero = UInt8(ascii: "0")
    static let colon = UInt8(ascii: ":")
    static let openingBracket = UInt8(ascii: "[")
    static let closingBracket = UInt8(ascii: "]")

    /// The value of a hexadecimal digit in either case, which is also that of a smaller base's digit.
    static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// Space, tab, line feed, vertical tab, form feed or carriage return, as in C's locale.
    static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }
}

extension Span where Element == UInt8 {
    /// The place of the first such byte in the range, which lies inside of the span.
    func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        for index in range where self[index] == byte { return index }
        return nil
    }

    /// The place of the last such byte in the span.
    func lastIndex(of byte: UInt8) -> Int? {
        for index in indices.reversed() where self[index] == byte { return index }
        return nil
    }

    /// The number written in the range, at most the limit; all of it has to be digits of the base.
    func number(
        in range: Range<Int>, base: UInt64 = 10, upTo limit: UInt32, else reason: AddressError.Reason
    ) throws(ParseFailure) -> UInt32 {
        guard !range.isEmpty else { throw ParseFailure(.emptyPart, range) }
        var value: UInt64 = 0
        for index in range {
            guard let digit = ASCII.digit(self[index]), digit < base else { throw .wrongCharacter(at: index) }
            // Any value beyond 32 bits is as wrong as another, so it may stay there.
            value = Swift.min(value * base + UInt64(digit), 1 << 32)
        }
        guard value <= limit else { throw ParseFailure(reason, range) }
        return UInt32(value)
    }

    /// The decimal number written in the range, in its only spelling: without leading zeros.
    func canonicalNumber(
        in range: Range<Int>, upTo limit: UInt32, else reason: AddressError.Reason
    ) throws(ParseFailure) -> UInt32 {
        let value = try number(in: range, upTo: .max, else: reason)
        if range.count > 1, self[range.lowerBound] == ASCII.zero { throw ParseFailure(.leadingZero, range) }
        guard value <= limit else { throw ParseFailure(reason, range) }
        return value
    }
}
