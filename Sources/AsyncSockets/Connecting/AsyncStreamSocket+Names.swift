public import Sockets

extension AsyncStreamSocket<IPSocketAddress> {
    /// Connects to a host by name: to whichever of its addresses answers first, with a head start for IPv6.
    ///
    /// ```swift
    /// let stream = try await AsyncTCPStream.connect(to: "example.com", port: 443, within: .seconds(10))
    /// ```
    ///
    /// IPv6 and IPv4 addresses are asked for at the same time and tried in turns, each 250 ms after the one before or as
    /// soon as one has failed; the first connection is taken, and all others are given up. The limit covers everything.
    /// Throws: what the resolver throws; when no address answers, the error that says most, with the address; `timedOut`;
    /// `cancelled`. No socket is left then. C: getaddrinfo(3), connect(2), RFC 8305
    public static func connect(
        to host: String, port: Port, _ configuration: ConnectConfiguration = .init(),
        within limit: TimeLimit = .forever, loop: EventLoop? = nil
    ) async throws(SocketError) -> Self {
        let loop = if let loop { loop } else { try EventLoop.suitable() }
        return try await connect(to: host, port, configuration, limit, loop, .shared)
    }

    /// Connects to an address given as text, `127.0.0.1:8080` or `[::1]:8080`; no name is looked up.
    ///
    /// Throws: `invalidInput` for anything else; otherwise as for an address. C: connect(2)
    public static func connect(
        to text: String, within limit: TimeLimit = .forever, loop: EventLoop? = nil
    ) async throws(SocketError) -> Self {
        try await connect(to: try IPSocketAddress(checking: text), within: limit, loop: loop)
    }

    package static func connect(
        to host: String, _ port: Port, _ configuration: ConnectConfiguration, _ limit: TimeLimit, _ loop: EventLoop,
        _ lookups: Lookups
    ) async throws(SocketError) -> Self {
        var query = Resolver.Query()
        query.version = try configuration.onlyVersion
        if let literal = try Resolver.literal(host, query) {
            let address = IPSocketAddress(literal, port: port)
            guard let local = configuration.localAddress else {
                return try await connect(to: address, within: limit, loop: loop)
            }
            return try await connect(to: address, from: local, within: limit, loop: loop)
        }
        let race = ConnectionRace(
            host: host, port: port, configuration: configuration, limit: limit, loop: loop, lookups: lookups)
        let winner = try await race.run()
        return Self(AsyncSocket(winner.reference), peerAddress: winner.address)
    }
}
