import AsyncSockets
import Dispatch
import Sockets
import Synchronization
import TestSupport
import Testing

/// What can be asked of a stream that is then closed.
enum Wish: CaseIterable, Sendable {
    case receive, exactly, peek, line, send, parts, chunk, lend

    func make(_ stream: borrowing AsyncTCPStream) async throws(SocketError) {
        var buffer = [UInt8](repeating: 0, count: 9), reader = StreamReader()
        switch self {
        case .receive: _ = try await stream.receive(into: &buffer)
        case .exactly: try await stream.receiveExactly(into: &buffer)
        case .peek: _ = try await stream.receive(into: &buffer, flags: .peek)
        case .line: _ = try await reader.line(from: stream)
        case .send: try await stream.sendAll(Self.much.span)
        case .parts: try await stream.sendAll(gathering: [Self.much])
        case .chunk:
            var chunks = stream.chunks().makeAsyncIterator()
            _ = try await chunks.next()
        case .lend: try await lend(stream)
        }
    }

    private func lend(_ stream: borrowing AsyncTCPStream) async throws(SocketError) {
        do { try await stream.receive { bytes async throws in _ = bytes.count } } catch {
            guard let error = error as? SocketError else { return }
            throw error
        }
    }

    private static let much = pattern(20_000_000)
}

/// An actor that may close its stream while another call of it is suspended.
private actor Holder {
    private var stream: AsyncTCPStream?
    private let executor: LoopExecutor?
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        if let executor { return unsafe executor.asUnownedSerialExecutor() }
        return unsafe globalSerial.asUnownedSerialExecutor()
    }

    init(_ stream: consuming AsyncTCPStream, on loop: EventLoop?) {
        self.stream = consume stream
        executor = loop.map(LoopExecutor.init)
    }

    func make(_ wish: Wish) async -> SocketError? {
        await socketError { () async throws(SocketError) in try await stream.use(wish) }
    }

    func close() async throws(SocketError) { try await stream.take()?.close() }
}

extension AsyncTCPStream? {
    fileprivate borrowing func use(_ wish: Wish) async throws(SocketError) {
        switch self {
        case .some(let stream): try await wish.make(stream)
        case nil: throw SocketError(.recv, .closed)
        }
    }
}

/// One thread at a time for all actors that name it, none of them a loop's.
private final class GlobalSerial: SerialExecutor {
    private let queue = DispatchQueue(label: "serial")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor { unsafe UnownedSerialExecutor(ordinary: self) }
}

private let globalSerial = GlobalSerial()

private actor Counter {
    private let executor: LoopExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }
    private(set) var sum = 0

    init(on loop: EventLoop) { executor = LoopExecutor(loop) }

    func count() {
        preconditionIsolated()
        let before = sum
        _ = processorTime()
        sum = before + 1
    }
}

/// How many have borrowed something, and whether they give it back.
private final class Lending: Sendable {
    let borrowers = Atomic<Int>(0)
    let isOver = Atomic<Bool>(false)
}

