import Sockets

/// `sock resolve`: the addresses of a host, or the names of an address.
struct Resolve: Command {
    static let name = "resolve"
    static let summary = "look up the addresses of a host name, or the name of an address"
    static let discussion =
        "The system's resolver answers: /etc/hosts and name servers. An IP address asks for its name."

    static var arguments: [Argument<Resolve>] {
        [
            .option("--ip", "-i", value: "VERSION", sets: \.version, help: "v4 or v6: addresses of this version only"),
            .flag("--udp", "-u", sets: \.isDatagram, help: "look the service up for UDP"),
            .flag("--json", sets: \.isJSON, help: "print a list of JSON objects"),
            .operand("NAME", sets: \.host, help: "a host name or an IP address"),
            .operand("SERVICE", sets: \.service, help: "a service such as https, or a port"),
        ]
    }

    /// The version of IP.
    enum Version: String, Choice {
        case v4, v6
    }

    private var version: Version?
    private var isDatagram = false
    private var isJSON = false
    private var host = ""
    private var service: String?

    func run() throws(SocketError) -> ExitStatus {
        let type: SocketType = isDatagram ? .datagram : .stream
        if let address = IPAddress(host) { return try name(of: address, type) }
        var query = Resolver.Query()
        query.type = type
        query.version = version.map { $0 == .v4 ? .v4 : .v6 }
        let addresses = try Resolver.addresses(of: host, service: service ?? "0", query)
        guard !isJSON else {
            try printJSON(addresses.map(json))
            return .success
        }
        for address in addresses { try printLine(service == nil ? "\(address.address)" : "\(address)") }
        return .success
    }

    private func name(of address: IPAddress, _ type: SocketType) throws(SocketError) -> ExitStatus {
        let port = try service.map { (text) throws(SocketError) in
            try Resolver.addresses(of: "\(address)", service: text)[0].port
        }
        let name = try Resolver.name(of: IPSocketAddress(address, port: port ?? 0), type: type)
        let pairs: [(String, JSON)] = [("address", .text("\(address)")), ("name", .text(name.host))]
        let servicePair: [(String, JSON)] = port == nil ? [] : [("service", .text(name.service))]
        if isJSON {
            try printJSON([.object(pairs + servicePair)])
        } else {
            try printLine(port == nil ? name.host : "\(name)")
        }
        return .success
    }

    private func json(_ address: IPSocketAddress) -> JSON {
        .object([
            ("name", .text(host)), ("address", .text("\(address.address)")),
            ("version", .number(address.version == .v4 ? 4 : 6)),
            ("port", service == nil ? .null : .number(Int(address.port.rawValue))),
        ])
    }
}
