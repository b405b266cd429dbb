public import Sockets

/// How a connect by name chooses among a host's addresses. RFC 8305, section 8
public struct ConnectConfiguration: Sendable {
    /// Addresses of this version only; nil for both.
    public var version: IPVersion?
    /// The address to connect from, such as that of one interface; only hosts' addresses of its version are tried then. All
    /// attempts have its port, if it is not 0. C: SO_REUSEADDR in socket(7)
    public var localAddress: IPSocketAddress?
    /// How long IPv4 addresses wait for the IPv6 ones, when they are known first.
    public var resolutionDelay = Duration.milliseconds(50)
    /// How long an attempt has before the next one begins beside it; at least 10 ms, at most 2 s.
    public var attemptDelay = Duration.milliseconds(250)
    /// How many addresses of the first version are tried before one of the other.
    public var firstVersionCount = 1

    /// What RFC 8305 recommends: IPv6 and IPv4 in turns, 250 ms apart.
    public init() {}

    /// The only version to ask for, or nil for both. Throws: `invalidInput` when there can be no address.
    var onlyVersion: IPVersion? {
        get throws(SocketError) {
            guard let version, let localAddress, version != localAddress.version else {
                return version ?? localAddress?.version
            }
            throw .invalid(.connect, "from \(localAddress) leads no way to an address of the other IP version")
        }
    }
}
