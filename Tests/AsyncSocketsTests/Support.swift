import AsyncSockets
import Glibc
import Sockets
import TestSupport
import Testing

/// Lends a loop on an engine to a test, ends it, and expects that nothing of the test is left in it.
func withLoop<Result>(_ kind: EngineKind, _ body: (EventLoop) async throws -> Result) async throws -> Result {
    let loop = try EventLoop(engine: kind), result: Result
    do { result = try await body(loop) } catch {
        await loop.shutdown()
        throw error
    }
    // A thread of a test may let go of a socket a moment later than its task has ended.
    #expect(await eventually { loop.slotCount == 0 })
    await loop.shutdown()
    return result
}

/// What `AsyncFixture` says in the end, when it has left nothing open.
let nothingLeftOpen = "left open: 0 slots, 0 sockets"

/// Whether something comes true within the time that a test may take.
func eventually(_ isTrue: () throws -> Bool) async rethrows -> Bool {
    let end = ContinuousClock.now + .seconds(Sanitizer.thread ? 120 : 30)
    while ContinuousClock.now < end {
        if try isTrue() { return true }
        // Whoever would only yield takes the time of those it waits for.
        try? await Task.sleep(for: .milliseconds(1))
    }
    return try isTrue()
}

/// Lets a loop go through what is ready, so many times.
func turns(_ count: Int, of loop: EventLoop) async {
    for _ in 0..<count { try? await loop.sleep(within: .after(.zero)) }
}

/// Where a task runs that uses a loop's sockets.
enum Place: CaseIterable, Sendable {
    case loop, global, mainActor, actor, actorThatPrefersLoop, actorOnLoop, otherThread, actorOfOtherLoop, immediate

    /// Does the work there.
    func run<Result: Sendable>(_ loop: EventLoop, _ body: @escaping @Sendable () async throws -> Result) async throws
        -> Result
    {
        switch self {
        case .loop: try await result(of: Task(executorPreference: loop) { try await body() })
        case .global: try await result(of: Task.detached { try await body() })
        case .mainActor: try await result(of: Task { @MainActor in try await body() })
        case .actor: try await Somebody().run(body)
        case .actorThatPrefersLoop:
            try await result(of: Task(executorPreference: loop) { try await Somebody().run(body) })
        // Begins in the loop's thread, and is elsewhere after its first wait.
        case .immediate:
            try await result(
                of: Task(executorPreference: loop) { try await result(of: Task.immediate { try await body() }) })
        case .actorOnLoop: try await Resident(loop).run(body)
        case .otherThread: try await withTaskExecutorPreference(Self.thread) { try await body() }
        // Its tasks prefer one loop, and are on another one.
        case .actorOfOtherLoop:
            try await result(
                of: Task(executorPreference: try EventLoop.shared()) { try await Resident(loop).run(body) })
        }
    }

    /// For those who prefer neither the loop nor what the runtime chooses.
    private static let thread = ThreadExecutor()
}

/// What a task returns, which is cancelled with the one that waits for it.
func result<Result>(of task: Task<Result, any Error>) async throws -> Result {
    try await withTaskCancellationHandler {
        try await task.value
    } onCancel: {
        task.cancel()
    }
}

private actor Somebody {
    func run<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result { try await body() }
}

private actor Resident {
    private let executor: LoopExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    init(_ loop: EventLoop) { executor = LoopExecutor(loop) }

    func run<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
        try await body()
    }
}

/// What several tasks use at the same time.
final class Shared<Value: ~Copyable & Sendable>: Sendable {
    let value: Value

    init(_ value: consuming Value) { self.value = value }
}

/// A stream of a loop and its peer, which makes calls of its own.
struct Connection: ~Copyable {
    var stream: AsyncTCPStream
    var peer: TCPStream

    init(_ loop: EventLoop) throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let peer = try TCPStream.connect(to: listener.localAddress)
        try peer.setOption(.noDelay, to: true)
        let stream = try AsyncTCPStream(try listener.accept(), on: loop)
        self.stream = stream
        self.peer = peer
    }
}

/// The error that `body` throws, or nil when it succeeds.
func socketError(_ body: nonisolated(nonsending) () async throws(SocketError) -> Void) async -> SocketError? {
    do throws(SocketError) {
        try await body()
        return nil
    } catch { return error }
}

/// What this thread has used of a processor, in seconds.
func processorTime() -> Double {
    var time = timespec()
    // The call fills the time in.
    _ = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Bytes in which every place shows.
func pattern(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + base.count)
    while bytes.count < count { bytes += base }
    bytes.removeLast(bytes.count - count)
    return bytes
}

/// As many bytes as a prime number, so that nothing that is moved by a round number looks the same.
private let base = (0..<65_521).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }

extension TCPStream {
    /// Receives until the end of the stream.
    func receiveAll() throws(SocketError) -> [UInt8] {
        var (all, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
        while case let count = try receive(into: &buffer), count > 0 { all += buffer[..<count] }
        return all
    }
}
