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

/// A loopback address on which nobody listens.
public func closedAddress(_ version: IPVersion = .v4) throws(SocketError) -> IPSocketAddress {
    let listener = try TCPListener(on: .loopback(version, port: 0))
    return listener.localAddress
}
