internal import CSocketShim

/// The system's resolver: host and service names to addresses, and back. It blocks for as long as the system lets it.
///
/// Addresses in their own notation never reach it: they are read by this library, strictly. C: getaddrinfo(3)
public enum Resolver {
    /// What to ask for.
    public struct Query: Hashable, Sendable {
        /// The version of the addresses wanted, or nil for both.
        public var version: IPVersion?
        /// The type of socket that the service name is looked up for.
        public var type = SocketType.stream
        /// Only versions of which this machine has an address itself. C: AI_ADDRCONFIG
        public var onlyUsable = false

        /// Both versions, for a stream.
        public init() {}
    }

    /// The addresses of a host for a port, in the order to try them; never empty.
    ///
    /// Throws: `nameNotFound`, `nameTryAgain`, `nameFailure`; `invalidInput` for a name that is empty, too long or has
    /// a NUL or other characters that no host name has. C: getaddrinfo(3)
    public static func addresses(
        of host: String, port: Port, _ query: Query = .init()
    ) throws(SocketError) -> [IPSocketAddress] {
        if let literal = try literal(host, query) { return [IPSocketAddress(literal, port: port)] }
        return try ask(host, "\(port.rawValue)", query, csock_AI_NUMERICSERV)
    }

    /// The addresses of a host for a service known by name, such as `http`; otherwise as for a port.
    ///
    /// Throws: `unknownService` too.
    public static func addresses(
        of host: String, service: String, _ query: Query = .init()
    ) throws(SocketError) -> [IPSocketAddress] {
        if let port = Port(service) { return try addresses(of: host, port: port, query) }
        try checkService(service)
        let literal = try literal(host, query)
        return try ask(literal?.description ?? host, service, query, literal == nil ? 0 : csock_AI_NUMERICHOST)
    }

    /// The host's address when the text is one. Throws: `nameNotFound` when it is of a version that is not wanted.
    package static func literal(_ host: String, _ query: Query) throws(SocketError) -> IPAddress? {
        guard let address = IPAddress(host) else {
            try checkName(host)
            return nil
        }
        guard query.version == nil || query.version == address.version else {
            throw SocketError(.getaddrinfo, .nameNotFound, detail: "\(host) is an address of the other IP version")
        }
        return address
    }

    /// Lets no name through that the system's resolver would cut, or take for an address in a notation of old.
    private static func checkName(_ host: String) throws(SocketError) {
        let bytes = host.utf8
        guard !bytes.isEmpty, bytes.count <= 254 else {
            throw .invalid(.getaddrinfo, "a host name has 1 to 253 characters, this one has \(bytes.count)")
        }
        guard bytes.allSatisfy(isNameByte) else {
            throw .invalid(
                .getaddrinfo, "a host name is made of letters, digits, '-', '_' and '.'; use xn-- for others")
        }
        guard IPv4Address(classicNotation: host) == nil else {
            throw .invalid(.getaddrinfo, "\"\(host)\" is an address in an old notation: write it as \(classic(host))")
        }
    }

    /// Lets no number through: the system's resolver would cut one of more than 16 bits to another port.
    package static func checkService(_ service: String) throws(SocketError) {
        let bytes = service.utf8
        guard bytes.contains(where: isLetter) else {
            throw .invalid(.getaddrinfo, "\"\(service)\" is no port, which is 0 to 65535, and no name of a service")
        }
        guard bytes.count <= 64, bytes.allSatisfy({ isNameByte($0) || $0 == UInt8(ascii: "+") }) else {
            throw .invalid(.getaddrinfo, "the name of a service has up to 64 letters, digits, '-', '_', '.' and '+'")
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func classic(_ host: String) -> String {
        IPv4Address(classicNotation: host)?.description ?? host
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
        }
    }

    private static func ask(
        _ host: String, _ service: String, _ query: Query, _ flags: Int32
    ) throws(SocketError) -> [IPSocketAddress] {
        var question = csock_question_t()
        question.family = query.version.map { $0 == .v4 ? csock_AF_INET : csock_AF_INET6 } ?? csock_AF_UNSPEC
        question.type = query.type.rawValue
        question.flags = flags | (query.onlyUsable ? csock_AI_ADDRCONFIG : 0)
        let answers = try answers(host, service, question)
        var addresses: [IPSocketAddress] = []
        for answer in answers where !addresses.contains(answer) { addresses.append(answer) }
        guard !addresses.isEmpty else { throw SocketError(.getaddrinfo, .nameNotFound, detail: host) }
        return addresses
    }

    /// The most addresses of one name that are looked at.
    private static let mostAnswers = 256

    private static func answers(
        _ host: String, _ service: String, _ question: csock_question_t
    ) throws(SocketError) -> [IPSocketAddress] {
        var rows = [csock_answer_t](repeating: csock_answer_t(), count: mostAnswers)
        var question = question
        var count: Int64 = 0
        // The shim writes at most as many rows as there are.
        unsafe rows.withUnsafeMutableBufferPointer { rows in
            repeat {
                count = unsafe csock_resolve(host, service, &question, rows.baseAddress, rows.count)
            } while count == -Int64(csock_EINTR)
        }
        guard count >= 0 else {
            let code = SocketError.Code(rawValue: Int32(truncatingIfNeeded: -count))
            throw SocketError(.getaddrinfo, code, detail: host)
        }
        return rows.prefix(Int(clamping: count)).compactMap { SocketAddress($0.address, $0.length).ip }
    }

    /// The names of an address: host, and service for the port. Numbers stand where there is no name.
    ///
    /// Throws: `nameNotFound` and other errors of the resolver. C: getnameinfo(3)
    public static func name(
        of address: IPSocketAddress, type: SocketType = .stream
    ) throws(SocketError) -> HostPort {
        let raw = try address.encoded()
        var host = [CChar](repeating: 0, count: 1025), service = [CChar](repeating: 0, count: 32)
        let flags = type == .datagram ? csock_NI_DGRAM : 0
        // Both buffers are as long as the shim is told, and it ends what it writes by a NUL.
        let result = unsafe raw.withBytes { (bytes, length) in
            unsafe csock_name_of(bytes, length, &host, UInt32(host.count), &service, UInt32(service.count), flags)
        }
        guard result >= 0 else { throw failure(.getnameinfo, Int64(result)) }
        return HostPort(host: text(host), service: text(service))
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
