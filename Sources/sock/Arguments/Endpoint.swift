import Sockets

/// Where to listen or connect to, as the command line says it.
enum Endpoint: ArgumentValue, Hashable {
    /// A host and a port, of which the host may be left out.
    case ip(HostPort)
    /// A path or an abstract name.
    case unix(UnixAddress)

    init(argument text: String) throws(ValueProblem) {
        guard text.hasPrefix("unix:") else {
            self = .ip(try Self.hostPort(text))
            return
        }
        do throws(SocketError) { self = .unix(try Self.unixAddress(String(text.dropFirst(5)))) } catch {
            throw ValueProblem(reason: error.detail ?? error.description, advice: "write unix:PATH or unix:@NAME")
        }
    }

    private static func hostPort(_ text: String) throws(ValueProblem) -> HostPort {
        let advice = "write 127.0.0.1:8080, [::1]:8080 or unix:PATH"
        let parts: HostPort
        do throws(AddressError) { parts = try HostPort(parsing: text) } catch {
            throw ValueProblem(reason: error.description, advice: advice)
        }
        guard !parts.service.isEmpty else { throw ValueProblem(reason: "'\(text)' names no port", advice: advice) }
        guard parts.port != nil || parts.service.contains(where: \.isLetter) else {
            throw ValueProblem(reason: "'\(parts.service)' is no port: ports are 0 to 65535", advice: advice)
        }
        return parts
    }

    private static func unixAddress(_ name: String) throws(SocketError) -> UnixAddress {
        name.hasPrefix("@") ? try UnixAddress(abstractText: String(name.dropFirst())) : try UnixAddress(path: name)
    }
}

extension Endpoint: CustomStringConvertible {
    /// The text that the command line takes.
    var description: String {
        switch self {
        case .ip(let parts): parts.description
        case .unix(let address): "unix:\(address)"
        }
    }
}