@Suite(.ownThread, .timeLimit(.minutes(1))) struct AsyncClosingTests {
    @Test(arguments: EngineKind.available, Wish.allCases)
    func `an actor that closes its stream ends its own calls on it`(_ kind: EngineKind, _ wish: Wish) async throws {
        try await withLoop(kind) { loop in
            for round in 0..<20 {
                let connection = try Connection(loop)
                let peer = Shared(connection.peer)
                let holder = Holder(connection.stream, on: round % 2 == 0 ? loop : nil)
                async let error = holder.make(wish)
                for _ in 0..<(round % 5) { await Task.yield() }
                try await holder.close()
                // The next one may well have the slot and the number of the first, whose call ends all the same.
                let next = try Connection(loop)
                try next.peer.sendAll([1, 2].span)
                #expect(await error?.code == .closed)
                var buffer: [UInt8] = [0, 0]
                try await next.stream.receiveExactly(into: &buffer)
                #expect(buffer == [1, 2])
                _ = peer
            }
        }
    }

    @Test(arguments: EngineKind.available, Wish.allCases)
    func `a loop that ends wakes all who wait in it, and refuses the next`(
        _ kind: EngineKind, _ wish: Wish
    ) async throws {
        let loop = try EventLoop(engine: kind)
        let connections = try (0..<20).map { _ in Shared(try Connection(loop)) }
        await withTaskGroup(of: SocketError?.self) { group in
            for connection in connections {
                group.addTask {
                    await socketError { () async throws(SocketError) in try await wish.make(connection.value.stream) }
                }
            }
            await Task.yield()
            await loop.shutdown()
            for await error in group { #expect(error?.code == .closed) }
        }
        let later = await socketError { () async throws(SocketError) in
            try await wish.make(connections[0].value.stream)
        }
        #expect(later?.code == .closed)
        let asleep = await socketError { () async throws(SocketError) in try await loop.sleep(within: .seconds(60)) }
        #expect(asleep?.code == .closed)
    }

    @Test(arguments: EngineKind.available)
    func `memory that is lent while the loop ends comes back from all threads`(_ kind: EngineKind) async throws {
        let loop = try EventLoop(engine: kind), lending = Lending()
        let connections = try (0..<50).map { _ in Shared(try Connection(loop)) }
        await withTaskGroup(of: Void.self) { group in
            for connection in connections {
                group.addTask {
                    _ = try? connection.value.peer.sendAll([7].span)
                    let byte = try? await connection.value.stream.receive { bytes async throws in
                        lending.borrowers.add(1, ordering: .relaxed)
                        while !lending.isOver.load(ordering: .acquiring) { await Task.yield() }
                        return bytes[0]
                    }
                    #expect(byte == 7)
                }
            }
            #expect(await eventually { lending.borrowers.load(ordering: .relaxed) == connections.count })
            await loop.shutdown()
            lending.isOver.store(true, ordering: .releasing)
        }
    }

    @Test func `an actor of a loop that has ended still runs one call at a time`() async throws {
        let loop = try EventLoop(), counter = Counter(on: loop)
        await loop.shutdown()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask { for _ in 0..<500 { await counter.count() } }
            }
        }
        #expect(await counter.sum == 2000)
    }

    @Test(arguments: EngineKind.available)
    func `what came before the loop ended is there after it`(_ kind: EngineKind) async throws {
        let loop = try EventLoop(engine: kind), connection = try Connection(loop)
        let stream = connection.stream
        try connection.peer.sendAll([1, 2].span)
        var byte: [UInt8] = [0]
        let count = try await stream.receive(into: &byte)
        #expect(count == 1)
        await loop.shutdown()
        let rest = try await stream.intoStream()
        var buffer = rest.received
        if buffer.isEmpty {
            buffer = [0]
            _ = try rest.stream.receive(into: &buffer)
        }
        #expect(buffer == [2])
    }

    @Test(arguments: EngineKind.available)
    func `a listener that is closed while somebody accepts ends that`(_ kind: EngineKind) async throws {
        let loop = try EventLoop(engine: kind)
        let listener = Shared(try AsyncTCPListener(on: "127.0.0.1:0", loop: loop))
        let waiting = Task {
            await socketError { () async throws(SocketError) in _ = try await listener.value.accept() }
        }
        await Task.yield()
        // Nobody can close what is borrowed; its loop can.
        await loop.shutdown()
        let error = await waiting.value
        #expect(error?.code == .closed)
    }

    @Test(arguments: EngineKind.available)
    func `accept ends in time and when it is cancelled, and loses no client`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let listener = Shared(try AsyncTCPListener(on: "127.0.0.1:0", loop: loop))
            let late = await socketError { () async throws(SocketError) in
                _ = try await listener.value.accept(within: .milliseconds(1))
            }
            #expect(late?.code == .timedOut)
            for round in 0..<50 {
                let task = Task { () -> IPSocketAddress? in
                    do throws(SocketError) { return try await listener.value.accept().peerAddress } catch {
                        #expect(error.code == .cancelled)
                        return nil
                    }
                }
                for _ in 0..<(round % 4) { await Task.yield() }
                let client = try TCPStream.connect(to: listener.value.localAddress)
                task.cancel()
                var peer = await task.value
                if peer == nil { peer = try await listener.value.accept().peerAddress }
                let address = try client.localAddress
                #expect(peer == address)
            }
        }
    }
}
