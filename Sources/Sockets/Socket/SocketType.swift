internal import CSocketShim

/// How a socket carries bytes: as a stream, in datagrams, raw. Any number is kept. C: socket(2)
public struct SocketType: RawRepresentable, Hashable, Sendable {
    /// The number as this system counts, without the flags that C keeps beside it.
    public let rawValue: Int32

    /// A type with any number.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// Bytes in order, without boundaries, over a connection: TCP, Unix streams. C: SOCK_STREAM
    public static let stream = SocketType(rawValue: csock_SOCK_STREAM)
    /// Single messages that can get lost or overtake each other: UDP, Unix datagrams. C: SOCK_DGRAM
    public static let datagram = SocketType(rawValue: csock_SOCK_DGRAM)
    /// Packets below the transport protocols; takes a privilege. C: SOCK_RAW, raw(7)
    public static let raw = SocketType(rawValue: csock_SOCK_RAW)
    /// Messages in order over a connection. C: SOCK_SEQPACKET
    public static let sequencedPacket = SocketType(rawValue: csock_SOCK_SEQPACKET)
}

extension SocketType: CustomStringConvertible {
    /// The name, or the number of a type unknown here.
    public var description: String {
        switch self {
        case .stream: "stream"
        case .datagram: "datagram"
        case .raw: "raw"
        case .sequencedPacket: "sequenced packet"
        default: "\(rawValue)"
        }
    }
}

/// The protocol of a socket, or the family's usual one for its type. Any number is kept. C: socket(2), protocols(5)
public struct SocketProtocol: RawRepresentable, Hashable, Sendable {
    /// The number, as in the header of IP packets.
    public let rawValue: Int32

    /// A protocol with any number.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// What the family uses for the type: TCP for IP streams, UDP for IP datagrams.
    public static let standard = SocketProtocol(rawValue: 0)
    /// C: IPPROTO_TCP, tcp(7)
    public static let tcp = SocketProtocol(rawValue: csock_IPPROTO_TCP)
    /// C: IPPROTO_UDP, udp(7)
    public static let udp = SocketProtocol(rawValue: csock_IPPROTO_UDP)
    /// C: IPPROTO_ICMP, icmp(7)
    public static let icmp = SocketProtocol(rawValue: csock_IPPROTO_ICMP)
    /// C: IPPROTO_ICMPV6
    public static let icmpv6 = SocketProtocol(rawValue: csock_IPPROTO_ICMPV6)
}

extension SocketProtocol: CustomStringConvertible {
    /// The name, or the number of a protocol unknown here.
    public var description: String {
        switch self {
        case .standard: "standard"
        case .tcp: "TCP"
        case .udp: "UDP"
        case .icmp: "ICMP"
        case .icmpv6: "ICMPv6"
        default: "\(rawValue)"
        }
    }
}

/// Whether calls on a socket wait, or answer `wouldBlock` when there is nothing to do. C: O_NONBLOCK
public enum BlockingMode: Sendable {
    /// Calls wait.
    case blocking
    /// Calls throw `wouldBlock` instead of waiting.
    case nonBlocking

    var flags: Int32 { self == .blocking ? csock_SOCK_CLOEXEC : csock_SOCK_CLOEXEC | csock_SOCK_NONBLOCK }
}

/// The half of a connection to shut down. C: shutdown(2)
public enum ShutdownHalf: Sendable {
    /// Receiving: further receives report the end of the stream.
    case read
    /// Sending: the peer sees the end of the stream once it has all bytes.
    case write
    /// Both.
    case both

    var rawValue: Int32 {
        switch self {
        case .read: csock_SHUT_RD
        case .write: csock_SHUT_WR
        case .both: csock_SHUT_RDWR
        }
    }
}
