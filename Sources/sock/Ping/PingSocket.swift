import Sockets

/// A socket for echo requests: one that needs no privilege where the system permits it, else a raw one.
///
/// C: icmp(7), net.ipv4.ping_group_range; raw(7)
struct PingSocket: ~Copyable {
    let socket: Socket
    /// Whether it is a raw socket, which hears all ICMP messages of the machine.
    let isRaw: Bool

    /// Opens a socket whose one peer is the target.
    static func open(to target: IPAddress) throws(SocketError) -> PingSocket {
        let opened = try open(target.version == .v4 ? .ipv4 : .ipv6, target.version == .v4 ? .icmp : .icmpv6)
        try opened.socket.connect(to: IPSocketAddress(target, port: 0))
        return opened
    }

    private static func open(_ family: AddressFamily, _ icmp: SocketProtocol) throws(SocketError) -> PingSocket {
        if let socket = unprivileged(family, icmp) { return PingSocket(socket: socket, isRaw: false) }
        return PingSocket(socket: try raw(family, icmp), isRaw: true)
    }

    private static func unprivileged(_ family: AddressFamily, _ icmp: SocketProtocol) -> Socket? {
        do throws(SocketError) { return try Socket(family, .datagram, icmp, .nonBlocking) } catch { return nil }
    }

    /// Says what to do when neither kind of socket is permitted.
    private static func raw(_ family: AddressFamily, _ icmp: SocketProtocol) throws(SocketError) -> Socket {
        do throws(SocketError) { return try Socket(family, .raw, icmp, .nonBlocking) } catch {
            guard error.code == .notPermitted || error.code == .accessDenied else { throw error }
            let detail = "neither a raw socket nor a ping socket, which sysctl net.ipv4.ping_group_range would permit"
            throw SocketError(.socket, .notPermitted, detail: detail)
        }
    }
}
