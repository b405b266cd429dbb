internal import CSocketShim

/// What has an error code, and so the names of all of them: `SocketError` and `SocketError.Code`.
///
/// It exists so that each name stands once and works both as `error.code == .connectionRefused` and as
/// `catch .connectionRefused`.
public protocol ErrorCoded {
    /// A value with this error number.
    init(errorNumber: Int32)
}

extension SocketError {
    /// An error number: one of the system's, one of the resolver's, or one of this library's. Unknown ones are kept.
    ///
    /// C: errno(3)
    public struct Code: RawRepresentable, ErrorCoded, Hashable, Sendable {
        /// The number: errno as this system counts, or above 100,000 for the resolver's and the library's own.
        public let rawValue: Int32

        /// A code with any number.
        @inlinable
        public init(rawValue: Int32) { self.rawValue = rawValue }

        /// A code with any number.
        public init(errorNumber: Int32) { rawValue = errorNumber }

        static let firstOfLibrary: Int32 = 200_001
    }
}

extension SocketError.Code: CustomStringConvertible {
    /// The code's C name, such as `ECONNREFUSED`, or `errno 4711` for one without a name.
    public var name: String {
        if let own = ownName { return own }
        guard let name = unsafe csock_error_name(rawValue) else { return "errno \(rawValue)" }
        // The table holds string literals, which are valid UTF-8 for ever.
        return unsafe String(cString: name)
    }

    /// What the code means, in English, such as `connection refused`.
    public var description: String {
        if let own = ownText { return own }
        guard let text = unsafe csock_error_text(rawValue) else { return "unknown error" }
        return unsafe String(cString: text)
    }

    private var ownName: String? { Self.own[rawValue]?.name }
    private var ownText: String? { Self.own[rawValue]?.text }

    /// The codes that are no errno.
    private static let own: [Int32: (name: String, text: String)] = [
        Self.nameNotFound.rawValue: ("name not found", "no such host, or none with an address of the wanted kind"),
        Self.nameTryAgain.rawValue: ("resolver", "the name servers gave no answer for now"),
        Self.nameFailure.rawValue: ("resolver", "the name servers refused to answer"),
        Self.unknownService.rawValue: ("resolver", "no such service"),
        Self.badNameRequest.rawValue: ("resolver", "the resolver knows no such combination of family and type"),
        Self.invalidInput.rawValue: ("invalid input", "invalid input"),
        Self.unexpectedEnd.rawValue: ("end of stream", "the stream ended early"),
        Self.wrongAddressFamily.rawValue: ("wrong family", "the address is of another family"),
        Self.closed.rawValue: ("closed", "this side closed it"),
    ]
}

extension ErrorCoded {
    /// Text, a number or memory given to the library is not acceptable; no system call was made.
    public static var invalidInput: Self { Self(errorNumber: SocketError.Code.firstOfLibrary) }
    /// The stream ended before the bytes asked for had come.
    public static var unexpectedEnd: Self { Self(errorNumber: SocketError.Code.firstOfLibrary + 1) }
    /// A socket's address is of another family than its type promises.
    public static var wrongAddressFamily: Self { Self(errorNumber: SocketError.Code.firstOfLibrary + 2) }
    /// This side closed what the call needs.
    public static var closed: Self { Self(errorNumber: SocketError.Code.firstOfLibrary + 3) }

    /// The host name does not exist, or has no address of the wanted kind. C: EAI_NONAME
    public static var nameNotFound: Self { Self(errorNumber: CSOCK_NAME_NOT_FOUND) }
    /// No name server answered, or not now. C: EAI_AGAIN
    public static var nameTryAgain: Self { Self(errorNumber: CSOCK_NAME_TRY_AGAIN) }
    /// The name servers failed for good. C: EAI_FAIL
    public static var nameFailure: Self { Self(errorNumber: CSOCK_NAME_FAILURE) }
    /// No such service name for this kind of socket. C: EAI_SERVICE
    public static var unknownService: Self { Self(errorNumber: CSOCK_NAME_BAD_SERVICE) }
    /// A combination of hints that the resolver refuses. C: EAI_BADFLAGS, EAI_FAMILY, EAI_SOCKTYPE
    public static var badNameRequest: Self { Self(errorNumber: CSOCK_NAME_BAD_REQUEST) }

