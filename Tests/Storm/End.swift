import AsyncSockets
import Sockets
import Synchronization

/// One end of a connection, as those who send and receive reach it.
protocol End: Sendable {
    /// Receives in one of all ways; false at the end of the stream.
    func receive(_ act: Act, _ count: Int, into flow: Flow, within limit: TimeLimit) async throws(SocketError) -> Bool
    /// Sends in one of all ways.
    func send(_ act: Act, _ count: Int, from flow: Flow, within limit: TimeLimit) async throws(SocketError)
    /// The other end sees the end of the stream.
    func finishSending() async throws(SocketError)
    /// Whether it was closed for good, and not to be moved.
    var isOver: Bool { get async }
}

/// An end that all tasks use, and that is closed when the last one lets it go.
final class SharedEnd<Address: SocketAddressProtocol>: End {
    private let stream: AsyncStreamSocket<Address>

    init(_ stream: consuming AsyncStreamSocket<Address>) { self.stream = stream }

    func receive(
        _ act: Act, _ count: Int, into flow: Flow, within limit: TimeLimit
    ) async throws(SocketError) -> Bool {
        try await stream.receive(act, count, into: flow, within: limit)
    }

    func send(_ act: Act, _ count: Int, from flow: Flow, within limit: TimeLimit) async throws(SocketError) {
        try await stream.send(act, count, from: flow, within: limit)
    }

    func finishSending() async throws(SocketError) { try stream.shutdown(.write) }

    /// Says who this is.
    func introduce(_ number: UInt8) async throws(SocketError) {
        let bytes = [number]
        try await stream.sendAll(bytes.span)
    }

    var isOver: Bool { get async { false } }
}

/// An end of an actor, which closes it, or takes it to another loop, while calls of its own are suspended in it.
actor HeldEnd<Address: SocketAddressProtocol>: End {
    private var stream: AsyncStreamSocket<Address>?
    private(set) var isOver = false
    /// What came along from the last loop, before what the stream receives.
    private var ahead: [UInt8] = []
    private let executor: LoopExecutor?

    /// On a loop, its own or another one; nil for the main thread.
    init(_ stream: consuming AsyncStreamSocket<Address>, on loop: EventLoop?) {
        self.stream = consume stream
        executor = loop.map(LoopExecutor.init)
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe executor?.asUnownedSerialExecutor() ?? MainActor.sharedUnownedExecutor
    }

    func receive(
        _ act: Act, _ count: Int, into flow: Flow, within limit: TimeLimit
    ) async throws(SocketError) -> Bool {
        guard ahead.isEmpty else {
            let count = min(ahead.count, Flow.most)
            flow.didReceive(ahead.span.extracting(..<count))
            ahead.removeFirst(count)
            return true
        }
        return try await stream.receive(act, count, into: flow, within: limit)
    }

    func send(_ act: Act, _ count: Int, from flow: Flow, within limit: TimeLimit) async throws(SocketError) {
        try await stream.send(act, count, from: flow, within: limit)
    }

    func finishSending() async throws(SocketError) {
        // Between two loops there is no stream for a moment.
        while stream == nil, !isOver { await Task.yield() }
        try stream.finishSending()
    }

    /// Closes under the eyes of those who use it, or resets.
    func close(_ resets: Bool) async {
        isOver = true
        guard let stream = stream.take() else { return }
        do throws(SocketError) {
            if resets { try await stream.reset() } else { try await stream.close() }
        } catch { if error.code != .connectionReset { finding("close: \(error)") } }
    }

    /// Takes the stream to a loop.
    func move(to loop: EventLoop) async {
        guard let old = stream.take() else { return }
        do throws(SocketError) {
            let parts = try await old.intoStream()
            ahead += parts.received
            let new = try AsyncStreamSocket(parts.stream, on: loop)
            // Closed between two loops.
            if !isOver { stream = consume new }
        } catch { finding("move: \(error)") }
    }
}

// The actor's property is borrowed for the length of the call, and taken meanwhile: what the compiler does not see.
extension Optional where Wrapped: ~Copyable {
    fileprivate borrowing func receive<Address>(
        _ act: Act, _ count: Int, into flow: Flow, within limit: TimeLimit
    ) async throws(SocketError) -> Bool where Wrapped == AsyncStreamSocket<Address> {
        switch self {
        case .some(let stream): try await stream.receive(act, count, into: flow, within: limit)
        case nil: throw SocketError(.recv, .closed)
        }
    }

    fileprivate borrowing func send<Address>(
        _ act: Act, _ count: Int, from flow: Flow, within limit: TimeLimit
    ) async throws(SocketError) where Wrapped == AsyncStreamSocket<Address> {
        switch self {
        case .some(let stream): try await stream.send(act, count, from: flow, within: limit)
        case nil: throw SocketError(.send, .closed)
        }
    }

    fileprivate borrowing func finishSending<Address>() throws(SocketError)
    where Wrapped == AsyncStreamSocket<Address> {
        switch self {
        case .some(let stream): try stream.shutdown(.write)
        case nil: throw SocketError(.shutdown, .closed)
        }
    }
}

/// A stream on its way between tasks, whose results cannot be streams.
final class Parcel<Address: SocketAddressProtocol>: @unchecked Sendable {
    private let isTaken = Atomic<Bool>(false)
    // Who takes it is alone with it.
    @exclusivity(unchecked)
    private var stream: AsyncStreamSocket<Address>?

    init(_ stream: consuming AsyncStreamSocket<Address>) { unsafe self.stream = consume stream }

    func take() -> AsyncStreamSocket<Address>? {
        isTaken.exchange(true, ordering: .acquiringAndReleasing) ? nil : unsafe stream.take()
    }
}
