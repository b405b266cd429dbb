public import Sockets

/// The system's resolver for tasks: host and service names to addresses, and back.
///
/// A question waits in a thread of its own and suspends only the task. There are at most 8 such threads, which end when
/// there is nothing to ask; further questions wait for one. Cancelling the task and the limit end the wait at once,
/// while the thread may still wait for name servers. Addresses in their own notation never reach a thread.
/// C: getaddrinfo(3)
public enum AsyncResolver {
    /// The addresses of a host for a port, in the order to try them; never empty.
    ///
    /// Throws: as ``Sockets/Resolver``: `nameNotFound`, `nameTryAgain`, `nameFailure`, `invalidInput`; `timedOut`,
    /// `cancelled`, which leave nothing but a thread that ends in its own time; what pthread_create(3) throws.
    /// C: getaddrinfo(3)
    public static func addresses(
        of host: String, port: Port, _ query: Resolver.Query = .init(), within limit: TimeLimit = .forever,
        loop: EventLoop? = nil
    ) async throws(SocketError) -> [IPSocketAddress] {
        if let literal = try Resolver.literal(host, query) { return [IPSocketAddress(literal, port: port)] }
        let loop = if let loop { loop } else { try EventLoop.suitable() }
        return try await addresses(of: host, port, query, limit, loop, .shared)
    }

    /// The addresses of a host for a service known by name, such as `http`; otherwise as for a port.
    ///
    /// Throws: `unknownService` too. C: getaddrinfo(3)
    public static func addresses(
        of host: String, service: String, _ query: Resolver.Query = .init(), within limit: TimeLimit = .forever,
        loop: EventLoop? = nil
    ) async throws(SocketError) -> [IPSocketAddress] {
        if let port = Port(service) {
            return try await addresses(of: host, port: port, query, within: limit, loop: loop)
        }
        try Resolver.checkService(service)
        _ = try Resolver.literal(host, query)
        let question = Question.addresses(of: host, service: service, query)
        return try await answer(question, limit, loop).addresses
    }

    /// The names of an address: host, and service for the port. Numbers stand where there is no name.
    ///
    /// Throws: `nameNotFound` and other errors of the resolver; `timedOut`, `cancelled`. C: getnameinfo(3)
    public static func name(
        of address: IPSocketAddress, type: SocketType = .stream, within limit: TimeLimit = .forever,
        loop: EventLoop? = nil
    ) async throws(SocketError) -> HostPort {
        let answer = try await answer(.name(of: address, type), limit, loop)
        guard case .name(let name) = answer else { throw SocketError(.getnameinfo, .nameNotFound) }
        return name
    }

    private static func answer(
        _ question: Question, _ limit: TimeLimit, _ loop: EventLoop?
    ) async throws(SocketError) -> Answer {
        let loop = if let loop { loop } else { try EventLoop.suitable() }
        return try await LookupWaiter.answer(to: question, from: .shared, limit, loop)
    }

    /// The addresses of a name for a port. The port is no part of the question, so that more can share the answer.
    package static func addresses(
        of host: String, _ port: Port, _ query: Resolver.Query, _ limit: TimeLimit, _ loop: EventLoop,
        _ lookups: Lookups
    ) async throws(SocketError) -> [IPSocketAddress] {
        let question = Question.addresses(of: host, service: "0", query)
        let answer = try await LookupWaiter.answer(to: question, from: lookups, limit, loop)
        return answer.addresses.map { IPSocketAddress($0.address, port: port) }
    }
}
