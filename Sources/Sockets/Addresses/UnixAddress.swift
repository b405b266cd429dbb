internal import CSocketShim

/// The address of a Unix socket: a path, an abstract name (Linux), or none.
///
/// C: struct sockaddr_un in unix(7)
public struct UnixAddress: Sendable {
    var storage: InlineArray<108, UInt8>
    var count: UInt8

    /// The address of a socket that was not bound. Binding to it makes Linux choose an abstract name.
    public static let unnamed = UnixAddress()

    init() {
        storage = InlineArray(repeating: 0)
        count = 0
    }

    /// The most bytes that a path has, without the NUL that ends it: 107 on Linux, 103 on macOS and the BSDs.
    public static var pathCapacity: Int { Int(csock_unix_path_capacity()) }

    /// A path in the file system.
    ///
    /// Throws: `invalidInput` when it is empty, longer than `pathCapacity` bytes, or has a NUL, at which the kernel
    /// would cut it.
    public init(path: String) throws(SocketError) { try self.init(pathBytes: path.utf8.span) }

    /// A path of any bytes, as the file system has them; throws as `init(path:)`.
    public init(pathBytes: Span<UInt8>) throws(SocketError) {
        guard !pathBytes.isEmpty else { throw .invalid(.parse, "the path of a Unix socket is empty") }
        guard pathBytes.count <= Self.pathCapacity else {
            throw .invalid(
                .parse, "a Unix path has at most \(Self.pathCapacity) bytes, this one has \(pathBytes.count)")
        }
        guard !pathBytes.indices.contains(where: { pathBytes[$0] == 0 }) else {
            throw .invalid(.parse, "the path of a Unix socket has a NUL, at which the kernel would cut it")
        }
        self.init()
        append(pathBytes)
    }

    mutating func append(_ bytes: Span<UInt8>) {
        for index in bytes.indices { storage[Int(count) + index] = bytes[index] }
        count += UInt8(bytes.count)
    }
}

extension UnixAddress {
    /// The path, or nil for an abstract or unnamed address. Bytes that are no UTF-8 are replaced.
    public var path: String? {
        guard count > 0, storage[0] != 0 else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The name in the abstract namespace, without the NUL before it, or nil for a path or none.
    public var abstractName: [UInt8]? {
        guard count > 0, storage[0] == 0 else { return nil }
        return Array(bytes.dropFirst())
    }

    /// The bytes as the kernel has them: those of the path, or NUL and the abstract name, or none.
    public var bytes: [UInt8] { (0..<Int(count)).map { storage[$0] } }

    /// Whether the socket was not bound.
    public var isUnnamed: Bool { count == 0 }
}

extension UnixAddress: SocketAddressProtocol {
    /// Always `unix`.
    public var family: AddressFamily { .unix }

    /// The Unix address, or nil when the bytes are of another family. No bytes are an unnamed address.
    public init?(sockaddr: Span<UInt8>) {
        self.init()
        if sockaddr.isEmpty { return }
        var span = storage.mutableSpan
        let length = unsafe span.withUnsafeMutableBufferPointer { target in
            unsafe sockaddr.withUnsafeBufferPointer {
                unsafe csock_address_get_unix(
                    $0.start, $0.length, target.baseAddress.unsafelyUnwrapped, UInt32(target.count))
            }
        }
        guard length >= 0 else { return nil }
        count = UInt8(length)
    }

    /// Writes the address as the kernel reads it in place of another one.
    public func write(to sockaddr: inout SocketAddress) throws(SocketError) {
        let count = UInt32(count)
        unsafe storage.span.withUnsafeBufferPointer { name in
            unsafe sockaddr.write { (target, length) in
                // Checked when it was made, so it fits and has no NUL where there may be none.
                length = UInt32(max(0, unsafe csock_address_put_unix(target, length, name.baseAddress, count)))
            }
        }
    }
}

extension UnixAddress: Hashable {
    /// Whether the bytes are the same.
    public static func == (one: UnixAddress, other: UnixAddress) -> Bool { one.bytes == other.bytes }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

extension UnixAddress: CustomStringConvertible {
    /// The path, `@name` for an abstract one, or `unnamed`.
    public var description: String {
        if let path { return path }
        guard let name = abstractName else { return "unnamed" }
        return "@" + String(decoding: name, as: UTF8.self).replacing("\0", with: "@")
    }
}
