extension IPSocketAddress: TextRepresentable {
    /// Reads `192.0.2.1:80` or `[2001:db8::1%2]:80`: IPv6 stands in brackets, and IPv4 does not.
    ///
    /// - Throws: ``AddressError`` with the reason, the text and the part to blame.
    ///
    /// RFC 3986, section 3.2.2; RFC 5952, section 6
    public init(parsing text: String) throws(AddressError) {
        do {
            let bytes = text.utf8.span
            self = try IPSocketAddress.parse(bytes, in: bytes.indices)
        } catch {
            throw AddressError(error, in: text, expected: .socketAddress)
        }
    }

    /// The address, in brackets if it is IPv6, a colon and the port; without the flow label.
    public var description: String {
        var text = ASCIIText()
        if version == .v6 { text.append(ASCII.openingBracket) }
        address.append(to: &text)
        if version == .v6 { text.append(ASCII.closingBracket) }
        text.append(ASCII.colon)
        text.append(decimal: UInt32(port.rawValue))
        return text.string
    }

    private static func parse(_ text: Span<UInt8>, in range: Range<Int>) throws(ParseFailure) -> IPSocketAddress {
        let parts = try HostPortRanges(text, in: range)
        guard !parts.host.isEmpty else { throw ParseFailure(.missingAddress, parts.host) }
        let address =
            parts.isBracketed
            ? try IPAddress.v6(IPv6Address.parse(text, in: parts.host))
            : try IPAddress.v4(IPv4Address.parse(text, in: parts.host))
        guard !parts.port.isEmpty else { throw ParseFailure(.missingPort, parts.port) }
        return try IPSocketAddress(address, port: Port.parse(text, in: parts.port))
    }
}
