extension IPv4Address: TextRepresentable {
    /// Reads four decimal numbers from 0 to 255 with dots between them, and nothing else.
    ///
    /// Leading zeros are refused, because other readers take such numbers for octal.
    ///
    /// - Throws: ``AddressError`` with the reason, the text and the part to blame.
    ///
    /// C: inet_pton(3)
    public init(parsing text: String) throws(AddressError) {
        do {
            let bytes = text.utf8.span
            self = try IPv4Address.parse(bytes, in: bytes.indices)
        } catch {
            throw AddressError(error, in: text, expected: .ipv4)
        }
    }

    /// The four octets in decimal with dots between them.
    ///
    /// C: inet_ntop(3); also inet_ntoa(3), without its static buffer
    public var description: String {
        var text = ASCIIText()
        append(to: &text)
        return text.string
    }

    func append(to text: inout ASCIIText) {
        for index in 0..<4 {
            if index > 0 { text.append(ASCII.dot) }
            text.append(decimal: rawValue >> (24 - 8 * index) & 0xFF)
        }
    }

    static func parse(_ text: Span<UInt8>, in range: Range<Int>) throws(ParseFailure) -> IPv4Address {
        guard !range.isEmpty else { throw ParseFailure(.empty, range) }
        var value: UInt32 = 0
        var start = range.lowerBound
        for part in 1...4 {
            let end = text.firstIndex(of: ASCII.dot, in: start..<range.upperBound) ?? range.upperBound
            let octet = try text.canonicalNumber(in: start..<end, upTo: 255, else: .octetOutOfRange)
            value = value << 8 | octet
            if part == 4, end < range.upperBound { throw ParseFailure(.tooManyParts, end..<range.upperBound) }
            if part < 4, end == range.upperBound { throw ParseFailure(.tooFewParts, range) }
            start = end + 1
        }
        return IPv4Address(rawValue: value)
    }
}
