// The network sends the most significant byte of a number first. Most processors store it last.
//
//     swift run byte-order
import ExampleSupport
import Sockets

/// The bytes as they lie in memory, in hexadecimal.
func hex(_ bytes: Span<UInt8>) -> String {
    bytes.indices.map { index in
        let digits = String(bytes[index], radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }.joined(separator: " ")
}

example {
    // htons and htonl swap on little-endian machines and do nothing on big-endian ones. Here one name serves all sizes.
    let port: UInt16 = 8080
    let inNetworkOrder = port.networkByteOrder
    print("htons(\(port)) = \(inNetworkOrder) on this machine")
    print("ntohs(\(inNetworkOrder)) = \(UInt16(networkByteOrder: inNetworkOrder))")
    print("htonl(1) = \(UInt32(1).networkByteOrder)")
    print("64 bits, there and back: \(UInt64(networkByteOrder: UInt64(42).networkByteOrder))")

    // A swapped number is a trap: it looks like a number and is none. Better not to have it, and to write numbers into
    // bytes directly. The addresses of this library do so: `Port` always counts as people do.
    var header = [UInt8](repeating: 0, count: 14)
    var span = header.mutableSpan
    try span.storeBigEndian(UInt16(0x1234), at: 0)
    try span.storeBigEndian(UInt32(0x1234_5678), at: 2)
    try span.storeBigEndian(UInt64(0x1234_5678_9ABC_DEF0), at: 6)
    print("in the packet: \(hex(header.span))")

    // And back. The offset need not be a multiple of anything.
    print("16 bits: \(try header.span.loadBigEndian(UInt16.self, at: 0) == 0x1234)")
    print("32 bits: \(try header.span.loadBigEndian(UInt32.self, at: 2) == 0x1234_5678)")
    print("64 bits: \(try header.span.loadBigEndian(UInt64.self, at: 6) == 0x1234_5678_9ABC_DEF0)")

    // Bytes that are not there are not read: a short packet is an error, not a crash.
    do throws(ByteRangeError) {
        _ = try header.span.loadBigEndian(UInt64.self, at: 10)
    } catch {
        print("refused: \(error)")
    }
}
