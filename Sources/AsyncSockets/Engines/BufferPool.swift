/// Memory that receives lend, kept for the next one: the last that came back first, because it is warm.
@safe
final class BufferPool {
    static let bufferSize = 65536
    private static let mostKept = 64

    private var kept: [UnsafeMutableRawPointer] = unsafe []

    deinit {
        while let buffer = unsafe kept.popLast() { unsafe buffer.deallocate() }
    }

    func take() -> UnsafeMutableRawPointer {
        if let last = unsafe kept.popLast() { return unsafe last }
        return UnsafeMutableRawPointer.allocate(byteCount: Self.bufferSize, alignment: 64)
    }

    func give(_ buffer: UnsafeMutableRawPointer) {
        if unsafe kept.count < Self.mostKept { unsafe kept.append(buffer) } else { unsafe buffer.deallocate() }
    }
}
