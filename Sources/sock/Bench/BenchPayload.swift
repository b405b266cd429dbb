import Sockets

/// The bytes that are sent: at each position of a connection's stream it is told what has to come back.
///
/// All connections share them, and each begins at another place, so that a mix-up shows.
struct BenchPayload: Sendable {
    private let bytes: [UInt8]

    /// A prime, so that messages begin everywhere.
    private static let period = 65_521
    /// The most that may be looked at in one go.
    static let longest = 1 << 20

    /// Random bytes, which are the same in each period.
    init() {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.period + Self.longest)
        while bytes.count < Self.period { bytes.append(.random(in: 0...255)) }
        while bytes.count < Self.period + Self.longest { bytes.append(bytes[bytes.count - Self.period]) }
        self.bytes = bytes
    }

    /// Where the stream of a connection begins.
    static func start(of connection: Int) -> Int { connection &* 7919 % period }

    /// The bytes at a position of the stream.
    @_lifetime(borrow self)
    func bytes(at position: Int, _ count: Int) -> Span<UInt8> {
        let start = position % Self.period
        return bytes.span.extracting(start..<start + count)
    }

    /// Throws when something else came back.
    func check(_ got: Span<UInt8>, at position: Int, of connection: Int) throws(SocketError) {
        let wanted = bytes(at: position, got.count)
        if Self.areEqual(got, wanted) { return }
        for index in got.indices where got[index] != wanted[index] {
            let place = position - Self.start(of: connection) + index
            throw SocketError(
                .recv, .protocolError,
                detail: "byte \(place) of connection \(connection) came back as \(got[index]), not \(wanted[index])")
        }
    }

    /// Without a branch per byte, so that many are compared at once.
    private static func areEqual(_ one: Span<UInt8>, _ other: Span<UInt8>) -> Bool {
        // Both spans have `one.count` bytes.
        unsafe one.withUnsafeBufferPointer { (one) -> Bool in
            unsafe other.withUnsafeBufferPointer { (other) -> Bool in
                var difference: UInt8 = 0
                for index in 0..<one.count { difference |= unsafe one[index] ^ other[index] }
                return difference == 0
            }
        }
    }
}
