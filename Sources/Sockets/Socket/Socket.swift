internal import CSocketShim

/// A socket of any family and type: every call of the system, one kernel call a method.
///
/// A socket is one end of a conversation between programs: an object in the kernel with a family (how addresses look),
/// a type (stream, datagrams, raw) and a protocol, which the process knows by a descriptor number. This value owns the
/// descriptor: it closes at the end of its scope, and use after `close()` does not compile. From birth it is closed by
/// exec, and a broken connection raises an error, never SIGPIPE.
///
/// `TCPListener`, `TCPStream`, `UDPSocket` and the Unix ones are shorter to use; they lend their `socket` for the rest.
/// Every method throws ``SocketError`` with the code that the manual page named in its comment lists.
///
/// C: socket(2), socket(7)
public struct Socket: ~Copyable, Sendable {
    @usableFromInline
    var owned: OwnedDescriptor

    @inlinable
    @inline(__always)
    var number: Int32 { owned.number }

    /// Makes a socket.
    ///
    /// Throws: `familyNotSupported`, `protocolNotSupported` or `typeNotSupported` where the system lacks it;
    /// `notPermitted` for a raw socket without the privilege; `tooManyDescriptors`. C: socket(2)
    public init(
        _ family: AddressFamily, _ type: SocketType, _ protocol: SocketProtocol = .standard,
        _ mode: BlockingMode = .blocking
    ) throws(SocketError) {
        let flagged = type.rawValue | mode.flags
        let number = try check(.socket) { csock_socket(family.rawValue, flagged, `protocol`.rawValue) }
        owned = OwnedDescriptor(unchecked: number)
    }

    /// Takes over an open descriptor, which nobody else may close from now on. It stays as inheritable as it was, and if
    /// its last owner made its close wait (SO_LINGER), the end of this one's scope waits too.
    ///
    /// Throws: `notASocket` when it is something else, `badDescriptor` when it is not open, `invalidInput` when it is
    /// negative. The descriptor stays open and the caller's then. C: fstat(2)
    public init(adopting number: Int32) throws(SocketError) {
        guard number >= 0 else { throw .invalid(.inspect, "\(number) is no descriptor: numbers start at 0") }
        guard try check(.fstat, { csock_is_socket(number) }) == 1 else { throw SocketError(.fstat, .notASocket) }
        owned = OwnedDescriptor(unchecked: number)
    }

    @inlinable
    init(unchecked number: Int32) { owned = OwnedDescriptor(unchecked: number) }

    /// Makes a socket of a received descriptor; closes it when it is none. Throws as `init(adopting:)`.
    public init(_ descriptor: consuming OwnedDescriptor) throws(SocketError) {
        guard try descriptor.isSocket else { throw SocketError(.fstat, .notASocket) }
        owned = descriptor
    }

    /// Two sockets connected to each other, in this process. C: socketpair(2)
    public static func pair(
        _ type: SocketType = .stream, _ mode: BlockingMode = .blocking
    ) throws(SocketError) -> SocketPair {
        var numbers = InlineArray<2, Int32>(repeating: -1)
        var span = numbers.mutableSpan
        // The call writes two numbers, which is the room there is.
        _ = try unsafe span.withUnsafeMutableBufferPointer { (pair) throws(SocketError) in
            try check(.socketpair) {
                unsafe csock_socketpair(
                    csock_AF_UNIX, type.rawValue | mode.flags, 0, pair.baseAddress.unsafelyUnwrapped)
            }
        }
        return SocketPair(first: Socket(unchecked: numbers[0]), second: Socket(unchecked: numbers[1]))
    }

    /// Closes now and says what the kernel reports, such as a failed write. The socket is gone also when this throws.
    ///
    /// A socket that goes out of scope closes too, and says nothing. Closing wakes nobody who waits in a call on the
    /// same socket: `shutdown(_:)` does. Other descriptors of the socket (duplicates, those of a forked child) stay
    /// open, and the connection ends with the last one. C: close(2)
    public consuming func close() throws(SocketError) { try owned.close() }

    /// Gives the descriptor away; the caller closes it.
    @inlinable
    public consuming func release() -> Int32 { owned.release() }

    /// Makes an owner of the descriptor that forgets it is a socket.
    public consuming func descriptor() -> OwnedDescriptor { owned }

    /// Lends the descriptor's number for the length of `body`, which must not close it.
    public func withDescriptor<Result: ~Copyable, Failure>(
        _ body: (Int32) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(number)
    }

    /// Lends a socket that another one owns for the length of `body`.
    @inlinable
    package static func lending<Result: ~Copyable, Failure>(
        _ number: Int32, _ body: (borrowing Socket) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let socket = Socket(unchecked: number)
        do throws(Failure) {
            let result = try body(socket)
            _ = socket.release()
            return result
        } catch {
            _ = socket.release()
            throw error
        }
    }

    /// A second descriptor of the same socket: the connection, its mode and its options are shared. C: dup(2)
    public func duplicate() throws(SocketError) -> Socket {
        Socket(unchecked: try owned.duplicate().release())
    }
}

/// Two connected sockets; a tuple cannot hold what cannot be copied.
@frozen public struct SocketPair: ~Copyable, Sendable {
    /// One end.
    public var first: Socket
    /// The other end.
    public var second: Socket
}
