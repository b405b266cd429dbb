internal import Sockets

/// Where a client is, in a quarter of the memory of a `SocketAddress`: a server has one for each connection.
enum ClientAddress: Sendable {
    case ip(IPSocketAddress)
    /// That of most Unix clients.
    case unnamed
    indirect case other(SocketAddress)

    init(_ address: some SocketAddressProtocol) {
        if let address = address as? IPSocketAddress {
            self = .ip(address)
        } else if let address = address as? UnixAddress, address == .unnamed {
            self = .unnamed
        } else {
            self = .other(Self.encoded(address))
        }
    }

    var encoded: SocketAddress {
        switch self {
        case .ip(let address): Self.encoded(address)
        case .unnamed: Self.encoded(UnixAddress.unnamed)
        case .other(let address): address
        }
    }

    /// It came from the kernel, which reads it again.
    private static func encoded(_ address: some SocketAddressProtocol) -> SocketAddress {
        (try? address.encoded()) ?? .none
    }
}
