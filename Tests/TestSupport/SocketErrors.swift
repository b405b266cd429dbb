public import Sockets

/// The error that `body` throws, or nil when it succeeds.
///
/// The closures of `#expect` cannot hold what cannot be copied; this one can.
public func socketError(_ body: () throws(SocketError) -> Void) -> SocketError? {
    do throws(SocketError) {
        try body()
        return nil
    } catch { return error }
}

/// A loopback address on which nobody listens for as long as this process lives.
///
/// A listener that was closed would not do: a process that another test is starting has its descriptor until its exec,
/// and the kernel goes on taking clients for it, or somebody else gets its port.
public func closedAddress(_ version: IPVersion = .v4) throws(SocketError) -> IPSocketAddress {
    try (version == .v4 ? ClosedPort.v4 : ClosedPort.v6).get().address
}

/// A port that is taken, and not listened on.
private final class ClosedPort: Sendable {
    private let owner: Socket
    let address: IPSocketAddress

    static let v4 = Result { () throws(SocketError) in try ClosedPort(.v4) }
    static let v6 = Result { () throws(SocketError) in try ClosedPort(.v6) }

    private init(_ version: IPVersion) throws(SocketError) {
        let owner = try Socket(version == .v4 ? .ipv4 : .ipv6, .stream)
        try owner.bind(to: IPSocketAddress.loopback(version, port: 0))
        address = .loopback(version, port: try owner.localAddress.ip?.port ?? 0)
        self.owner = owner
    }
}
