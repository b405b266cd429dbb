package import Sockets

/// Sockets that only an engine knows, as those of `SocketsTesting`: what the kernel does for others.
///
/// Their numbers begin at ``VirtualNumber/first``, and never reach a system call. Answers are 0 or more, a negated errno, or
/// ``Attempt/pending`` of a call that would have to wait. All calls can come from any thread.
package protocol VirtualSockets: AnyObject, Sendable {
    /// Makes a socket: its number. C: socket(2)
    func open(_ family: AddressFamily, isStream: Bool) -> Int32
    /// Makes two streams that are connected to each other: their numbers. C: socketpair(2)
    func pair() -> (Int32, Int32)
    /// Ends it. C: close(2)
    func close(_ number: Int32) -> Int32
    /// C: bind(2)
    func bind(_ number: Int32, to address: SocketAddress) -> Int32
    /// C: listen(2)
    func listen(_ number: Int32, backlog: Int) -> Int32
    /// Connects, or begins to, which is `-EINPROGRESS`. C: connect(2)
    func connect(_ number: Int32, to address: SocketAddress) -> Int32
    /// What became of a connect: `-EINPROGRESS` as long as that is open. C: SO_ERROR in socket(7)
    func connectResult(_ number: Int32) -> Int32
    /// C: getsockname(2)
    func localAddress(_ number: Int32) -> SocketAddress
    /// C: shutdown(2)
    func shutdown(_ number: Int32, _ half: ShutdownHalf) -> Int32
    /// Lets the close reset the connection. C: SO_LINGER in socket(7)
    func prepareReset(_ number: Int32) -> Int32
    /// Keeps the value of an option. C: setsockopt(2)
    func setOption(_ number: Int32, _ key: OptionKey, _ value: OptionBytes) -> Int32
    /// The value that an option was given, or nil. C: getsockopt(2)
    func option(_ number: Int32, _ key: OptionKey) -> OptionBytes?
    /// Receives a message: the size of a datagram, which may be more than there was room for. C: recvmsg(2)
    func receive(
        _ number: Int32, _ memory: UnsafeMutableBufferPointer<UInt8>, _ flags: ReceiveFlags,
        _ message: inout VirtualMessage
    ) -> Int
    /// Sends a message, to the peer for `none`. C: sendmsg(2)
    func send(
        _ number: Int32, _ memory: UnsafeBufferPointer<UInt8>, _ control: OutgoingControl, to address: SocketAddress,
        _ flags: SendFlags
    ) -> Int
    /// Whether a call in this direction would not wait. C: poll(2)
    func isReady(_ number: Int32, _ direction: Direction) -> Bool
    /// What a resolver says, and after how many nanoseconds. C: getaddrinfo(3)
    func answer(_ question: Question) -> (answer: Result<Answer, SocketError>, delay: Int64)
}

/// What comes beside the bytes of a message.
package struct VirtualMessage {
    /// Who sent it; `none` on a stream.
    package var sender = SocketAddress.none
    /// The control messages.
    package var control = OutgoingControl(capacity: 0)

    package init() {}
}

/// The numbers of sockets that only an engine knows.
package enum VirtualNumber {
    /// More than a process can have descriptors: the kernel's tables would fill all memory before.
    package static let first: Int32 = 1 << 30
}

extension SlotReference {
    /// Whether only the engine knows the socket. For its owner.
    var isVirtual: Bool {
        @inline(__always)
        get { descriptor >= VirtualNumber.first }
    }

    /// The descriptor, or -1 for a socket that only the engine knows.
    var kernelDescriptor: Int32 { isVirtual ? -1 : descriptor }

    /// The engine's part, if only the engine knows the socket.
    var virtual: (any VirtualSockets)? {
        @inline(__always)
        get { isVirtual ? loop.engine.virtualSockets : nil }
    }

    /// Throws `notSupported` for what needs a socket of the kernel, if only the engine knows it.
    func requireKernel(_ operation: SocketError.Operation) throws(SocketError) {
        guard isVirtual else { return }
        throw SocketError(operation, .notSupported, detail: "this socket is simulated")
    }
}

/// An answer as an error, if it is one.
@discardableResult
func require(_ operation: SocketError.Operation, _ answer: Int32) throws(SocketError) -> Int32 {
    guard answer < 0 else { return answer }
    throw SocketError(operation, negatedResult: Int(answer))
}
