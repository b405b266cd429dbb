import Sockets

/// Bytes to send that no other client of the tour sends, so that a mix-up shows.
struct Payload: Sendable {
    let bytes: [UInt8]

    /// `count` bytes of a sequence that the seed chooses. C: xorshift
    init(seed: Int, count: Int) {
        var state = UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        bytes = (0..<count).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state)
        }
    }

    /// Where the bytes that came back first differ from those sent, or nil.
    func problem(with echo: [UInt8]) -> String? {
        if echo == bytes { return nil }
        let place = zip(bytes, echo).enumerated().first { $0.element.0 != $0.element.1 }?.offset
        return "\(echo.count) of \(bytes.count) bytes came back"
            + (place.map { ", the first wrong one at \($0)" } ?? "")
    }
}
