#if os(Linux)
internal import CSocketShim

/// How a TCP connection is doing. C: struct tcp_info in tcp(7), whose length grows with the kernel
public struct TCPInfo: Hashable, Sendable {
    /// Where the connection stands in its life.
    public let state: TCPState
    /// The smoothed time from a segment to its acknowledgement.
    public let roundTripTime: Duration
    /// How much that time varies.
    public let roundTripVariation: Duration
    /// Segments that may be on their way at once.
    public let congestionWindow: Int
    /// Bytes of data in a sent segment at most.
    public let sendSegmentSize: Int
    /// Segments that were sent again since the connection began.
    public let totalRetransmissions: Int
}

extension OptionCoding<TCPInfo> {
    /// The fields lie at fixed places, of which an old kernel or an emulator may send the first few only.
    static let tcpInfo = readOnly(capacity: OptionBytes.capacity) { bytes in
        func word(_ offset: Int) -> Int { Int(bytes.load(at: offset, as: UInt32.self) ?? 0) }
        guard bytes.count >= 104, let state = TCPState(rawValue: bytes.load(as: UInt8.self) ?? 0) else {
            return nil
        }
        return TCPInfo(
            state: state, roundTripTime: .microseconds(word(68)), roundTripVariation: .microseconds(word(72)),
            congestionWindow: word(80), sendSegmentSize: word(16), totalRetransmissions: word(100))
    }
}
#endif
