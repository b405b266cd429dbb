/// Bytes were asked for that lie outside of a span.
public struct ByteRangeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where the bytes would have begun.
    public let offset: Int

    /// How many bytes were asked for.
    public let count: Int

    /// How many bytes the span has.
    public let available: Int

    /// What was asked for and what there is.
    public var description: String {
        "\(count) bytes at offset \(offset) are outside of a span of \(available) bytes"
    }

    /// Refuses a count of bytes at an offset that does not lie inside of the available ones.
    static func check(offset: Int, count: Int, available: Int) throws(ByteRangeError) {
        // No sum is formed, so that no offset is too large for it.
        guard offset >= 0, count >= 0, offset <= available, count <= available - offset else {
            throw ByteRangeError(offset: offset, count: count, available: available)
        }
    }
}
