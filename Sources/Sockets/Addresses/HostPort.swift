/// The two texts of `host:port`, not looked up yet: either may be a name, a number or empty.
///
/// `example.org:https`, `[::1]:80` and `:80` are such texts. What they mean is for the resolver to
/// say; ``IPSocketAddress`` is for addresses and numbers alone. A host or port with a bracket in it can
/// be made, but its text is refused by the parser.
///
/// RFC 3986, section 3.2
public struct HostPort: Hashable, Sendable {
    /// The name or address of the machine, without brackets; empty for this machine or all addresses.
    public var host: String

    /// The number or name of the port, as in services(5); may be empty.
    public var service: String

    /// A host and the number or name of a port.
    public init(host: String, service: String) {
        self.host = host
        self.service = service
    }

    /// A host and a port.
    public init(host: String, port: Port) {
        self.init(host: host, service: port.description)
    }

    /// The port, if it is written as a number.
    public var port: Port? { Port(service) }
}

extension HostPort: TextRepresentable {
    /// Splits the text at its last colon; a host with colons has to stand in brackets.
    ///
    /// - Throws: ``AddressError`` with the reason, the text and the part to blame.
    public init(parsing text: String) throws(AddressError) {
        do {
            let bytes = text.utf8.span
            let parts = try HostPortRanges(bytes, in: bytes.indices)
            self.init(host: text.slice(parts.host), service: text.slice(parts.port))
        } catch {
            throw AddressError(error, in: text, expected: .hostPort)
        }
    }

    /// The host, in brackets if it has a colon, a colon and the port.
    public var description: String {
        let needsBrackets = host.utf8.contains(ASCII.colon)
        var text = ""
        text.reserveCapacity(host.utf8.count + service.utf8.count + 3)
        if needsBrackets { text += "[" }
        text += host
        text += needsBrackets ? "]:" : ":"
        text += service
        return text
    }
}

/// Where host and port stand in a text.
struct HostPortRanges {
    let host: Range<Int>
    let port: Range<Int>
    let isBracketed: Bool

    init(_ text: Span<UInt8>, in range: Range<Int>) throws(ParseFailure) {
        guard !range.isEmpty else { throw ParseFailure(.empty, range) }
        guard let colon = text.lastIndex(of: ASCII.colon) else { throw ParseFailure(.missingPort, range) }
        isBracketed = text[range.lowerBound] == ASCII.openingBracket
        if isBracketed {
            host = try HostPortRanges.bracketedHost(text, in: range, before: colon)
        } else {
            host = range.lowerBound..<colon
            let other = text.firstIndex(of: ASCII.colon, in: host)
            guard other == nil else { throw ParseFailure(.missingBrackets, host) }
        }
        port = colon + 1..<range.upperBound
        try HostPortRanges.refuseBrackets(text, in: host)
        try HostPortRanges.refuseBrackets(text, in: port)
    }

    private static func bracketedHost(
        _ text: Span<UInt8>, in range: Range<Int>, before colon: Int
    ) throws(ParseFailure) -> Range<Int> {
        let start = range.lowerBound + 1
        guard let end = text.firstIndex(of: ASCII.closingBracket, in: range) else {
            throw ParseFailure(.strayBracket, range.lowerBound..<start)
        }
        guard end + 1 == colon else {
            let next = end + 1 < range.upperBound ? text[end + 1] : ASCII.zero
            throw ParseFailure(next == ASCII.colon ? .missingBrackets : .missingPort, end..<range.upperBound)
        }
        return start..<end
    }

    private static func refuseBrackets(_ text: Span<UInt8>, in range: Range<Int>) throws(ParseFailure) {
        for index in range where text[index] == ASCII.openingBracket || text[index] == ASCII.closingBracket {
            throw ParseFailure(.strayBracket, index..<index + 1)
        }
    }
}

extension String {
    /// The text at a range of its UTF-8 that begins and ends beside ASCII characters.
    fileprivate func slice(_ range: Range<Int>) -> String {
        let start = utf8.index(utf8.startIndex, offsetBy: range.lowerBound)
        return String(self[start..<utf8.index(start, offsetBy: range.count)])
    }
}
