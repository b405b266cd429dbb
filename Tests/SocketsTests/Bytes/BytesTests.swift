import Testing

@testable import Sockets

@Suite struct BytesTests {
    private static let data: [UInt8] = [0x01, 0x02, 0x03, 0x04, 0x85, 0x86, 0x87, 0x88]

    @Test func `the network has the most significant byte first`() {
        #expect(withUnsafeBytesOf(UInt16(0x0102).networkByteOrder) == [1, 2])
        #expect(withUnsafeBytesOf(UInt32(0x0102_0304).networkByteOrder) == [1, 2, 3, 4])
        #expect(withUnsafeBytesOf(UInt64(0x0102_0304_0506_0708).networkByteOrder) == Array(1...8))
        #expect(UInt16(networkByteOrder: UInt16(0x1234).networkByteOrder) == 0x1234)
        #expect(UInt32(networkByteOrder: UInt32.max.networkByteOrder - 0) == .max)
        #expect(Int64(networkByteOrder: Int64(-2).networkByteOrder) == -2)
    }

    private func withUnsafeBytesOf<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        unsafe withUnsafeBytes(of: number) { unsafe Array($0) }
    }

    @Test func `integers are loaded from any offset`() throws {
        #expect(try Self.data.span.loadBigEndian(UInt8.self, at: 4) == 0x85)
        #expect(try Self.data.span.loadBigEndian(UInt16.self, at: 1) == 0x0203)
        #expect(try Self.data.span.loadBigEndian(UInt32.self, at: 3) == 0x0485_8687)
        #expect(try Self.data.span.loadBigEndian(UInt64.self, at: 0) == 0x0102_0304_8586_8788)
        #expect(try Self.data.span.loadBigEndian(Int16.self, at: 6) == -0x7878)
    }

    @Test(arguments: [-1, 7, 8, 9, .max, .min])
    func `an integer outside of the span is an error`(offset: Int) {
        let error = #expect(throws: ByteRangeError.self) { try Self.data.span.loadBigEndian(UInt16.self, at: offset) }
        #expect(error == ByteRangeError(offset: offset, count: 2, available: 8))
        var bytes = Self.data
        #expect(throws: ByteRangeError.self) {
            var span = bytes.mutableSpan
            try span.storeBigEndian(UInt16(0), at: offset)
        }
        #expect(bytes == Self.data)
    }

    @Test func `a stored integer is loaded again`() throws {
        var bytes = [UInt8](repeating: 0xFF, count: 9)
        var span = bytes.mutableSpan
        try span.storeBigEndian(UInt64(0x0102_0304_0506_0708), at: 1)
        try span.storeBigEndian(Int16(-2), at: 0)
        #expect(bytes == [0xFF, 0xFE, 2, 3, 4, 5, 6, 7, 8])
        #expect(try bytes.span.loadBigEndian(Int16.self, at: 0) == -2)
    }

    @Test func `bytes are zeroed and filled`() throws {
        var bytes = Self.data
        var span = bytes.mutableSpan
        try span.fill(9, at: 2, count: 3)
        try span.fill(9, at: 8, count: 0)
        #expect(bytes == [1, 2, 9, 9, 9, 0x86, 0x87, 0x88])
        var all = bytes.mutableSpan
        all.zero()
        #expect(bytes == [UInt8](repeating: 0, count: 8))
    }

    @Test(arguments: [(0, 9), (-1, 1), (8, 1), (9, 0), (0, -1), (.max, .max), (1, .max), (.min, 1)])
    func `filling outside of the span is an error`(offset: Int, count: Int) {
        var bytes = Self.data
        #expect(throws: ByteRangeError(offset: offset, count: count, available: 8)) {
            var span = bytes.mutableSpan
            try span.fill(0, at: offset, count: count)
        }
        #expect(bytes == Self.data)
    }

    @Test(arguments: [(0, nil), (5, nil), (6, 6), (-1, -1), (.max, .max)] as [(Int, Int?)])
    func `bytes are copied if there is room`(offset: Int, wrong: Int?) {
        var bytes = Self.data
        let source: [UInt8] = [7, 8, 9]
        do throws(ByteRangeError) {
            var span = bytes.mutableSpan
            try span.copy(source.span, to: offset)
            #expect(wrong == nil)
            #expect(Array(bytes[offset..<offset + 3]) == source)
        } catch {
            #expect(error.offset == wrong)
            #expect(bytes == Self.data)
        }
    }

    @Test(arguments: [(0..<4, 2), (2..<6, 0), (1..<1, 8), (0..<8, 0), (4..<8, 0), (0..<4, 4)])
    func `bytes may be moved onto themselves`(range: Range<Int>, offset: Int) throws {
        var bytes = Self.data
        var expected = Self.data
        expected.replaceSubrange(offset..<offset + range.count, with: Self.data[range])
        var span = bytes.mutableSpan
        try span.move(range, to: offset)
        #expect(bytes == expected)
    }

    @Test(arguments: [(0..<4, 5), (5..<9, 0), (0..<1, -1), (-1..<1, 0), (.min ..< .max, 0), (0 ..< .max, 0)])
    func `moving outside of the span is an error`(range: Range<Int>, offset: Int) {
        var bytes = Self.data
        #expect(throws: ByteRangeError.self) {
            var span = bytes.mutableSpan
            try span.move(range, to: offset)
        }
        #expect(bytes == Self.data)
    }

    @Test(
        arguments: [
            ([], [], .same), ([1], [], .after), ([], [1], .before), ([1, 2], [1, 3], .before), ([0x80], [0x7F], .after),
            ([1, 2], [1, 2], .same), ([2], [1, 9], .after), ([1, 2], [1, 2, 0], .before),
        ] as [([UInt8], [UInt8], ByteOrdering)])
    func `bytes are compared as unsigned from the front`(left: [UInt8], right: [UInt8], order: ByteOrdering) {
        #expect(left.span.compare(to: right.span) == order)
        #expect(left.span.isEqual(to: right.span) == (order == .same))
    }

    @Test func `the error says what was asked for`() {
        let error = ByteRangeError(offset: 7, count: 2, available: 8)
        #expect(error.description == "2 bytes at offset 7 are outside of a span of 8 bytes")
    }
}
