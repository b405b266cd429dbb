internal import CSocketShim
public import Sockets

/// A socket whose operations suspend the task instead of the thread.
///
/// It owns its socket, closes it at the end of its scope, and lends the synchronous ``Sockets/Socket`` by
/// ``withSocket(_:)`` for options and everything that does not wait. One task may receive while another one sends; two that
/// receive at the same time, or two that send, are an error, `alreadyInProgress`, because their bytes would mix.
///
/// Cancelling the task ends a wait at once with `cancelled`, and a time limit ends it with `timedOut`; neither loses
/// anything: what was received stays to be received, and what was sent is counted by the error's `transferred`. What is
/// thrown is a `SocketError` in every case, also for cancelling, which throws no `CancellationError`.
///
/// ``close()`` consumes the socket, so nobody can close what others borrow. For one task to end what another one waits for,
/// an actor keeps the socket as an optional: a call of it that waits leaves the actor free for one that takes the socket out
/// and closes it. The articles of this module have a sample.
@frozen public struct AsyncSocket: ~Copyable, Sendable {
    @usableFromInline
    let reference: SlotReference

    /// Takes over a socket, for tasks on a loop; nil for the current one or else the default one.
    ///
    /// Throws: `tooManyDescriptors` when there is no loop yet and none can be made; what fcntl(2) says.
    public init(_ socket: consuming Socket, on loop: EventLoop? = nil) throws(SocketError) {
        let loop = if let loop { loop } else { try EventLoop.suitable() }
        let state = try Slot.State(socket)
        try socket.setMode(loop.engine.mode(for: state))
        reference = try loop.open(socket.release(), state)
    }

    @inlinable
    init(_ reference: SlotReference) { self.reference = reference }

    deinit { reference.drop() }

    /// The loop that looks after it.
    public var loop: EventLoop { reference.loop }

    /// Lends the socket for calls that do not wait, such as options and addresses. It must not be closed, and what waits is
    /// this type's.
    public func withSocket<Result: ~Copyable, Failure>(
        _ body: (borrowing Socket) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try Socket.lending(reference.kernelDescriptor, body)
    }

    /// Ends all operations on it with `closed`, closes, and returns when that is done. Throws: what the kernel reports of
    /// earlier writes. Cancelling does not end it. C: close(2)
    public consuming func close() async throws(SocketError) {
        let reference = take()
        let result = await reference.closeAndWait()
        if result < 0 && result != -csock_EINTR { throw SocketError(.close, negatedResult: Int(result)) }
    }

    @usableFromInline
    consuming func take() -> SlotReference {
        let reference = reference
        discard self
        return reference
    }
}

extension Slot.State {
    /// What is known of a socket by its family and type.
    init(_ socket: borrowing Socket) throws(SocketError) {
        let isStream = try socket.option(.type) == .stream
        let family = try socket.localAddress.family
        self = Slot.State.of(family, isStream: isStream)
        guard isStream else { return }
        if try socket.option(.acceptsConnections) { insert(.listening) }
    }

    /// TCP hands out all it has, and nothing but bytes. A Unix stream stops where descriptors were passed.
    static func of(_ family: AddressFamily, isStream: Bool) -> Slot.State {
        isStream && (family == .ipv4 || family == .ipv6) ? [.shortIsAll, .isBytes] : []
    }
}

extension SlotReference {
    /// The owner is gone.
    func drop() {
        let loop = loop
        if loop.isCurrent { loop.release(self) } else { loop.tell(.release(self)) }
    }

    /// Closes as the owner's last act, and answers what close(2) did.
    @usableFromInline
    func closeAndWait() async -> Int32 {
        return unsafe await withUnsafeContinuation { continuation in
            unsafe setCloser(continuation)
            drop()
        }
    }
}
