public import Sockets

extension AsyncStreamSocket {
    /// Connects to an address, from any free local one, for tasks on a loop; nil for the current one or else the shared one.
    ///
    /// Throws: `connectionRefused`, `networkUnreachable`; `timedOut` after the limit, or after the system's own time
    /// (minutes); `cancelled`. The socket is closed then. C: socket(2), connect(2)
    public static func connect(
        to address: Address, within limit: TimeLimit = .forever, loop: EventLoop? = nil
    ) async throws(SocketError) -> Self {
        try await connect(to: address, from: .none, within: limit, loop: loop)
    }

    /// Connects to an address from a local address, such as that of one interface; port 0 for any port.
    ///
    /// Another port can be that of a connection to somebody else that was made in this way, too. Otherwise as
    /// ``connect(to:within:loop:)-(Address,_,_)``. C: bind(2), connect(2), SO_REUSEADDR in socket(7)
    public static func connect(
        to address: Address, from local: Address, within limit: TimeLimit = .forever, loop: EventLoop? = nil
    ) async throws(SocketError) -> Self {
        try await connect(to: address, from: try local.encoded(), within: limit, loop: loop)
    }

    private static func connect(
        to address: Address, from source: SocketAddress, within limit: TimeLimit, loop: EventLoop?
    ) async throws(SocketError) -> Self {
        let target = try address.encoded()
        let loop = if let loop { loop } else { try EventLoop.suitable() }
        let reference = try await Connecting.connect(to: target, from: source, limit, loop)
        return Self(AsyncSocket(reference), peerAddress: address)
    }
}

extension AsyncStreamSocket<UnixAddress> {
    /// Connects to the socket file at a path. Throws: `notFound`, `connectionRefused` when nobody listens on it,
    /// `invalidInput` for a path too long or with a NUL; otherwise as for an address. C: connect(2), unix(7)
    public static func connect(
        to path: String, within limit: TimeLimit = .forever, loop: EventLoop? = nil
    ) async throws(SocketError) -> Self {
        try await connect(to: try UnixAddress(path: path), within: limit, loop: loop)
    }
}
