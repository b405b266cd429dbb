extension IPv6Address {
    /// Reads the forms of RFC 4291, and a zone after `%` as an interface's index or name.
    ///
    /// The last two groups may be written as an IPv4 address. An interface's name has to exist.
    ///
    /// - Throws: ``AddressError`` with the reason, the text and the part to blame.
    ///
    /// C: inet_pton(3), if_nametoindex(3)
    public init(parsing text: String) throws(AddressError) {
        do {
            let bytes = text.utf8.span
            self = try IPv6Address.parse(bytes, in: bytes.indices)
        } catch {
            throw AddressError(error, in: text, expected: .ipv6)
        }
    }

    static func parse(_ text: Span<UInt8>, in range: Range<Int>) throws(ParseFailure) -> IPv6Address {
        guard let percent = text.firstIndex(of: ASCII.percent, in: range) else {
            return try parseUnscoped(text, in: range)
        }
        var address = try parseUnscoped(text, in: range.lowerBound..<percent)
        address.scopeID = try zone(text, in: percent + 1..<range.upperBound)
        return address
    }

    static func parseUnscoped(_ text: Span<UInt8>, in range: Range<Int>) throws(ParseFailure) -> IPv6Address {
        guard !range.isEmpty else { throw ParseFailure(.empty, range) }
        var groups = IPv6Groups()
        var start = range.lowerBound
        if text[start] == ASCII.colon {
            // The first colon of a text is the first of two; the second is left for the loop.
            guard range.count > 1, text[start + 1] == ASCII.colon else { throw .wrongCharacter(at: start) }
            try groups.appendGap(start..<start + 2)
            start += 2
        }
        while start < range.upperBound {
            let end = text.firstIndex(of: ASCII.colon, in: start..<range.upperBound) ?? range.upperBound
            try groups.append(text, part: start..<end, isLast: end == range.upperBound)
            start = end
            if start < range.upperBound { start = try groups.appendSeparator(text, in: start..<range.upperBound) }
        }
        return try IPv6Address(segments: groups.expanded(from: range))
    }

    /// The interface's index that a zone stands for; a name of digits only is read as an index.
    private static func zone(_ text: Span<UInt8>, in range: Range<Int>) throws(ParseFailure) -> UInt32 {
        guard !range.isEmpty else { throw ParseFailure(.emptyPart, range) }
        if range.allSatisfy({ ASCII.digit(text[$0]).map { $0 < 10 } ?? false }) {
            return try text.canonicalNumber(in: range, upTo: .max, else: .zoneOutOfRange)
        }
        guard let index = namedZone(text, in: range) else { throw ParseFailure(.unknownZone, range) }
        return index
    }

    private static func namedZone(_ text: Span<UInt8>, in range: Range<Int>) -> UInt32? {
        // Names of interfaces are shorter than 16 bytes, which a string holds without allocating.
        guard range.count < 16 else { return nil }
        do {
            let name = try UTF8Span(validating: text.extracting(range))
            return interfaceIndex(named: String(copying: name))
        } catch { return nil }
    }
}
