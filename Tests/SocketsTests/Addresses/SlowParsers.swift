/// A second, straightforward reading of IPv4 text, to compare the fast one with.
func slowIPv4(_ text: String) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let octets = parts.compactMap { part -> UInt8? in
        guard let octet = UInt8(part), String(octet) == part else { return nil }
        return octet
    }
    return parts.count == 4 && octets.count == 4 ? octets : nil
}

/// A second, straightforward reading of IPv6 text without a zone, to compare the fast one with.
func slowIPv6(_ text: String) -> [UInt16]? {
    let halves = text.split(separator: "::", omittingEmptySubsequences: false)
    switch halves.count {
    case 1:
        return slowGroups(text, mayBeEmpty: false, mayEndInIPv4: true).flatMap { $0.count == 8 ? $0 : nil }
    case 2:
        guard let head = slowGroups(String(halves[0]), mayBeEmpty: true, mayEndInIPv4: false),
            let tail = slowGroups(String(halves[1]), mayBeEmpty: true, mayEndInIPv4: true),
            head.count + tail.count < 8
        else { return nil }
        return head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
    default:
        return nil
    }
}

private func slowGroups(_ text: String, mayBeEmpty: Bool, mayEndInIPv4: Bool) -> [UInt16]? {
    if text.isEmpty { return mayBeEmpty ? [] : nil }
    var parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    var tail: [UInt16] = []
    if mayEndInIPv4, let last = parts.last, let octets = slowIPv4(last) {
        parts.removeLast()
        tail = [UInt16(octets[0]) << 8 | UInt16(octets[1]), UInt16(octets[2]) << 8 | UInt16(octets[3])]
    }
    let groups = parts.compactMap { part -> UInt16? in
        guard (1...4).contains(part.utf8.count), part.allSatisfy({ $0.isHexDigit }) else { return nil }
        return UInt16(part, radix: 16)
    }
    return groups.count == parts.count ? groups + tail : nil
}
