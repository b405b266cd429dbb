internal import CSocketShim

/// The file that binding a Unix socket made, which goes when its owner goes, unless another one has taken its place.
package struct BoundFile: ~Copyable, Sendable {
    private let address: UnixAddress
    private let identity: FileIdentity

    private init?(_ address: UnixAddress) {
        guard let identity = FileIdentity(address) else { return nil }
        self.address = address
        self.identity = identity
    }

    deinit {
        guard FileIdentity(address) == identity else { return }
        address.unlink()
    }

    /// Binds the socket, and owns the file if that made one.
    static func bind(
        _ socket: borrowing Socket, to address: some SocketAddressProtocol, _ stale: StaleFile
    ) throws(SocketError) -> BoundFile? {
        guard let unix = address as? UnixAddress ?? (address as? SocketAddress)?.unix, unix.isPath else {
            try socket.bind(to: address)
            return nil
        }
        do throws(SocketError) { try socket.bind(to: unix) } catch {
            guard error.code == .addressInUse, stale == .replace, try isStale(unix) else { throw error }
            unix.unlink()
            try socket.bind(to: unix)
        }
        return BoundFile(unix)
    }

    /// Whether it is a socket's file that refuses connections.
    private static func isStale(_ address: UnixAddress) throws(SocketError) -> Bool {
        guard FileIdentity(address)?.isSocket == true else { return false }
        let probe = try Socket(.unix, .stream, .standard, .nonBlocking)
        do throws(SocketError) { try probe.connect(to: address) } catch { return error.code == .connectionRefused }
        return false
    }
}

private struct FileIdentity: Equatable, Sendable {
    var device: UInt64 = 0
    var inode: UInt64 = 0
    var isSocket = false

    init?(_ address: UnixAddress) {
        var kind: Int32 = 0
        guard address.isPath else { return nil }
        // The shim reads up to the NUL and writes three numbers, all of which live longer than the call.
        let result = unsafe csock_file_identity(address.cPath, &device, &inode, &kind)
        guard result == 0 else { return nil }
        isSocket = kind == 1
    }
}

extension UnixAddress {
    fileprivate var isPath: Bool { count > 0 && storage[0] != 0 }

    /// The path as C reads it. It is bytes, not text: what is no UTF-8 would become the name of another file.
    fileprivate var cPath: [CChar] { bytes.map { CChar(bitPattern: $0) } + [0] }

    fileprivate func unlink() { _ = unsafe csock_unlink(cPath) }
}
