/// The address of a network card: 6, 8 or 20 bytes for Ethernet, EUI-64 or InfiniBand.
///
/// C: sll_addr in packet(7), ifr_hwaddr in netdevice(7)
public struct HardwareAddress: Sendable {
    private let storage: InlineArray<20, UInt8>

    /// The number of bytes: 6, 8 or 20.
    public let count: Int

    /// The address of 6, 8 or 20 bytes, or nil for any other count.
    public init?(bytes: Span<UInt8>) {
        guard HardwareAddress.isValid(count: bytes.count) else { return nil }
        count = bytes.count
        var storage = InlineArray<20, UInt8>(repeating: 0)
        for index in bytes.indices { storage[index] = bytes[index] }
        self.storage = storage
    }

    /// The bytes in the order in which they are written and sent.
    public var bytes: [UInt8] {
        (0..<count).map { storage[$0] }
    }

    private static func isValid(count: Int) -> Bool {
        count == 6 || count == 8 || count == 20
    }
}

extension HardwareAddress: Hashable {
    /// Whether count and bytes are the same.
    public static func == (left: HardwareAddress, right: HardwareAddress) -> Bool {
        left.count == right.count && left.storage.indices.allSatisfy { left.storage[$0] == right.storage[$0] }
    }

    /// Feeds the bytes to the hasher.
    public func hash(into hasher: inout Hasher) {
        for index in 0..<count { hasher.combine(storage[index]) }
    }
}

extension HardwareAddress: TextRepresentable {
    /// Reads two digits a byte with `:` or `-` between them, or four digits with dots between them.
    ///
    /// - Throws: ``AddressError`` with the reason, the text and the part to blame.
    ///
    /// C: ether_aton(3), with two digits a byte
    public init(parsing text: String) throws(AddressError) {
        do {
            let bytes = text.utf8.span
            self = try HardwareAddress.parse(bytes, in: bytes.indices)
        } catch {
            throw AddressError(error, in: text, expected: .hardware)
        }
    }

    /// Two lower-case digits a byte with colons between them.
    ///
    /// C: ether_ntoa(3), with two digits a byte and without its static buffer
    public var description: String {
        var text = ASCIIText()
        for index in 0..<count {
            if index > 0 { text.append(ASCII.colon) }
            text.append(hexadecimal: UInt16(storage[index]), width: 2)
        }
        return text.string
    }

    private static func parse(_ text: Span<UInt8>, in range: Range<Int>) throws(ParseFailure) -> HardwareAddress {
        guard !range.isEmpty else { throw ParseFailure(.empty, range) }
        let (separator, stride) = try spacing(text, in: range)
        var bytes = InlineArray<20, UInt8>(repeating: 0)
        var count = 0
        for (position, index) in range.enumerated() {
            if position % stride == stride - 1 {
                guard text[index] == separator else { throw .wrongCharacter(at: index) }
                guard index + 1 < range.upperBound else { throw ParseFailure(.emptyPart, index..<range.upperBound) }
            } else {
                guard let digit = ASCII.digit(text[index]) else { throw .wrongCharacter(at: index) }
                guard count < 40 else { throw ParseFailure(.tooManyParts, range) }
                bytes[count / 2] = bytes[count / 2] << 4 | digit
                count += 1
            }
        }
        guard count % 2 == 0, range.count % stride == stride - 1,
            let address = HardwareAddress(bytes: bytes.span.extracting(first: count / 2))
        else { throw ParseFailure(.tooFewParts, range) }
        return address
    }

    /// The separator of the text, and how many characters lie between two of them, plus one.
    private static func spacing(_ text: Span<UInt8>, in range: Range<Int>) throws(ParseFailure) -> (UInt8, Int) {
        guard range.count > 4 else { throw ParseFailure(.tooFewParts, range) }
        switch (text[range.lowerBound + 2], text[range.lowerBound + 4]) {
        case (ASCII.colon, _): return (ASCII.colon, 3)
        case (ASCII.hyphen, _): return (ASCII.hyphen, 3)
        case (_, ASCII.dot): return (ASCII.dot, 5)
        default: throw .wrongCharacter(at: range.lowerBound + 2)
        }
    }
}
