import AsyncSockets
import Dispatch
import Sockets
import Synchronization
import TestSupport
import Testing

/// A server on a loop, with a stop and what it reported.
private final class Served: Sendable {
    let listener: AsyncTCPListener
    let stop = ServeStop()
    let counters = ServeCounters()
    let events = Mutex<[String]>([])

    init(_ loop: EventLoop) throws { listener = try AsyncTCPListener(on: "127.0.0.1:0", loop: loop) }

    var configuration: ServeConfiguration {
        var configuration = ServeConfiguration()
        configuration.stop = stop
        configuration.counters = counters
        configuration.onEvent = { event in self.events.withLock { $0.append("\(event)") } }
        return configuration
    }

    func connect() throws -> TCPStream {
        let client = try TCPStream.connect(to: listener.localAddress)
        try client.setOption(.receiveTimeout, to: .seconds(50))
        return client
    }

    /// A task that serves, and the error that ends it.
    func begin() -> Task<SocketError?, Never> {
        Task {
            await socketError { () async throws(SocketError) in
                try await self.listener.serve(self.configuration, with: echo)
            }
        }
    }
}

@Sendable private func echo(_ client: consuming AsyncTCPStream) async throws {
    for try await chunk in client.chunks() { try await client.sendAll(chunk.span) }
}

private struct Failure: Error, CustomStringConvertible {
    var description: String { "it failed" }
}

/// A client among others.
private final class Staying {
    let client: TCPStream

    init(_ client: consuming TCPStream) { self.client = client }
}

extension TCPStream {
    /// Sends a byte and receives it back.
    fileprivate func greet(_ byte: UInt8) throws {
        try sendAll([byte].span)
        #expect(try receive(exactly: 1) == [byte])
    }
}

/// An actor that may close its listener while its server is on the way to the loop.
private actor ListenerHolder {
    private var listener: AsyncTCPListener?
    private var isServing = false

    init(_ listener: consuming AsyncTCPListener) { self.listener = consume listener }

    func serve() async -> SocketError.Code? {
        isServing = true
        return await socketError { () async throws(SocketError) in try await listener.serveAll() }?.code
    }

    /// Closes as soon as the server has begun, without waiting for the end of that.
    func close() async {
        while !isServing { await Task.yield() }
        _ = listener.take()
    }
}

extension AsyncTCPListener? {
    fileprivate borrowing func serveAll() async throws(SocketError) {
        switch self {
        case .some(let listener): try await listener.serve(with: echo)
        case nil: throw SocketError(.accept, .closed, detail: "nobody served")
        }
    }
}

@Sendable private func block(_ isHeld: DispatchSemaphore, _ gate: DispatchSemaphore) {
    isHeld.signal()
    gate.wait()
}

