/// How a frame says how long it is: a number before its bytes, which counts them without itself.
public struct FrameFormat: Hashable, Sendable {
    /// Bytes of the number.
    public let headerSize: Int
    /// Whether the most significant byte comes first.
    public let isBigEndian: Bool

    private init(_ headerSize: Int, isBigEndian: Bool) {
        self.headerSize = headerSize
        self.isBigEndian = isBigEndian
    }

    /// One byte: frames of at most 255.
    public static let byte = FrameFormat(1, isBigEndian: true)
    /// Two bytes in the order of the network, as DNS over TCP has them.
    public static let bigEndian16 = FrameFormat(2, isBigEndian: true)
    /// Four bytes in the order of the network.
    public static let bigEndian32 = FrameFormat(4, isBigEndian: true)
    /// Two bytes, the least significant first.
    public static let littleEndian16 = FrameFormat(2, isBigEndian: false)
    /// Four bytes, the least significant first.
    public static let littleEndian32 = FrameFormat(4, isBigEndian: false)

    /// The most bytes that a frame can have.
    public var mostBytes: Int { Int(clamping: (UInt64(1) << (8 * headerSize)) - 1) }

    /// The number as the bytes say it.
    func count(_ header: ArraySlice<UInt8>) -> Int {
        var number: UInt64 = 0
        for byte in header where isBigEndian { number = number << 8 | UInt64(byte) }
        for byte in header.reversed() where !isBigEndian { number = number << 8 | UInt64(byte) }
        return Int(clamping: number)
    }

    /// The bytes that say a number, which has to be one of at most `mostBytes`.
    func header(_ count: Int) -> [UInt8] {
        let bytes = (0..<headerSize).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
        return isBigEndian ? bytes.reversed() : bytes
    }
}
