/// Memory that receives lend, kept for the next one: the last that came back first, because it is warm.
@safe
package final class BufferPool {
    package static let bufferSize = 65536
    private static let mostKept = 64

    @exclusivity(unchecked)
    private var kept: [UnsafeMutableRawPointer] = unsafe []

    package init() {}

    deinit {
        while let buffer = unsafe kept.popLast() { unsafe buffer.deallocate() }
    }

    package func take() -> UnsafeMutableRawPointer {
        if let last = unsafe kept.popLast() { return unsafe last }
        return UnsafeMutableRawPointer.allocate(byteCount: Self.bufferSize, alignment: 64)
    }

    package func give(_ buffer: UnsafeMutableRawPointer) {
        if unsafe kept.count < Self.mostKept { unsafe kept.append(buffer) } else { unsafe buffer.deallocate() }
    }
}