@Suite(.ownThread, .timeLimit(.minutes(1))) struct ServeTests {
    @Test(arguments: EngineKind.available)
    func `a handler that throws costs its own client only`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let served = try Served(loop)
            async let clients: Void = Background.result {
                let good = try served.connect()
                try good.greet(1)
                let bad = try served.connect()
                try bad.sendAll([0].span)
                #expect(try bad.receiveAll() == [])
                try good.greet(2)
                try good.close()
                served.stop.stop()
            }
            try await served.listener.serve(served.configuration) { client in
                #expect(EventLoop.current === loop)
                for try await chunk in client.chunks() {
                    if chunk == [0] { throw Failure() }
                    try await client.sendAll(chunk.span)
                }
            }
            try await clients
            #expect(served.counters.accepted == 2 && served.counters.active == 0 && served.counters.failed == 1)
            #expect(served.events.withLock(\.self) == ["handlerFailed(it failed)"])
        }
    }

    @Test(arguments: EngineKind.available)
    func `hundreds come and go beside those who stay`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let served = try Served(loop)
            async let clients: Void = Background.result {
                // One in three stays to the end.
                var staying: [Staying] = []
                for number in 0..<300 {
                    let client = try served.connect()
                    try client.greet(UInt8(truncatingIfNeeded: number))
                    if number % 3 == 0 { staying.append(Staying(client)) } else { try client.close() }
                }
                for each in staying { try each.client.greet(1) }
                served.stop.stop()
            }
            try await served.listener.serve(served.configuration, with: echo)
            try await clients
            #expect(served.counters.accepted == 300 && served.counters.active == 0 && served.counters.failed == 0)
        }
    }

    @Test(arguments: EngineKind.available)
    func `the limit holds, and those beyond it are served when there is room`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let served = try Served(loop)
            let most = Mutex(0)
            async let clients: Void = Background.result {
                let first = try served.connect(), second = try served.connect(), third = try served.connect()
                try third.sendAll([3].span)
                try first.greet(1)
                try second.greet(2)
                #expect(served.counters.accepted == 2)
                try first.close()
                #expect(try third.receive(exactly: 1) == [3])
                #expect(served.counters.accepted == 3)
                served.stop.stop()
                try second.close()
            }
            var configuration = served.configuration
            configuration.limit = 2
            try await served.listener.serve(configuration) { client in
                most.withLock { $0 = max($0, served.counters.active) }
                try await echo(client)
            }
            try await clients
            #expect(most.withLock(\.self) == 2)
            #expect(served.counters.active == 0 && served.counters.failed == 0)
        }
    }

    @Test(arguments: EngineKind.available)
    func `a stop waits for the clients, and no longer than its patience`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let served = try Served(loop)
            let codes = Mutex<[SocketError.Code?]>([])
            async let client = Background.result {
                let client = try served.connect()
                try client.greet(1)
                served.stop.stop(within: .milliseconds(20))
                return try client.receiveAll()
            }
            try await served.listener.serve(served.configuration) { client in
                let error = await socketError { () async throws(SocketError) in
                    for try await chunk in client.chunks() { try await client.sendAll(chunk.span) }
                }
                codes.withLock { $0.append(error?.code) }
            }
            #expect(try await client == [])
            #expect(codes.withLock(\.self) == [.cancelled])
            // A stop stays set.
            #expect(served.stop.isRequested)
            try await served.listener.serve(served.configuration) { _ in }
        }
    }

    @Test(arguments: EngineKind.available)
    func `cancelling a server cancels its clients, and the listener can serve again`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let served = try Served(loop)
            let server = served.begin()
            try await Background.result {
                let client = try served.connect()
                try client.greet(1)
                server.cancel()
                #expect(try client.receiveAll() == [])
            }
            #expect(await server.value?.code == .cancelled)
            // Who comes in between waits in the queue.
            let late = Shared(try served.connect())
            async let greeting: Void = Background.result {
                try late.value.greet(2)
                try late.value.shutdown(.write)
                served.stop.stop()
            }
            try await served.listener.serve(served.configuration, with: echo)
            try await greeting
            #expect(served.counters.accepted == 2 && served.counters.active == 0)
        }
    }

    @Test(arguments: EngineKind.available)
    func `a dead listener ends its server, after the clients`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let served = try Served(loop)
            let server = served.begin()
            try await Background.result {
                let client = try served.connect()
                try client.greet(1)
                try served.listener.socket.withSocket { try $0.shutdown(.both) }
                #expect(try client.receiveAll() == [])
            }
            #expect(await server.value?.code == .invalidArgument)
        }
    }

    @Test(arguments: EngineKind.available, [ShutdownHalf.read, .both])
    func `a Unix listener that is shut down ends its server`(_ kind: EngineKind, _ mode: ShutdownHalf) async throws {
        let folder = try TemporaryFolder()
        try await withLoop(kind) { loop in
            let listener = Shared(try AsyncUnixListener(on: folder.file("dead"), loop: loop))
            let server = Task {
                await socketError { () async throws(SocketError) in
                    try await listener.value.serve { _ in }
                }
            }
            // It waits by then.
            await turns(3, of: loop)
            try listener.value.socket.withSocket { try $0.shutdown(mode) }
            #expect(await server.value?.code == .invalidArgument)
        }
    }

    @Test(arguments: EngineKind.available)
    func `an idle client is ended, and one whose handler names a limit is not`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let served = try Served(loop)
            let codes = Mutex<[SocketError.Code?]>([])
            async let clients: Void = Background.result {
                let idle = try served.connect()
                try idle.sendAll([0].span)
                let patient = try served.connect()
                try patient.sendAll([1].span)
                #expect(try idle.receiveAll() == [])
                try patient.sendAll([7].span)
                #expect(try patient.receive(exactly: 1) == [7])
                served.stop.stop()
            }
            var configuration = served.configuration
            configuration.idleLimit = .milliseconds(30)
            try await served.listener.serve(configuration) { client in
                var byte: [UInt8] = [0]
                try await client.receiveExactly(into: &byte, within: .seconds(60))
                if byte == [1] {
                    try await client.receiveExactly(into: &byte, within: .seconds(60))
                    return try await client.sendAll(byte.span)
                }
                let error = await socketError { () async throws(SocketError) in
                    _ = try await client.receive(into: &byte)
                }
                codes.withLock { $0.append(error?.code) }
            }
            try await clients
            #expect(codes.withLock(\.self) == [.timedOut])
        }
    }

    @Test(arguments: EngineKind.available)
    func `after the total time every operation fails, also one that need not wait`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let served = try Served(loop)
            let codes = Mutex<[SocketError.Code?]>([])
            async let client = Background.result {
                let client = try served.connect()
                try client.sendAll([1, 2, 3].span)
                let got = try? client.receiveAll()
                served.stop.stop()
                return got
            }
            var configuration = served.configuration
            configuration.totalLimit = .milliseconds(20)
            try await served.listener.serve(configuration) { client in
                var byte: [UInt8] = [0]
                // On a busy machine the time is up before this.
                try? await client.receiveExactly(into: &byte)
                // What waits is woken, even if it asked for more time.
                var rest = [UInt8](repeating: 0, count: 9)
                for limit in [TimeLimit.seconds(60), .forever, .seconds(60)] {
                    let error = await socketError { () async throws(SocketError) in
                        try await client.receiveExactly(into: &rest, within: limit)
                    }
                    codes.withLock { $0.append(error?.code) }
                }
                let sent = await socketError { () async throws(SocketError) in try await client.sendAll([1].span) }
                codes.withLock { $0.append(sent?.code) }
            }
            let got = try await client
            #expect(got == [] || got == nil)
            #expect(codes.withLock(\.self) == [.timedOut, .timedOut, .timedOut, .timedOut])
        }
    }

    @Test(arguments: EngineKind.available)
    func `a hundred clients at once leave nothing behind`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let served = try Served(loop)
            async let clients: Void = Background.result {
                let clients = try (0..<100).map { _ in Shared(try served.connect()) }
                for (index, client) in clients.enumerated() { try client.value.sendAll(pattern(index + 1).span) }
                for (index, client) in clients.enumerated() {
                    #expect(try client.value.receive(exactly: index + 1) == pattern(index + 1))
                }
                served.stop.stop()
            }
            try await served.listener.serve(served.configuration, with: echo)
            try await clients
            #expect(served.counters.accepted == 100 && served.counters.active == 0)
        }
    }

    /// Who receives from a client.
    enum Receiver: CaseIterable { case handler, child, immediateChild }

    @Test(arguments: EngineKind.available, Receiver.allCases)
    func `whoever of a client's tasks is cancelled alone hears of it`(
        _ kind: EngineKind, _ receiver: Receiver
    ) async throws {
        try await withLoop(kind) { loop in
            let served = try Served(loop), client = Shared(try served.connect())
            try await served.listener.serve(served.configuration) { stream in
                // A first wait, after which the handler is woken by events.
                var byte: [UInt8] = [0]
                async let greeting: Void = Background.result { try client.value.sendAll([1].span) }
                try await stream.receiveExactly(into: &byte)
                try await greeting
                let code = await receiver.receiveCancelled(Shared(stream))
                #expect(code == .cancelled)
                served.stop.stop()
            }
            #expect(served.counters.accepted == 1 && served.counters.active == 0)
        }
    }

    @Test(arguments: EngineKind.available)
    func `a loop that ends ends its servers`(_ kind: EngineKind) async throws {
        let loop = try EventLoop(engine: kind)
        let served = try Served(loop)
        let server = Task {
            await socketError { () async throws(SocketError) in
                try await served.listener.serve(served.configuration, with: echo)
            }
        }
        let client = Shared(try served.connect())
        try await Background.result { try client.value.greet(1) }
        await loop.shutdown()
        #expect(await server.value?.code == .closed)
        #expect(try await Background.result { try client.value.receiveAll() } == [])
    }

    @Test(arguments: EngineKind.available)
    func `a server that is cancelled leaves those in the queue to the next one`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let served = try Served(loop), clients = try (0..<3).map { _ in Shared(try served.connect()) }
            let server = Task {
                unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
                return await socketError { () async throws(SocketError) in
                    try await served.listener.serve(served.configuration, with: echo)
                }
            }
            #expect(await server.value?.code == .cancelled)
            #expect(served.counters.accepted == 0)
            async let greetings: Void = Background.result {
                for client in clients {
                    try client.value.greet(1)
                    try client.value.shutdown(.write)
                }
                served.stop.stop()
            }
            try await served.listener.serve(served.configuration, with: echo)
            try await greetings
            #expect(served.counters.accepted == 3)
        }
    }

    @Test(arguments: EngineKind.available)
    func `a second server of a listener is refused`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let served = try Served(loop), server = served.begin()
            let client = Shared(try served.connect())
            try await Background.result { try client.value.greet(1) }
            // The first one waits, at the latest when its loop has had some turns.
            await turns(3, of: loop)
            #expect(await served.begin().value?.code == .alreadyInProgress)
            try await Background.result { try client.value.greet(2) }
            server.cancel()
            #expect(await server.value?.code == .cancelled)
        }
    }

    @Test(arguments: EngineKind.available)
    func `a listener that is closed before its server begins is not mistaken for the next socket`(
        _ kind: EngineKind
    ) async throws {
        try await withLoop(kind) { loop in
            let holder = ListenerHolder(try AsyncTCPListener(on: "127.0.0.1:0", loop: loop))
            let gate = DispatchSemaphore(value: 0), isHeld = DispatchSemaphore(value: 0)
            // The server is on its way to the loop, which is busy, when another call of the actor closes the listener.
            let busy = Task(executorPreference: loop) { block(isHeld, gate) }
            try await Background.result { isHeld.wait() }
            async let code = holder.serve()
            await holder.close()
            gate.signal()
            #expect(await code == .closed)
            await busy.value
        }
    }

    @Test(arguments: [-1, 0], [Duration.zero, .seconds(-1)])
    func `a configuration that makes no sense is refused`(_ limit: Int, _ time: Duration) async throws {
        let loop = try EventLoop()
        let served = try Served(loop)
        let changes: [(inout ServeConfiguration) -> Void] = [
            { $0.limit = limit }, { $0.idleLimit = time }, { $0.totalLimit = time },
            { $0.acceptPolicy.firstPause = time }, { $0.acceptPolicy.longestPause = time },
        ]
        for change in changes {
            var configuration = ServeConfiguration()
            change(&configuration)
            let error = await socketError { () async throws(SocketError) in
                try await served.listener.serve(configuration) { _ in }
            }
            #expect(error?.code == .invalidInput)
        }
        await loop.shutdown()
    }
}

extension ServeTests.Receiver {
    /// What a receive from a silent peer ends with when the task that makes it is cancelled, and no other.
    fileprivate func receiveCancelled(_ stream: Shared<AsyncTCPStream>) async -> SocketError.Code? {
        let receive: @Sendable () async -> SocketError.Code? = {
            await socketError { () async throws(SocketError) in
                var buffer: [UInt8] = [0]
                _ = try await stream.value.receive(into: &buffer)
            }?.code
        }
        if self == .handler {
            // It runs in this task.
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            return await receive()
        }
        let task =
            self == .child
            ? Task(executorPreference: EventLoop.current) { await receive() } : Task.immediate { await receive() }
        // It waits by then, on the loop.
        if let loop = EventLoop.current { await turns(3, of: loop) }
        task.cancel()
        return await task.value
    }
}
