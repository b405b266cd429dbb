internal import CSocketShim

extension Socket {
    /// Gives the socket a local address. Port 0 lets the kernel choose one, which `localAddress` then tells; the
    /// wildcard address means all interfaces.
    ///
    /// Throws: `addressInUse`, `addressNotAvailable`, `accessDenied` (ports below 1024), `invalidArgument` when it is
    /// bound already. C: bind(2)
    public func bind(to address: some SocketAddressProtocol) throws(SocketError) {
        let raw = try address.encoded(), number = number
        do throws(SocketError) {
            _ = try unsafe raw.withBytes { (bytes, length) throws(SocketError) in
                try check(.bind) { unsafe csock_bind(number, bytes, length) }
            }
        } catch { throw error.with(local: raw) }
    }

    /// Makes the socket accept connections, with a queue for `backlog` of them that nobody has taken yet.
    ///
    /// The kernel cuts the backlog to its limit (net.core.somaxconn). When the queue is full, Linux lets further clients
    /// wait, and they time out in the end. C: listen(2)
    public func listen(backlog: Int = .max) throws(SocketError) {
        guard backlog >= 0 else { throw .invalid(.listen, "the backlog is \(backlog), and has to be at least 0") }
        let number = number
        _ = try check(.listen) { csock_listen(number, Int32(clamping: backlog)) }
    }

    /// Takes the next connection out of the queue: a new socket, connected to that client alone, so that this one goes
    /// on listening.
    ///
    /// Throws: `wouldBlock` when it is non-blocking and nobody waits; `connectionAborted`, `tooManyDescriptors` and
    /// others after which a server goes on. ``AcceptPolicy`` knows which. C: accept(2)
    public func accept(_ mode: BlockingMode = .blocking) throws(SocketError) -> AcceptedSocket {
        var accepted: Int32 = -1
        let number = number, flags = mode.flags
        let peer = try unsafe SocketAddress { (address, length) throws(SocketError) in
            accepted = try check(.accept) { unsafe csock_accept(number, address, &length, flags) }
        }
        return AcceptedSocket(socket: Socket(unchecked: accepted), peerAddress: peer)
    }

    /// Connects to the address. A datagram socket sends nothing: it only fixes its peer, which lets it use `send` and
    /// `receive` and hear of ICMP errors; connecting again changes the peer.
    ///
    /// A signal does not break it off. Throws: `connectionRefused`, `timedOut`, `networkUnreachable`,
    /// `hostUnreachable`; `inProgress` on a non-blocking socket, to be ended by waiting for writability and
    /// `finishConnecting()`. C: connect(2)
    public func connect(to address: some SocketAddressProtocol) throws(SocketError) {
        let raw = try address.encoded()
        do throws(SocketError) {
            while try !isConnected(to: raw) {}
        } catch { throw error.with(peer: raw) }
    }

    /// Connects, and says whether that was done; if not, a signal broke it off.
    private func isConnected(to address: SocketAddress) throws(SocketError) -> Bool {
        let number = number
        let result = unsafe address.withBytes { unsafe csock_connect(number, $0, $1) }
        if result >= 0 { return true }
        guard result == -csock_EINTR else { throw failure(.connect, Int64(result)) }
        // TCP goes on connecting, and a second call would answer EALREADY; a Unix socket has not begun.
        try wait(for: .writable)
        try finishConnecting()
        return try hasPeer
    }

    /// Whether it is connected.
    package var hasPeer: Bool {
        get throws(SocketError) {
            do throws(SocketError) { _ = try peerAddress } catch {
                guard error.code == .notConnected else { throw error }
                return false
            }
            return true
        }
    }

    /// Ends a connect that was in progress, once the socket is writable: returns, or throws why it failed.
    /// C: SO_ERROR in socket(7)
    public func finishConnecting() throws(SocketError) {
        let pending = try takeError()
        if let pending { throw SocketError(.connect, pending) }
    }

    /// Ends the association of a connected datagram socket with its peer. C: connect(2) to AF_UNSPEC
    public func disconnect() throws(SocketError) {
        let number = number
        let none = try unsafe SocketAddress { (target, length) throws(SocketError) in
            unsafe target.storeBytes(of: UInt16(0), as: UInt16.self)
            length = 16
        }
        _ = try unsafe none.withBytes { (bytes, length) throws(SocketError) in
            try check(.connect) { unsafe csock_connect(number, bytes, length) }
        }
    }

    /// The address and port of this side. C: getsockname(2)
    public var localAddress: SocketAddress {
        get throws(SocketError) {
            let number = number
            return try unsafe SocketAddress { (address, length) throws(SocketError) in
                _ = try check(.getsockname) { unsafe csock_getsockname(number, address, &length) }
            }
        }
    }

    /// The address and port of the other side. Throws: `notConnected`. C: getpeername(2)
    public var peerAddress: SocketAddress {
        get throws(SocketError) {
            let number = number
            return try unsafe SocketAddress { (address, length) throws(SocketError) in
                _ = try check(.getpeername) { unsafe csock_getpeername(number, address, &length) }
            }
        }
    }
}

/// A connection that was accepted, and who is at its other end.
@frozen public struct AcceptedSocket: ~Copyable, Sendable {
    /// The connection.
    public var socket: Socket
    /// The client's address.
    public let peerAddress: SocketAddress
}
