internal import CSocketShim

/// The file that binding a Unix socket made, which goes when its owner goes, unless another one has taken its place.
struct BoundFile: ~Copyable, Sendable {
    private let address: UnixAddress
    private let identity: FileIdentity

    private init?(_ address: UnixAddress) {
        guard let path = address.path, let identity = FileIdentity(path) else { return nil }
        self.address = address
        self.identity = identity
    }

    deinit {
        guard let path = address.path, FileIdentity(path) == identity else { return }
        _ = unsafe csock_unlink(path)
    }

    /// Binds the socket, and owns the file if that made one.
    static func bind(
        _ socket: borrowing Socket, to address: some SocketAddressProtocol, _ stale: StaleFile
    ) throws(SocketError) -> BoundFile? {
        guard let unix = address as? UnixAddress, let path = unix.path else {
            try socket.bind(to: address)
            return nil
        }
        do throws(SocketError) { try socket.bind(to: unix) } catch {
            guard error.code == .addressInUse, stale == .replace, try isStale(unix, path) else { throw error }
            _ = unsafe csock_unlink(path)
            try socket.bind(to: unix)
        }
        return BoundFile(unix)
    }

    /// Whether it is a socket's file that refuses connections.
    private static func isStale(_ address: UnixAddress, _ path: String) throws(SocketError) -> Bool {
        guard FileIdentity(path)?.isSocket == true else { return false }
        let probe = try Socket(.unix, .stream, .standard, .nonBlocking)
        do throws(SocketError) { try probe.connect(to: address) } catch { return error.code == .connectionRefused }
        return false
    }
}

private struct FileIdentity: Equatable, Sendable {
    var device: UInt64 = 0
    var inode: UInt64 = 0
    var isSocket = false

    init?(_ path: String) {
        var kind: Int32 = 0
        guard unsafe csock_file_identity(path, &device, &inode, &kind) == 0 else { return nil }
        isSocket = kind == 1
    }
}
