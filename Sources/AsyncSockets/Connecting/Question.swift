package import Sockets

/// What the system's resolver can be asked, which may take it long.
package enum Question: Hashable, Sendable {
    /// The addresses of a host, for a service or a port.
    case addresses(of: String, service: String, Resolver.Query)
    /// The names of an address.
    case name(of: IPSocketAddress, SocketType)

    /// Asks, and waits for the answer.
    func ask() -> Result<Answer, SocketError> {
        Result { () throws(SocketError) in
            switch self {
            case .addresses(let host, let service, let query):
                .addresses(try Resolver.addresses(of: host, service: service, query))
            case .name(let address, let type): .name(try Resolver.name(of: address, type: type))
            }
        }
    }

    /// What it is about.
    var subject: String {
        switch self {
        case .addresses(let host, _, _): host
        case .name(let address, _): address.description
        }
    }
}

/// What the system's resolver answers.
package enum Answer: Sendable {
    case addresses([IPSocketAddress])
    case name(HostPort)

    var addresses: [IPSocketAddress] {
        if case .addresses(let addresses) = self { addresses } else { [] }
    }
}
