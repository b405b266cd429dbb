internal import CSocketShim

/// The kind of addresses a socket has, and so the protocols it speaks. Any number is kept, also one unknown here.
///
/// C names it AF_INET (address family) and PF_INET (protocol family); the numbers are the same. C: socket(2)
public struct AddressFamily: RawRepresentable, Hashable, Sendable {
    /// The number as this system counts.
    public let rawValue: Int32

    /// A family with any number.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// IP version 4. C: AF_INET, PF_INET
    public static let ipv4 = AddressFamily(rawValue: csock_AF_INET)
    /// IP version 6. C: AF_INET6, PF_INET6
    public static let ipv6 = AddressFamily(rawValue: csock_AF_INET6)
    /// Processes of one machine. C: AF_UNIX, AF_LOCAL
    public static let unix = AddressFamily(rawValue: csock_AF_UNIX)
    /// None; connecting a datagram socket to it ends the association. C: AF_UNSPEC
    public static let unspecified = AddressFamily(rawValue: csock_AF_UNSPEC)
}

extension AddressFamily: CustomStringConvertible {
    /// The name, such as `IPv4`, or the number of a family unknown here.
    public var description: String {
        switch self {
        case .ipv4: "IPv4"
        case .ipv6: "IPv6"
        case .unix: "Unix"
        case .unspecified: "unspecified"
        default: "\(rawValue)"
        }
    }
}
