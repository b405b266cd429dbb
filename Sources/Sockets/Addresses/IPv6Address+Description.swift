extension IPv6Address: TextRepresentable {
    /// The shortest form in lower case, with the zone's index after `%` unless it is 0.
    ///
    /// The longest run of two or more zero groups becomes `::`, the first one of several equally long.
    /// IPv4 addresses in the IPv6 form are written as such: `::ffff:192.0.2.1`, `::192.0.2.1`.
    ///
    /// RFC 5952; C: inet_ntop(3)
    public var description: String {
        var text = ASCIIText()
        append(to: &text)
        return text.string
    }

    /// All eight groups with four digits each, with the zone's index after `%` unless it is 0.
    public var expandedDescription: String {
        var text = ASCIIText()
        let segments = segments
        for index in 0..<8 {
            if index > 0 { text.append(ASCII.colon) }
            text.append(hexadecimal: segments[index], width: 4)
        }
        appendZone(to: &text)
        return text.string
    }

    func append(to text: inout ASCIIText) {
        if isV4Mapped || isV4Compatible {
            appendDotted(to: &text)
        } else {
            appendGroups(to: &text)
        }
        appendZone(to: &text)
    }

    /// Six zero groups, and an IPv4 address that is not so small as to be one group.
    private var isV4Compatible: Bool { high == 0 && low >> 32 == 0 && low > 0xFFFF }

    private func appendDotted(to text: inout ASCIIText) {
        for byte in isV4Mapped ? "::ffff:".utf8 : "::".utf8 { text.append(byte) }
        IPv4Address(rawValue: UInt32(truncatingIfNeeded: low)).append(to: &text)
    }

    private func appendGroups(to text: inout ASCIIText) {
        let segments = segments
        let run = longestZeroRun
        var index = 0
        while index < 8 {
            if index == run.lowerBound, !run.isEmpty {
                text.append(ASCII.colon)
                text.append(ASCII.colon)
                index = run.upperBound
            } else {
                if index > 0, index != run.upperBound || run.isEmpty { text.append(ASCII.colon) }
                text.append(hexadecimal: segments[index])
                index += 1
            }
        }
    }

    /// The first of the longest runs of at least two zero groups, or an empty range.
    private var longestZeroRun: Range<Int> {
        let segments = segments
        var longest = 0..<0
        var start = 0
        for index in 0..<8 {
            if segments[index] != 0 { start = index + 1 }
            if index + 1 - start > max(longest.count, 1) { longest = start..<index + 1 }
        }
        return longest
    }

    private func appendZone(to text: inout ASCIIText) {
        guard scopeID != 0 else { return }
        text.append(ASCII.percent)
        text.append(decimal: scopeID)
    }
}