    /// Permission denied. C: EACCES
    public static var accessDenied: Self { Self(errorNumber: csock_EACCES) }
    /// Another socket has the address. C: EADDRINUSE
    public static var addressInUse: Self { Self(errorNumber: csock_EADDRINUSE) }
    /// This machine does not have the address, or no port is left. C: EADDRNOTAVAIL
    public static var addressNotAvailable: Self { Self(errorNumber: csock_EADDRNOTAVAIL) }
    /// The system or the socket does not know the address family. C: EAFNOSUPPORT
    public static var familyNotSupported: Self { Self(errorNumber: csock_EAFNOSUPPORT) }
    /// The call would have to wait, and the socket or a flag forbids it. C: EAGAIN, EWOULDBLOCK
    public static var wouldBlock: Self { Self(errorNumber: csock_EAGAIN) }
    /// An earlier connect is still going on. C: EALREADY
    public static var alreadyInProgress: Self { Self(errorNumber: csock_EALREADY) }
    /// No open descriptor has this number. C: EBADF
    public static var badDescriptor: Self { Self(errorNumber: csock_EBADF) }
    /// The operation was cancelled. C: ECANCELED
    public static var cancelled: Self { Self(errorNumber: csock_ECANCELED) }
    /// The connection was given up. C: ECONNABORTED
    public static var connectionAborted: Self { Self(errorNumber: csock_ECONNABORTED) }
    /// Nobody listens at the address. C: ECONNREFUSED
    public static var connectionRefused: Self { Self(errorNumber: csock_ECONNREFUSED) }
    /// The peer ended the connection abruptly. C: ECONNRESET
    public static var connectionReset: Self { Self(errorNumber: csock_ECONNRESET) }
    /// The socket is not connected and the call names no address. C: EDESTADDRREQ
    public static var destinationRequired: Self { Self(errorNumber: csock_EDESTADDRREQ) }
    /// What is to be made exists. C: EEXIST
    public static var alreadyExists: Self { Self(errorNumber: csock_EEXIST) }
    /// No way leads to the host. C: EHOSTUNREACH
    public static var hostUnreachable: Self { Self(errorNumber: csock_EHOSTUNREACH) }
    /// A connect was started and goes on. C: EINPROGRESS
    public static var inProgress: Self { Self(errorNumber: csock_EINPROGRESS) }
    /// The kernel does not take an argument, or not in the socket's state. C: EINVAL
    public static var invalidArgument: Self { Self(errorNumber: csock_EINVAL) }
    /// The socket is connected already. C: EISCONN
    public static var alreadyConnected: Self { Self(errorNumber: csock_EISCONN) }
    /// This process has as many descriptors as it may. C: EMFILE
    public static var tooManyDescriptors: Self { Self(errorNumber: csock_EMFILE) }
    /// The datagram does not fit. C: EMSGSIZE
    public static var messageTooLarge: Self { Self(errorNumber: csock_EMSGSIZE) }
    /// The network is down. C: ENETDOWN
    public static var networkDown: Self { Self(errorNumber: csock_ENETDOWN) }
    /// No route leads to the network. C: ENETUNREACH
    public static var networkUnreachable: Self { Self(errorNumber: csock_ENETUNREACH) }
    /// The system has as many open files as it may. C: ENFILE
    public static var tooManyFiles: Self { Self(errorNumber: csock_ENFILE) }
    /// The kernel is short of buffers. C: ENOBUFS
    public static var noBufferSpace: Self { Self(errorNumber: csock_ENOBUFS) }
    /// No such interface. C: ENODEV
    public static var noSuchDevice: Self { Self(errorNumber: csock_ENODEV) }
    /// No such file, name or entry. C: ENOENT
    public static var notFound: Self { Self(errorNumber: csock_ENOENT) }
    /// The kernel is short of memory. C: ENOMEM
    public static var outOfMemory: Self { Self(errorNumber: csock_ENOMEM) }
    /// The socket does not know the option. C: ENOPROTOOPT
    public static var unknownOption: Self { Self(errorNumber: csock_ENOPROTOOPT) }
    /// The system does not have the call. C: ENOSYS
    public static var notImplemented: Self { Self(errorNumber: csock_ENOSYS) }
    /// The socket is not connected. C: ENOTCONN
    public static var notConnected: Self { Self(errorNumber: csock_ENOTCONN) }
    /// A part of the path is no folder. C: ENOTDIR
    public static var notADirectory: Self { Self(errorNumber: csock_ENOTDIR) }
    /// The descriptor is no socket. C: ENOTSOCK
    public static var notASocket: Self { Self(errorNumber: csock_ENOTSOCK) }
    /// The socket does not do that. C: EOPNOTSUPP, ENOTSUP
    public static var notSupported: Self { Self(errorNumber: csock_ENOTSUP) }
    /// This takes a privilege the process does not have. C: EPERM
    public static var notPermitted: Self { Self(errorNumber: csock_EPERM) }
    /// This side was shut down, or the peer is gone. C: EPIPE
    public static var brokenPipe: Self { Self(errorNumber: csock_EPIPE) }
    /// The peer spoke the protocol wrong. C: EPROTO
    public static var protocolError: Self { Self(errorNumber: csock_EPROTO) }
    /// The system does not have the protocol. C: EPROTONOSUPPORT
    public static var protocolNotSupported: Self { Self(errorNumber: csock_EPROTONOSUPPORT) }
    /// The protocol does not fit the socket's type. C: EPROTOTYPE
    public static var wrongProtocolType: Self { Self(errorNumber: csock_EPROTOTYPE) }
    /// The file system cannot be written to. C: EROFS
    public static var readOnlyFileSystem: Self { Self(errorNumber: csock_EROFS) }
    /// The system does not have the socket type for the family. C: ESOCKTNOSUPPORT
    public static var typeNotSupported: Self { Self(errorNumber: csock_ESOCKTNOSUPPORT) }
    /// No such process. C: ESRCH
    public static var noSuchProcess: Self { Self(errorNumber: csock_ESRCH) }
    /// The peer did not answer in time. C: ETIMEDOUT
    public static var timedOut: Self { Self(errorNumber: csock_ETIMEDOUT) }
    /// Too many descriptors are on their way through sockets. C: ETOOMANYREFS
    public static var tooManyReferences: Self { Self(errorNumber: csock_ETOOMANYREFS) }
}
