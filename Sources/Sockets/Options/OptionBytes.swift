/// The bytes of an option's value, as many as the kernel gave or is to get: at most 256.
public struct OptionBytes: Sendable {
    var words = InlineArray<32, UInt64>(repeating: 0)

    /// How many bytes there are.
    public internal(set) var count: Int

    /// The most bytes of a value; the kernel cuts what is longer.
    public static let capacity = 256

    init(count: Int = 0) { self.count = min(max(0, count), Self.capacity) }

    /// The bytes of a span. Throws: `invalidInput` for more than 256.
    public init(_ bytes: Span<UInt8>) throws(SocketError) {
        guard bytes.count <= Self.capacity else {
            throw .invalid(.setsockopt, "an option's value has at most \(Self.capacity) bytes, this one \(bytes.count)")
        }
        self.init()
        for index in bytes.indices { append(bytes[index]) }
    }

    init(_ number: Int32) {
        self.init()
        append(number)
    }

    mutating func append<Number: FixedWidthInteger & BitwiseCopyable>(_ number: Number) {
        guard let bytes = Number.bitWidth / 8 as Int?, count + bytes <= Self.capacity else { return }
        let offset = count
        var span = words.mutableSpan
        // Within the capacity, which was checked.
        unsafe span.withUnsafeMutableBytes { unsafe $0.storeBytes(of: number, toByteOffset: offset, as: Number.self) }
        count += bytes
    }

    /// The number at a byte offset in this machine's order, or nil when the kernel gave fewer bytes.
    public func load<Number: FixedWidthInteger & BitwiseCopyable>(at offset: Int = 0, as type: Number.Type) -> Number? {
        guard offset >= 0, offset + Number.bitWidth / 8 <= count else { return nil }
        return unsafe words.span.withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: offset, as: Number.self) }
    }

    /// A C int, for which some protocols answer with one byte only.
    var int: Int32? { count == 1 ? load(as: UInt8.self).map(Int32.init) : load(as: Int32.self) }

    /// All bytes.
    public var array: [UInt8] { (0..<count).compactMap { load(at: $0, as: UInt8.self) } }
}
