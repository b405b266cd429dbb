/// The version of the internet protocol.
public enum IPVersion: Hashable, Sendable, CaseIterable, Codable {
    /// Version 4: addresses of 32 bits.
    case v4
    /// Version 6: addresses of 128 bits.
    case v6

    /// The number of bits in an address: 32 or 128.
    public var addressBits: Int {
        switch self {
        case .v4: 32
        case .v6: 128
        }
    }
}
