import Sockets

extension Endpoint {
    /// What an argument has before the command line sets it.
    static let none = Endpoint.ip(HostPort(host: "", service: ""))

    /// A stream connected to the endpoint, trying one address after the other.
    func connectedStream(within time: Duration? = nil) throws(SocketError) -> Socket {
        switch self {
        case .unix(let address):
            return try Self.connect(to: address, within: time)
        case .ip(let parts):
            var failure = SocketError(.connect, .nameNotFound)
            for address in try parts.addresses(.connecting) {
                do throws(SocketError) { return try Self.connect(to: address, within: time) } catch { failure = error }
            }
            throw failure
        }
    }

    private static func connect<Address: SocketAddressProtocol>(
        to address: Address, within time: Duration?
    ) throws(SocketError) -> Socket {
        guard let time else { return try StreamSocket.connect(to: address).intoSocket() }
        return try StreamSocket.connect(to: address, within: time).intoSocket()
    }

    /// A datagram socket with the endpoint as its peer; a Unix one can be answered.
    func connectedDatagrams() throws(SocketError) -> Socket {
        switch self {
        case .unix(let address):
            let socket = try Socket(.unix, .datagram)
            try socket.bind(to: UnixAddress.unnamed)
            try socket.connect(to: address)
            return socket
        case .ip(let parts):
            let address = try parts.addresses(.connecting, .datagram)[0]
            let socket = try Socket(address.family, .datagram)
            try socket.connect(to: address)
            return socket
        }
    }
}

extension Endpoint {
    /// A socket of the endpoint's family that sends to anybody and hears everybody.
    static func unboundDatagrams(for endpoint: Endpoint) throws(SocketError) -> Socket {
        switch endpoint {
        case .unix:
            let socket = try Socket(.unix, .datagram)
            try socket.bind(to: UnixAddress.unnamed)
            return socket
        case .ip(let parts):
            return try Socket(try parts.addresses(.connecting, .datagram)[0].family, .datagram)
        }
    }
}

extension ListenerConfiguration {
    /// The usual, over the file that a listener which is gone left behind.
    static var replacingStaleFile: ListenerConfiguration {
        var configuration = ListenerConfiguration()
        configuration.staleFile = .replace
        return configuration
    }
}

/// What an address is wanted for, which decides what an empty host means.
enum AddressUse {
    case listening
    case connecting
}

extension HostPort {
    /// The addresses of host and port, at least one. An empty host is every address of this machine for a listener,
    /// and this machine for a client.
    func addresses(_ use: AddressUse, _ type: SocketType = .stream) throws(SocketError) -> [IPSocketAddress] {
        var query = Resolver.Query()
        query.type = type
        let standard = use == .listening ? "0.0.0.0" : "127.0.0.1"
        return try Resolver.addresses(of: host.isEmpty ? standard : host, service: service, query)
    }
}
