// Memory as the shim takes it: where bytes begin, of which there has to be one at least, and a count of 32 bits.

extension UnsafeBufferPointer<UInt8> {
    var start: UnsafePointer<UInt8> { unsafe baseAddress.unsafelyUnwrapped }
    var length: UInt32 { UInt32(truncatingIfNeeded: count) }
}

extension UnsafeRawBufferPointer {
    var start: UnsafePointer<UInt8> { unsafe baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self) }
}

extension UnsafeMutableRawBufferPointer {
    var start: UnsafeMutablePointer<UInt8> { unsafe baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self) }
}
