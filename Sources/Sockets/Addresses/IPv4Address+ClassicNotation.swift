extension IPv4Address {
    /// Reads the classic notation of one to four numbers in decimal, octal or hexadecimal.
    ///
    /// `127.1`, `0x7f.1`, `017700000001` and `2130706433` all are `127.0.0.1`: the last number fills
    /// the octets that are left. White space may follow the address, but nothing may follow that.
    /// `255.255.255.255` is an address like any other, which inet_addr cannot tell from an error.
    /// Text from people and from files is better read by `init(_:)`.
    ///
    /// C: inet_aton(3), inet_addr(3)
    public init?(classicNotation text: String) {
        let bytes = text.utf8.span
        var end = bytes.count
        while end > 0, ASCII.isSpace(bytes[end - 1]) { end -= 1 }
        do { self = try IPv4Address.parseClassic(bytes, in: 0..<end) } catch { return nil }
    }

    private static func parseClassic(
        _ text: Span<UInt8>, in range: Range<Int>
    ) throws(ParseFailure) -> IPv4Address {
        var value: UInt32 = 0
        var start = range.lowerBound
        var bits: UInt32 = 32
        while bits > 8, let dot = text.firstIndex(of: ASCII.dot, in: start..<range.upperBound) {
            bits -= 8
            value |= try classicNumber(text, in: start..<dot, upTo: 255) << bits
            start = dot + 1
        }
        // The last number fills the bits that are left, and a fifth part is no digit.
        let rest = try classicNumber(text, in: start..<range.upperBound, upTo: .max >> (32 - bits))
        return IPv4Address(rawValue: value | rest)
    }

    /// Reads a number as C spells it: `0x` or `0X` before hexadecimal, `0` before octal digits.
    private static func classicNumber(
        _ text: Span<UInt8>, in range: Range<Int>, upTo limit: UInt32
    ) throws(ParseFailure) -> UInt32 {
        guard range.count > 1, text[range.lowerBound] == ASCII.zero else {
            return try text.number(in: range, upTo: limit, else: .octetOutOfRange)
        }
        let isHexadecimal = text[range.lowerBound + 1] | 0x20 == UInt8(ascii: "x")
        let digits = range.dropFirst(isHexadecimal ? 2 : 1)
        return try text.number(in: digits, base: isHexadecimal ? 16 : 8, upTo: limit, else: .octetOutOfRange)
    }
}
