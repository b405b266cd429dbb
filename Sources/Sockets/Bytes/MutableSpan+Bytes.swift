extension MutableSpan where Element == UInt8 {
    /// Writes an integer at the offset, most significant byte first.
    ///
    /// - Throws: ``ByteRangeError`` unless all of its bytes are inside of the span; nothing is written then.
    ///
    /// C: htons(3) or htonl(3), then memcpy(3)
    public mutating func storeBigEndian<Number: FixedWidthInteger & BitwiseCopyable>(
        _ number: Number, at offset: Int
    ) throws(ByteRangeError) {
        let size = Number.bitWidth / 8
        try ByteRangeError.check(offset: offset, count: size, available: count)
        for index in 0..<size {
            self[offset + index] = UInt8(truncatingIfNeeded: number >> (8 * (size - 1 - index)))
        }
    }

    /// Sets all bytes to 0.
    ///
    /// C: bzero(3)
    public mutating func zero() {
        update(repeating: 0)
    }

    /// Sets that many bytes at the offset to one value.
    ///
    /// - Throws: ``ByteRangeError`` unless all of them are inside of the span; nothing is written then.
    ///
    /// C: memset(3)
    public mutating func fill(_ value: UInt8, at offset: Int, count size: Int) throws(ByteRangeError) {
        try ByteRangeError.check(offset: offset, count: size, available: count)
        for index in offset..<offset + size { self[index] = value }
    }

    /// Copies all bytes of the other span to the offset.
    ///
    /// - Throws: ``ByteRangeError`` unless there is room for all of them; nothing is written then.
    ///
    /// C: memcpy(3), bcopy(3)
    public mutating func copy(_ source: Span<UInt8>, to offset: Int) throws(ByteRangeError) {
        try ByteRangeError.check(offset: offset, count: source.count, available: count)
        for index in source.indices { self[offset + index] = source[index] }
    }

    /// Copies bytes of this span to another place in it, which may overlap the first.
    ///
    /// - Throws: ``ByteRangeError`` unless both places are inside of the span; nothing is written then.
    ///
    /// C: memmove(3), bcopy(3)
    public mutating func move(_ source: Range<Int>, to offset: Int) throws(ByteRangeError) {
        // The count of a range is asked for only when it cannot overflow.
        try ByteRangeError.check(offset: source.lowerBound, count: 0, available: count)
        try ByteRangeError.check(offset: source.lowerBound, count: source.count, available: count)
        try ByteRangeError.check(offset: offset, count: source.count, available: count)
        // The end that is overwritten last is read last.
        if offset <= source.lowerBound {
            for step in 0..<source.count { self[offset + step] = self[source.lowerBound + step] }
        } else {
            for step in (0..<source.count).reversed() { self[offset + step] = self[source.lowerBound + step] }
        }
    }
}
