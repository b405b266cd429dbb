extension Span where Element == UInt8 {
    /// Reads an integer of the type's size at the offset, most significant byte first.
    ///
    /// - Throws: ``ByteRangeError`` unless all of its bytes are inside of the span.
    ///
    /// C: memcpy(3), then ntohs(3) or ntohl(3)
    public func loadBigEndian<Number: FixedWidthInteger & BitwiseCopyable>(
        _ type: Number.Type = Number.self, at offset: Int
    ) throws(ByteRangeError) -> Number {
        let size = Number.bitWidth / 8
        try ByteRangeError.check(offset: offset, count: size, available: count)
        var number: Number = 0
        for index in offset..<offset + size { number = number << 8 | Number(truncatingIfNeeded: self[index]) }
        return number
    }

    /// Whether the other span has the same bytes.
    ///
    /// C: bcmp(3)
    public func isEqual(to other: Span<UInt8>) -> Bool {
        count == other.count && compare(to: other) == .same
    }

    /// Orders by the first byte that differs, as unsigned; a span that the other begins with comes first.
    ///
    /// C: memcmp(3), and the shorter one first
    public func compare(to other: Span<UInt8>) -> ByteOrdering {
        for index in 0..<Swift.min(count, other.count) where self[index] != other[index] {
            return self[index] < other[index] ? .before : .after
        }
        return count == other.count ? .same : count < other.count ? .before : .after
    }
}

/// How some bytes compare to others.
public enum ByteOrdering: Hashable, Sendable {
    /// They come before the others: memcmp would be negative.
    case before
    /// They are the same: memcmp would be 0.
    case same
    /// They come after the others: memcmp would be positive.
    case after
}
