public import Sockets

/// One client of a ``ReadinessServer``: sending never waits, because what the kernel does not take is queued.
public struct Connection: ~Copyable {
    /// The socket, which is non-blocking, for options.
    public let socket: Socket
    private let client: ClientAddress
    private let limits: ConnectionLimits
    /// Bytes to be sent; those before `queueStart` are sent.
    private var queue: [UInt8] = []
    private var queueStart = 0
    private(set) var sentCount = 0
    private(set) var isAtEnd = false
    private var isClosing = false
    /// What the poller was asked for.
    private(set) var interest: Readiness = .readable

    init<Address>(_ client: consuming StreamSocket<Address>, _ limits: ConnectionLimits) {
        self.client = ClientAddress(client.peerAddress)
        self.limits = limits
        socket = client.intoSocket()
    }

    /// Where the client is, which was told when it was accepted. C: accept(2)
    public var peerAddress: SocketAddress { client.encoded }

    /// Bytes that wait for the peer to take some. Above a mark the server receives nothing more from it.
    public var queuedCount: Int { queue.count - queueStart }

    /// Sends the bytes, or queues what the kernel does not take now.
    ///
    /// Throws: `noBufferSpace` when the queue would exceed its limit; `connectionReset`, `brokenPipe`. C: send(2)
    public mutating func send(_ bytes: Span<UInt8>) throws(SocketError) {
        let sent = queue.isEmpty ? try sendNow(bytes) : 0
        if sent < bytes.count { try enqueue(bytes.extracting(sent...)) }
    }

    /// Closes the connection once all is sent; nothing more is received.
    public mutating func close() { isClosing = true }

    private mutating func sendNow(_ bytes: Span<UInt8>) throws(SocketError) -> Int {
        do throws(SocketError) {
            let sent = try socket.send(bytes)
            sentCount &+= sent
            return sent
        } catch {
            if error.code == .wouldBlock { return 0 }
            throw named(error)
        }
    }

    private func named(_ error: SocketError) -> SocketError { error.with(peer: peerAddress) }

    /// Receives once; nil when there is nothing yet.
    func receive(into buffer: inout [UInt8]) throws(SocketError) -> Int? {
        do throws(SocketError) { return try socket.receive(into: &buffer) } catch {
            if error.code == .wouldBlock { return nil }
            throw named(error)
        }
    }

    private mutating func enqueue(_ bytes: Span<UInt8>) throws(SocketError) {
        guard queuedCount + bytes.count <= limits.queueLimit else {
            throw named(SocketError(.send, .noBufferSpace, detail: "the peer takes nothing, and the queue is full"))
        }
        queue.reserveCapacity(queue.count + bytes.count)
        // The bytes are copied during the call.
        unsafe bytes.withUnsafeBufferPointer { unsafe queue.append(contentsOf: $0) }
    }

    /// Sends what is queued, as far as the kernel takes it.
    mutating func flush() throws(SocketError) {
        guard !queue.isEmpty else { return }
        let waiting = queue
        queueStart += try sendNow(waiting.span.extracting(queueStart...))
        if queueStart == queue.count {
            queue = []
            queueStart = 0
        } else if queueStart > limits.queueMark {
            queue.removeFirst(queueStart)
            queueStart = 0
        }
    }

    /// Notes that the peer sends no more.
    mutating func end() { isAtEnd = true }

    /// How many bytes were sent since it was last asked.
    mutating func takeSentCount() -> Int {
        let count = sentCount
        sentCount = 0
        return count
    }

    /// Whether bytes are wanted: not after the end, and not while the peer takes none.
    var isReceiving: Bool { !isAtEnd && !isClosing && queuedCount <= limits.queueMark }

    /// Whether all is said.
    var isFinished: Bool { (isAtEnd || isClosing) && queue.isEmpty }

    /// What to wait for from now on, or nil when that is what was asked for before.
    mutating func newInterest() -> Readiness? {
        var wanted: Readiness = isReceiving ? .readable : []
        if !queue.isEmpty { wanted.insert(.writable) }
        if wanted == interest { return nil }
        interest = wanted
        return wanted
    }
}

/// How much a ``ReadinessServer`` takes on.
public struct ConnectionLimits: Sendable {
    /// Clients served at once; others wait in the listener's queue.
    public var connections = 10_000
    /// Bytes queued for a client from which on nothing more is received from it.
    public var queueMark = 256 * 1024
    /// Bytes queued for a client at most; more costs the connection.
    public var queueLimit = 16 * 1024 * 1024

    /// 10,000 clients, with 256 KiB each before they have to take some, and 16 MiB at most.
    public init() {}
}
