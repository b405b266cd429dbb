/// What went wrong: the operation, the code, and where they are known the addresses and a detail.
///
/// ```swift
/// do { _ = try TCPStream.connect(to: "127.0.0.1:1") }
/// catch .connectionRefused { }       // connect to 127.0.0.1:1: connection refused (ECONNREFUSED)
/// ```
///
/// It is two words, so throwing it costs no allocation where nothing but the code is known. Two errors are equal when
/// their operation and code are.
public struct SocketError: Error, ErrorCoded, Sendable {
    /// What was being done.
    public let operation: Operation
    /// Which error it was.
    public let code: Code
    @usableFromInline
    let details: Details?

    /// What only some errors know; behind a reference, to keep the error small.
    @usableFromInline
    final class Details: Sendable {
        let local: SocketAddress?
        let peer: SocketAddress?
        let text: String?
        let transferred: Int

        init(local: SocketAddress? = nil, peer: SocketAddress? = nil, text: String? = nil, transferred: Int = 0) {
            self.local = local
            self.peer = peer
            self.text = text
            self.transferred = transferred
        }
    }

    @inlinable
    init(_ operation: Operation, _ code: Code, details: Details?) {
        self.operation = operation
        self.code = code
        self.details = details
    }

    /// The error that the shim's answer -errno stands for. Inlined where it is thrown, so that it need not be released.
    @inlinable
    init(_ operation: Operation, negated result: Int) {
        self.init(operation, Code(rawValue: Int32(truncatingIfNeeded: 0 &- result)), details: nil)
    }

    /// As `init(_:negated:)`, for the other modules of this package.
    @inlinable
    package init(_ operation: Operation, negatedResult result: Int) { self.init(operation, negated: result) }

    /// An error with this number and nothing else known, for use as a pattern.
    @inlinable
    public init(errorNumber: Int32) { self.init(.inspect, Code(rawValue: errorNumber), details: nil) }

    /// An error for code built on this library, such as a test's own transport.
    public init(_ operation: Operation, _ code: Code, detail: String? = nil) {
        self.init(operation, code, details: detail.map { Details(text: $0) })
    }

    /// The local address of the socket, where the error knows it.
    public var localAddress: SocketAddress? { details?.local }
    /// The address that was to be reached, where the error knows it.
    public var peerAddress: SocketAddress? { details?.peer }
    /// What exactly was wrong with the input, where the error knows it.
    public var detail: String? { details?.text }
    /// Bytes that a call of several steps, such as `sendAll`, had moved before the error.
    public var transferred: Int { details?.transferred ?? 0 }

    /// Whether two errors have the same code, so that `catch .connectionRefused` works.
    @inlinable
    public static func ~= (pattern: SocketError, error: SocketError) -> Bool { pattern.code == error.code }
}

extension SocketError: Hashable {
    /// Whether operation and code are the same.
    public static func == (one: SocketError, other: SocketError) -> Bool {
        one.operation == other.operation && one.code == other.code
    }

    /// Hashes what `==` compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(operation)
        hasher.combine(code)
    }
}

extension SocketError {
    @usableFromInline
    package func with(local: SocketAddress? = nil, peer: SocketAddress? = nil) -> SocketError {
        let details = Details(local: local, peer: peer, text: detail, transferred: transferred)
        return SocketError(operation, code, details: details)
    }

    package func with(transferred count: Int) -> SocketError {
        let details = Details(local: localAddress, peer: peerAddress, text: detail, transferred: count)
        return SocketError(operation, code, details: details)
    }

    package static func invalid(_ operation: Operation, _ text: String) -> SocketError {
        SocketError(operation, .invalidInput, details: Details(text: text))
    }
}
