extension IPNetwork: TextRepresentable {
    /// Reads an address without a zone, a slash and the prefix length in decimal.
    ///
    /// - Throws: ``AddressError`` with the reason, the text and the part to blame.
    ///
    /// RFC 4632, RFC 4291
    public init(parsing text: String) throws(AddressError) {
        do {
            let bytes = text.utf8.span
            self = try IPNetwork.parse(bytes, in: bytes.indices)
        } catch {
            throw AddressError(error, in: text, expected: .network)
        }
    }

    /// The address, a slash and the prefix length, such as `192.0.2.0/24`.
    public var description: String {
        var text = ASCIIText()
        address.append(to: &text)
        text.append(ASCII.slash)
        text.append(decimal: UInt32(truncatingIfNeeded: prefixLength))
        return text.string
    }

    static func parse(_ text: Span<UInt8>, in range: Range<Int>) throws(ParseFailure) -> IPNetwork {
        guard !range.isEmpty else { throw ParseFailure(.empty, range) }
        let slash = text.firstIndex(of: ASCII.slash, in: range) ?? range.upperBound
        guard slash > range.lowerBound else { throw ParseFailure(.missingAddress, range) }
        if let percent = text.firstIndex(of: ASCII.percent, in: range.lowerBound..<slash) {
            throw ParseFailure(.zoneNotAllowed, percent..<slash)
        }
        let address = try IPAddress.parse(text, in: range.lowerBound..<slash)
        guard slash + 1 < range.upperBound else { throw ParseFailure(.missingPrefix, range) }
        let limit = UInt32(truncatingIfNeeded: address.version.addressBits)
        let length = try text.canonicalNumber(
            in: slash + 1..<range.upperBound, upTo: limit, else: .prefixOutOfRange)
        return IPNetwork(unchecked: address, prefixLength: Int(length))
    }
}
