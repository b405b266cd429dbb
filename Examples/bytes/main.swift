// Zeroing, copying and comparing bytes: bzero, memset, bcopy, memcpy, memmove, bcmp and memcmp, on spans.
//
// A span knows how many bytes it has, so none of them can reach beyond: that would be an error, with nothing written.
//
//     swift run bytes
import ExampleSupport
import Sockets

example {
    var bytes = [UInt8]("abcdef".utf8)
    var span = bytes.mutableSpan

    // memcpy: all bytes of another place to an offset.
    try span.copy("XY".utf8.span, to: 4)
    print("copied: \(bytes.text(6))")

    // memmove, bcopy: within the same bytes. Source and target may overlap, which memcpy does not allow.
    bytes = [UInt8]("abcdef".utf8)
    span = bytes.mutableSpan
    try span.move(0..<4, to: 2)
    print("moved up, overlapping: \(bytes.text(6))")
    bytes = [UInt8]("abcdef".utf8)
    span = bytes.mutableSpan
    try span.move(2..<6, to: 0)
    print("moved down, overlapping: \(bytes.text(6))")

    // memset: some bytes to one value.
    span = bytes.mutableSpan
    try span.fill(UInt8(ascii: "."), at: 1, count: 3)
    print("filled: \(bytes.text(6))")

    // bcmp: whether they are the same. memcmp: which comes first, counting bytes as unsigned.
    let (a, b, c): ([UInt8], [UInt8], [UInt8]) = ([1, 2, 3], [1, 2, 200], [1, 2])
    print("equal to itself: \(a.span.isEqual(to: a.span)), to another: \(a.span.isEqual(to: b.span))")
    print("3 and 200: \(a.span.compare(to: b.span)), and the other way round: \(b.span.compare(to: a.span))")
    print("with a shorter one: \(a.span.compare(to: c.span))")

    // bzero: all bytes to 0.
    span = bytes.mutableSpan
    span.zero()
    print("zeroed: \(bytes)")

    // Beyond the end: refused, and nothing was written.
    do throws(ByteRangeError) {
        span = bytes.mutableSpan
        try span.copy("too long".utf8.span, to: 2)
    } catch {
        print("refused: \(error), bytes still \(bytes)")
    }
}
