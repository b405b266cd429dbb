/// Why a text or a value is no address, with the part that is to blame.
///
/// Its description says what was wrong and what is accepted, for people to read:
/// `"1.2.03.4" is no IPv4 address: "03" has a leading zero (expected: …)`.
public struct AddressError: Error, Hashable, Sendable {
    /// What was wrong, for a program to switch over.
    public let reason: Reason

    /// The rejected text: at most 80 characters, with control and non-ASCII characters escaped.
    public let input: String

    /// The part of the text that is to blame, cut and escaped like the input; may be empty.
    public let part: String

    let expected: Expected

    init(_ reason: Reason, part: String, in input: String, expected: Expected) {
        self.reason = reason
        self.input = escaped(input)
        self.part = escaped(part)
        self.expected = expected
    }
}

extension AddressError {
    /// What can be wrong with an address.
    public enum Reason: Hashable, Sendable {
        /// There is no text at all.
        case empty
        /// A character that the form does not have, or does not have in this place.
        case wrongCharacter
        /// Nothing stands between two separators, or beside one.
        case emptyPart
        /// A zero before other digits, which some readers take for octal.
        case leadingZero
        /// An octet above 255.
        case octetOutOfRange
        /// A group of more than four hexadecimal digits.
        case groupTooLong
        /// Fewer octets, groups or bytes than the form has.
        case tooFewParts
        /// More octets, groups or bytes than the form has.
        case tooManyParts
        /// A second `::`, so that the length of neither is known.
        case ambiguousGap
        /// No network interface has this name.
        case unknownZone
        /// An interface index of more than 32 bits.
        case zoneOutOfRange
        /// A zone where none is allowed, as in a network.
        case zoneNotAllowed
        /// The address is missing where there has to be one.
        case missingAddress
        /// The port is missing.
        case missingPort
        /// A port above 65535 or of more than five digits.
        case portOutOfRange
        /// More colons than one outside of brackets: an IPv6 address has to stand in brackets.
        case missingBrackets
        /// A bracket without its partner, or in the wrong place.
        case strayBracket
        /// The prefix length is missing.
        case missingPrefix
        /// A prefix length below 0 or beyond the bits of the address.
        case prefixOutOfRange
        /// A netmask whose one bits are not all in front.
        case notContiguous
        /// An IPv4 and an IPv6 address where both have to be the same.
        case mixedVersions
        /// A flow label of more than 20 bits.
        case flowLabelOutOfRange
    }
}

/// At most 80 characters of the text, fit for a terminal and a log.
private func escaped(_ text: String) -> String {
    var result = ""
    for (index, scalar) in text.unicodeScalars.enumerated() {
        if index == 80 { return result + "…" }
        result += scalar.escaped(asASCII: true)
    }
    return result
}
