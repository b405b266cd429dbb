internal import CSocketShim

/// An address of any family, as the kernel reads and writes it.
///
/// It holds what the system answers, also for families this library has no type for. C: struct sockaddr_storage
public struct SocketAddress: Sendable {
    @usableFromInline
    var words: InlineArray<16, UInt64>
    @usableFromInline
    private(set) var length: UInt32

    /// The most bytes that an address has.
    public static let capacity = 128

    /// No address: nothing was reported.
    public static let none = SocketAddress()

    @inlinable
    @inline(__always)
    init() {
        words = InlineArray(repeating: 0)
        length = 0
    }

    /// Lets `body` write an address of at most `capacity` bytes over the one that was there, and say how long it is.
    @inline(__always)
    mutating func write<Result, Failure>(
        _ body: (UnsafeMutableRawPointer, inout UInt32) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        length = UInt32(Self.capacity)
        defer { length = min(length, UInt32(Self.capacity)) }
        var span = words.mutableSpan
        // The words are initialised, and the pointer is not kept.
        return try unsafe span.withUnsafeMutableBytes { (bytes) throws(Failure) in
            try unsafe body(bytes.baseAddress.unsafelyUnwrapped, &length)
        }
    }

    /// The address that `body` writes.
    @inline(__always)
    init<Failure>(
        writing body: (UnsafeMutableRawPointer, inout UInt32) throws(Failure) -> Void
    ) throws(Failure) {
        self.init()
        try unsafe write(body)
    }

    /// An address as the shim's structs carry it, in 16 words.
    init<Words>(_ words: Words, _ length: UInt32) {
        self = unsafe SocketAddress { (target, count) in
            count = min(length, UInt32(Self.capacity))
            // The words have as many bytes as an address at most.
            unsafe withUnsafeBytes(of: words) { source in
                unsafe target.copyMemory(
                    from: source.baseAddress.unsafelyUnwrapped, byteCount: min(source.count, Int(count)))
            }
        }
    }

    /// Lends the bytes to a call that reads them.
    @inline(__always)
    borrowing func withBytes<Result: ~Copyable, Failure>(
        _ body: (UnsafePointer<UInt8>, UInt32) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let length = length
        // Bytes may be looked at as UInt8, whatever they are.
        return try unsafe withUnsafePointer(to: words) { (words) throws(Failure) in
            try unsafe body(UnsafeRawPointer(words).assumingMemoryBound(to: UInt8.self), length)
        }
    }

    /// The bytes of the address, family first, as C lays them out.
    @inlinable
    public var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        @inline(__always)
        get {
            // Words may be looked at as bytes, whatever they hold, and are never fewer than the address has.
            unsafe Span(_bytes: words.span.bytes).extracting(unchecked: 0..<Int(length))
        }
    }

    /// The address family, `unspecified` for an address that is too short to have one.
    public var family: AddressFamily {
        let family = unsafe withBytes { unsafe csock_address_family($0, $1) }
        return AddressFamily(rawValue: max(0, family))
    }

    /// Whether nothing was reported, as for the sender of data on a stream.
    public var isNone: Bool { length == 0 }

    /// The number of bytes.
    public var byteCount: Int { Int(length) }

    /// The address as IP address and port, or nil when it is of another family.
    public var ip: IPSocketAddress? { IPSocketAddress(self) }

    /// The address as a Unix address, or nil when it is of another family.
    public var unix: UnixAddress? { UnixAddress(self) }
}

extension SocketAddress {
    /// An address of any family from its bytes, family first, as C lays them out.
    ///
    /// Throws: `invalidInput` for fewer bytes than a family takes, or more than 128.
    public init(bytes: Span<UInt8>) throws(SocketError) {
        guard bytes.count >= 2, let address = SocketAddress(sockaddr: bytes) else {
            throw .invalid(.parse, "an address has 2 to \(Self.capacity) bytes, not \(bytes.count)")
        }
        self = address
    }
}

extension SocketAddress: Hashable {
    /// Whether the addresses have the same bytes.
    public static func == (one: SocketAddress, other: SocketAddress) -> Bool {
        one.bytes.isEqual(to: other.bytes)
    }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) {
        // The hasher reads what the span has.
        unsafe bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }
}

extension SocketAddress: CustomStringConvertible {
    /// The address in its family's notation, or its family and size where this library has none.
    public var description: String {
        if let ip { return ip.description }
        if let unix { return unix.description }
        return isNone ? "no address" : "address family \(family), \(length) bytes"
    }
}
