/// A short ASCII text in the making, on the stack: the finished string is the only allocation.
struct ASCIIText {
    /// The longest text is 64 bytes: a bracketed, dotted IPv6 address with a scope and a port.
    private var bytes = InlineArray<72, UInt8>(repeating: 0)
    private var count = 0

    mutating func append(_ byte: UInt8) {
        guard byte < 0x80, count < bytes.count else { return }
        bytes[count] = byte
        count += 1
    }

    mutating func append(decimal number: UInt32) {
        var divisor: UInt32 = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            append(ASCII.zero + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
    }

    /// Appends lower-case digits, with zeros in front to fill the width, which is at most four.
    mutating func append(hexadecimal number: UInt16, width: Int = 1) {
        for position in (0..<4).reversed() where position < width || number >> (4 * position) != 0 {
            let digit = UInt8(truncatingIfNeeded: number >> (4 * position)) & 0xF
            append(digit < 10 ? ASCII.zero + digit : UInt8(ascii: "a") + digit - 10)
        }
    }

    var string: String {
        // Only bytes below 0x80 come in, and they are valid UTF-8.
        let text = unsafe UTF8Span(unchecked: bytes.span.extracting(first: count), isKnownASCII: true)
        return String(copying: text)
    }
}
