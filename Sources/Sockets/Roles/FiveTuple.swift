/// The five parts that tell one connection from all others: protocol, local address and port, remote address and port.
public struct FiveTuple: Hashable, Sendable {
    /// The protocol by name, such as `TCP`, `UDP` or `Unix stream`.
    public let transport: String
    /// This end.
    public let local: SocketAddress
    /// The other end, or nil when the socket is not connected.
    public let peer: SocketAddress?
}

extension FiveTuple: CustomStringConvertible {
    /// All five in one line: `TCP 127.0.0.1:40000 -> 127.0.0.1:8080`.
    public var description: String { "\(transport) \(local)" + (peer.map { " -> \($0)" } ?? "") }
}

extension Socket {
    /// The five parts of the socket's connection; an unconnected one has no peer. C: getsockname(2), getpeername(2)
    public var fiveTuple: FiveTuple {
        get throws(SocketError) {
            let local = try localAddress
            return FiveTuple(transport: Self.transport(local.family, try option(.type)), local: local, peer: try peer)
        }
    }

    private var peer: SocketAddress? {
        get throws(SocketError) {
            do throws(SocketError) { return try peerAddress } catch {
                // A Unix socket pair's end, and a socket of a family without peers, answer otherwise.
                guard [.notConnected, .invalidArgument, .notSupported].contains(error.code) else { throw error }
                return nil
            }
        }
    }

    private static func transport(_ family: AddressFamily, _ type: SocketType) -> String {
        let isInternet = family == .ipv4 || family == .ipv6
        return switch type {
        case .stream where isInternet: "TCP"
        case .datagram where isInternet: "UDP"
        default: "\(family) \(type)"
        }
    }
}

extension StreamSocket {
    /// The five parts of the connection. C: getsockname(2), getpeername(2)
    public var fiveTuple: FiveTuple { get throws(SocketError) { try socket.fiveTuple } }
}

extension ConnectedDatagramSocket {
    /// The five parts of the connection. C: getsockname(2), getpeername(2)
    public var fiveTuple: FiveTuple { get throws(SocketError) { try socket.fiveTuple } }
}
