import Sockets

/// Bytes on their way from one descriptor to another: filled when empty, emptied in steps.
struct ByteQueue {
    private var bytes: [UInt8]
    private var range = 0..<0

    init(capacity: Int) { bytes = [UInt8](repeating: 0, count: capacity) }

    var isEmpty: Bool { range.isEmpty }

    /// Refills the empty queue by a call that returns how many bytes it wrote, and returns that.
    mutating func fill(_ body: (inout [UInt8]) throws(SocketError) -> Int) throws(SocketError) -> Int {
        range = 0..<min(bytes.count, try body(&bytes))
        return range.count
    }

    /// Hands the bytes to a call that returns how many it took, and returns that.
    mutating func drain(_ body: (Span<UInt8>) throws(SocketError) -> Int) throws(SocketError) -> Int {
        let taken = try body(bytes.span.extracting(range))
        range = range.lowerBound + min(taken, range.count)..<range.upperBound
        return taken
    }

    mutating func clear() { range = 0..<0 }
}
