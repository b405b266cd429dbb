import AsyncSockets
import Sockets

// The resolver of the network, which knows the names that the test gives it.

extension World {
    /// What a resolver answers to a question.
    func answer(_ question: Question) -> Result<Answer, SocketError> {
        Result { () throws(SocketError) in
            switch question {
            case .addresses(let host, let service, let query): .addresses(try find(host, service, query))
            case .name(let address, _): .name(name(of: address))
            }
        }
    }

    private func find(
        _ host: String, _ service: String, _ query: Resolver.Query
    ) throws(SocketError) -> [IPSocketAddress] {
        guard let port = Port(service) ?? services[service] else {
            throw SocketError(.getaddrinfo, .unknownService, detail: host)
        }
        let found = addresses(of: Self.plain(host)).filter { query.version == nil || query.version == $0.version }
        guard !found.isEmpty else { throw SocketError(.getaddrinfo, .nameNotFound, detail: host) }
        return found.map { IPSocketAddress($0, port: port) }
    }

    private func addresses(of host: String) -> [IPAddress] {
        if let literal = IPAddress(host) { return [literal] }
        if let known = names[host] { return known }
        return host == "localhost" || host.hasSuffix(".localhost") ? [.loopback(.v6), .loopback(.v4)] : []
    }

    private func name(of address: IPSocketAddress) -> HostPort {
        let known = names.filter { $0.value.contains(address.address) }.keys.min()
        let local = address.address.isLoopback ? "localhost" : address.address.description
        let service = services.filter { $0.value == address.port }.keys.min()
        return HostPort(host: known ?? local, service: service ?? address.port.description)
    }

    /// A name as it is compared: in lower case, without a dot at the end.
    static func plain(_ name: String) -> String {
        let name = name.lowercased()
        return name.hasSuffix(".") ? String(name.dropLast()) : name
    }
}
