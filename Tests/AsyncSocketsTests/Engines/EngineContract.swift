import AsyncSockets
import Sockets
import SocketsTesting
import TestSupport
import Testing

/// What every engine has to do, in the same words for all that this system has and for the simulated one.
@Suite(.ownThread, .timeLimit(.minutes(2))) struct EngineContract {
    static let engines = EngineKind.available + [.simulated]

    @Test func `the engines of this system are tested`() {
        #expect(EngineKind.available.contains(.poll))
        #expect(Set(Self.engines).count == Self.engines.count)
    }
}

/// Runs a test on a loop of its own with this engine, in the loop's thread, ends the loop, and expects that nothing is left.
func onLoop<Result: Sendable>(
    _ engine: EngineKind, _ body: @escaping @Sendable (EventLoop) async throws -> Result
) async throws -> Result {
    if engine == .simulated {
        return try await SimulatedNetwork.run(seed: 1) { network in try await body(try network.loop()) }
    }
    return try await withLoop(engine) { loop in
        try await Task(executorPreference: loop) { try await body(loop) }.value
    }
}

/// Both ends of a connection.
struct Ends: ~Copyable, Sendable {
    let client: AsyncTCPStream
    let server: AsyncTCPStream

    init(on loop: EventLoop) async throws {
        let listener = try AsyncTCPListener(on: .loopback(port: 0), loop: loop)
        let client = try await AsyncTCPStream.connect(to: listener.localAddress, loop: loop)
        let server = try await listener.accept()
        self.client = client
        self.server = server
    }
}

/// A socket that hears of one other peer only, so that all others are told that nobody is there.
///
/// A port whose socket was closed is another one's soon, or still that of a child of fork on its way to exec.
func deafSocket(_ loop: EventLoop) throws(SocketError) -> AsyncConnectedUDPSocket {
    try AsyncUDPSocket(boundTo: .loopback(port: 0), loop: loop).connected(to: .loopback(port: 9))
}

/// The code of the error that `body` throws, or nil.
func failure(_ body: () async throws -> Void) async -> SocketError.Code? {
    do {
        try await body()
        return nil
    } catch { return (error as? SocketError)?.code }
}

extension AsyncStreamSocket {
    /// What is received until so many bytes have come, or the stream ends.
    borrowing func receive(count: Int, within limit: TimeLimit = .forever) async throws -> [UInt8] {
        var all: [UInt8] = [], buffer = [UInt8](repeating: 0, count: 65536)
        while all.count < count {
            let got = try await receive(into: &buffer, within: limit)
            if got == 0 { break }
            all += buffer[..<got]
        }
        return all
    }
}
