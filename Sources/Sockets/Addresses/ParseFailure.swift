/// Why a text is no address, as a reason and the place in its UTF-8: no memory is allocated for it.
///
/// The parsers throw it to each other; at the public border it becomes an ``AddressError``.
struct ParseFailure: Error {
    let reason: AddressError.Reason
    let range: Range<Int>

    init(_ reason: AddressError.Reason, _ range: Range<Int>) {
        self.reason = reason
        self.range = range
    }

    /// The byte at the index does not belong there.
    static func wrongCharacter(at index: Int) -> ParseFailure {
        ParseFailure(.wrongCharacter, index..<index + 1)
    }
}

extension AddressError {
    init(_ failure: ParseFailure, in input: String, expected: Expected) {
        self.init(failure.reason, part: input.scalars(at: failure.range), in: input, expected: expected)
    }
}

extension String {
    /// The characters that the range of UTF-8 bytes touches.
    fileprivate func scalars(at range: Range<Int>) -> String {
        let lower = utf8.index(utf8.startIndex, offsetBy: range.lowerBound, limitedBy: utf8.endIndex) ?? utf8.endIndex
        var upper = utf8.index(lower, offsetBy: range.count, limitedBy: utf8.endIndex) ?? utf8.endIndex
        // A range may end inside of a character, because the parsers look at bytes.
        while upper < utf8.endIndex, utf8[upper] & 0xC0 == 0x80 { utf8.formIndex(after: &upper) }
        return String(unicodeScalars[lower..<upper])
    }
}
