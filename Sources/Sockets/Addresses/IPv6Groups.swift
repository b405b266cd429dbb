/// The groups of an IPv6 address while it is read from left to right.
struct IPv6Groups {
    private var values = InlineArray<8, UInt16>(repeating: 0)
    private var count = 0
    /// The number of groups before `::`, if that was met.
    private var gap: Int?

    /// Reads one group of hexadecimal digits, or an IPv4 address in place of the last two.
    mutating func append(_ text: Span<UInt8>, part: Range<Int>, isLast: Bool) throws(ParseFailure) {
        if isLast, text.firstIndex(of: ASCII.dot, in: part) != nil {
            let address = try IPv4Address.parse(text, in: part).rawValue
            try append(UInt16(truncatingIfNeeded: address >> 16), part)
            try append(UInt16(truncatingIfNeeded: address), part)
        } else {
            let group = try text.number(in: part, base: 16, upTo: .max, else: .groupTooLong)
            guard part.count <= 4 else { throw ParseFailure(.groupTooLong, part) }
            try append(UInt16(truncatingIfNeeded: group), part)
        }
    }

    private mutating func append(_ group: UInt16, _ part: Range<Int>) throws(ParseFailure) {
        guard count < 8 else { throw ParseFailure(.tooManyParts, part) }
        values[count] = group
        count += 1
    }

    /// Reads the one or two colons after a group, and returns the place after them.
    mutating func appendSeparator(_ text: Span<UInt8>, in range: Range<Int>) throws(ParseFailure) -> Int {
        let next = range.lowerBound + 1
        guard next < range.upperBound else { throw ParseFailure(.emptyPart, range) }
        guard text[next] == ASCII.colon else { return next }
        try appendGap(range.lowerBound..<next + 1)
        return next + 1
    }

    mutating func appendGap(_ colons: Range<Int>) throws(ParseFailure) {
        guard gap == nil else { throw ParseFailure(.ambiguousGap, colons) }
        gap = count
    }

    /// All eight groups, with zeros in the gap, which has to stand for one of them at least.
    func expanded(from range: Range<Int>) throws(ParseFailure) -> InlineArray<8, UInt16> {
        guard let gap else {
            guard count == 8 else { throw ParseFailure(.tooFewParts, range) }
            return values
        }
        guard count < 8 else { throw ParseFailure(.tooManyParts, range) }
        let zeros = 8 - count
        return InlineArray { $0 < gap ? values[$0] : $0 < gap + zeros ? 0 : values[$0 - zeros] }
    }
}
