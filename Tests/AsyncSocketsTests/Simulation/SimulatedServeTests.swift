import AsyncSockets
import Sockets
import SocketsTesting
import Synchronization
import TestSupport
import Testing

/// What a server does in the course of time, on a clock that takes none.
@Suite(.ownThread, .timeLimit(.minutes(1))) struct SimulatedServeTests {
    @Test func `the patience of a stop is measured on the clock of the loop`() async throws {
        try await SimulatedNetwork.run(seed: 1) { network in
            let listener = try AsyncTCPListener(on: .any(port: 80)), stop = ServeStop()
            let client = try await AsyncTCPStream.connect(to: .loopback(port: 80))
            let begin = network.elapsed
            let error = await served(listener, stop) { stream in
                stop.stop(within: .seconds(5))
                stop.stop(within: .seconds(7))
                _ = try await stream.receive(count: 1)
            }
            #expect(error == nil && network.elapsed - begin == .seconds(5))
            try await client.close()
        }
    }

    @Test(arguments: [false, true])
    func `a server that pauses hears of a stop and of the end of its listener`(_ isClosing: Bool) async throws {
        var conditions = NetworkConditions()
        conditions.acceptFailure = 1
        try await SimulatedNetwork.run(seed: 1, conditions) { network in
            let holder = Holder(try AsyncTCPListener(on: .any(port: 80)), on: try network.loop())
            let client = try await AsyncTCPStream.connect(to: .loopback(port: 80))
            let stop = ServeStop()
            async let code = holder.serve(stop)
            try await network.loop().sleep(within: .seconds(1))
            #expect(await holder.pauses == 1)
            if isClosing { await holder.close() } else { stop.stop(within: .zero) }
            #expect(await code == (isClosing ? .closed : nil))
            #expect(network.elapsed < .seconds(2))
            try await client.close()
        }
    }

    @Test(arguments: [true, false])
    func `the limits of a server end with the handler`(_ isIdle: Bool) async throws {
        try await SimulatedNetwork.run(seed: 1) { network in
            let listener = try AsyncTCPListener(on: .any(port: 80)), stop = ServeStop()
            let client = try await AsyncTCPStream.connect(to: .loopback(port: 80))
            let kept = Mutex<Shared<AsyncTCPStream>?>(nil)
            var configuration = ServeConfiguration()
            if isIdle { configuration.idleLimit = .seconds(3) } else { configuration.totalLimit = .seconds(3) }
            configuration.stop = stop
            try await listener.serve(configuration) { stream in
                let stream = Shared(stream)
                kept.withLock { $0 = stream }
                stop.stop()
            }
            let stream = try #require(kept.withLock { $0.take() })
            async let byte = stream.value.receive(count: 1)
            try await network.loop().sleep(within: .seconds(100))
            try await client.sendAll([7].span)
            #expect(try await byte == [7])
        }
    }
}

/// The error that ends a server.
private func served(
    _ listener: borrowing AsyncTCPListener, _ stop: ServeStop,
    _ handler: @escaping @Sendable (consuming AsyncTCPStream) async throws -> Void
) async -> SocketError? {
    var configuration = ServeConfiguration()
    configuration.stop = stop
    return await socketError { () async throws(SocketError) in try await listener.serve(configuration, with: handler) }
}

/// An actor of the loop that may close its listener while that is served.
private actor Holder {
    private var listener: AsyncTCPListener?
    private let executor: LoopExecutor
    private let paused = Atomic<Int>(0)
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    init(_ listener: consuming AsyncTCPListener, on loop: EventLoop) {
        self.listener = consume listener
        executor = LoopExecutor(loop)
    }

    var pauses: Int { paused.load(ordering: .relaxed) }

    func serve(_ stop: ServeStop) async -> SocketError.Code? {
        var configuration = ServeConfiguration()
        configuration.stop = stop
        (configuration.acceptPolicy.firstPause, configuration.acceptPolicy.longestPause) = (.seconds(60), .seconds(60))
        configuration.onEvent = { event in
            if case .acceptPaused = event { self.paused.add(1, ordering: .relaxed) }
        }
        return await socketError { () async throws(SocketError) in try await listener.serve(configuration) }?.code
    }

    func close() { _ = listener.take() }
}

extension AsyncTCPListener? {
    fileprivate borrowing func serve(_ configuration: ServeConfiguration) async throws(SocketError) {
        switch self {
        case .some(let listener): try await listener.serve(configuration) { _ in }
        case nil: throw SocketError(.accept, .closed, detail: "nobody served")
        }
    }
}
