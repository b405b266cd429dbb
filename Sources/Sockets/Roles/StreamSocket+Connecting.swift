extension StreamSocket {
    /// Connects to an address, from any free local one.
    ///
    /// Throws: `connectionRefused`, `timedOut` after the system's own time (minutes), `networkUnreachable`.
    /// C: socket(2), connect(2)
    public static func connect(to address: Address) throws(SocketError) -> Self {
        let target = try address.encoded()
        let socket = try Socket(address.family, .stream)
        try socket.connect(to: target)
        try socket.refuseSelfConnection(to: target)
        return Self(socket, peerAddress: address)
    }

    /// Connects to an address from a local address, such as that of one interface; port 0 for any port.
    public static func connect(to address: Address, from local: Address) throws(SocketError) -> Self {
        let target = try address.encoded(), source = try local.encoded()
        let socket = try Socket(address.family, .stream)
        try socket.bind(to: source)
        try socket.connect(to: target)
        try socket.refuseSelfConnection(to: target)
        return Self(socket, peerAddress: address)
    }

    /// Connects within a time, after which it throws `timedOut`. Throws: `invalidInput` when the time is not positive.
    /// C: connect(2), poll(2)
    public static func connect(to address: Address, within time: Duration) throws(SocketError) -> Self {
        guard time > .zero else {
            throw .invalid(.connect, "\(time) is no time to connect within: it must be positive")
        }
        let target = try address.encoded()
        let socket = try Socket(address.family, .stream, .standard, .nonBlocking)
        try socket.connect(to: target, until: .after(time))
        try socket.setMode(.blocking)
        try socket.refuseSelfConnection(to: target)
        return Self(socket, peerAddress: address)
    }
}

extension Socket {
    /// Connects a non-blocking socket and waits until it is.
    func connect(to address: some SocketAddressProtocol, until deadline: Deadline) throws(SocketError) {
        do throws(SocketError) {
            try connect(to: address)
        } catch {
            switch error.code {
            case .inProgress: try awaitConnection(to: address, until: deadline)
            // A Unix listener's queue is full, which no readiness call reports the end of.
            case .wouldBlock: try retryConnection(to: address, until: deadline)
            default: throw error
            }
        }
    }

    private func awaitConnection(to address: some SocketAddressProtocol, until deadline: Deadline) throws(SocketError) {
        let peer = try address.encoded()
        do throws(SocketError) {
            if try wait(for: .writable, until: deadline).isEmpty { throw SocketError(.connect, .timedOut) }
            try finishConnecting()
        } catch { throw error.with(peer: peer) }
    }

    private func retryConnection(to address: some SocketAddressProtocol, until deadline: Deadline) throws(SocketError) {
        let peer = try address.encoded()
        var pause = Duration.milliseconds(1)
        while !deadline.hasPassed {
            // No descriptor: this only lets time pass.
            _ = try waitForDescriptor(-1, [], min(deadline, .after(pause)))
            do throws(SocketError) { return try connect(to: address) } catch  where error.code == .wouldBlock {}
            pause = min(pause * 2, .milliseconds(50))
        }
        throw SocketError(.connect, .timedOut).with(peer: peer)
    }

    /// A connect to a free port of this machine can meet itself, when the kernel picks that port for this end too.
    package func refuseSelfConnection(to address: SocketAddress) throws(SocketError) {
        guard let target = address.ip, let local = try localAddress.ip, local.port == target.port else { return }
        // The unspecified address stands for this machine, so the same port is the same socket.
        guard local.address == target.address || target.address.isUnspecified else { return }
        let text = "the socket had connected to itself"
        throw SocketError(.connect, .connectionRefused, detail: text).with(peer: address)
    }
}

extension StreamSocket<IPSocketAddress> {
    /// Connects to an address given as text, `127.0.0.1:8080` or `[::1]:8080`; no name is looked up.
    ///
    /// Throws: `invalidInput` for anything else; otherwise as `connect(to:)` for an address.
    public static func connect(to text: String) throws(SocketError) -> Self {
        try connect(to: try IPSocketAddress(checking: text))
    }
}

extension IPSocketAddress {
    /// Reads an address and port, and throws `invalidInput` with the reason.
    public init(checking text: String) throws(SocketError) {
        do throws(AddressError) { try self.init(parsing: text) } catch { throw .invalid(.parse, error.description) }
    }
}

extension StreamSocket<UnixAddress> {
    /// Connects to the socket file at a path. Throws: `notFound`, `connectionRefused` when nobody listens on it,
    /// `wrongProtocolType` for a datagram socket's file; `invalidInput` for a path too long or with a NUL.
    public static func connect(to path: String) throws(SocketError) -> Self {
        try connect(to: try UnixAddress(path: path))
    }

    /// Two streams connected to each other. C: socketpair(2)
    public static func pair() throws(SocketError) -> StreamPair {
        let pair = try Socket.pair(.stream)
        return StreamPair(pair)
    }
}

/// Two connected Unix streams; a tuple cannot hold what cannot be copied.
@frozen public struct StreamPair: ~Copyable, Sendable {
    /// One end.
    public var first: UnixStream
    /// The other end.
    public var second: UnixStream

    init(_ pair: consuming SocketPair) {
        first = UnixStream(pair.first, peerAddress: .unnamed)
        second = UnixStream(pair.second, peerAddress: .unnamed)
    }
}
