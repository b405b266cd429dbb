import AsyncSockets
import Sockets
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct EventLoopGroupTests {
    /// Runs a test with a group, ends it, and expects that nothing of the test is left in it, nor it anywhere.
    private func withGroup(
        _ count: Int, _ kind: EngineKind, _ body: (EventLoopGroup) async throws -> Void
    ) async throws {
        weak var loop: EventLoop?
        do {
            let group = try EventLoopGroup(count: count, engine: kind)
            loop = group.loops.last
            do { try await body(group) } catch {
                await group.shutdown()
                throw error
            }
            await group.shutdown()
            #expect(group.loops.allSatisfy { $0.slotCount == 0 })
        }
        // The loop's thread lets go of it a moment after it has told that it has ended.
        for _ in 0..<5000 where loop != nil { try await Task.sleep(for: .milliseconds(1)) }
        #expect(loop == nil)
    }

    @Test(arguments: EngineKind.available)
    func `clients of one port are served on all loops, each on one`(_ kind: EngineKind) async throws {
        try await withGroup(3, kind) { group in
            let served = Mutex<[ObjectIdentifier: Int]>([:])
            let loops = group.loops
            try await serve(group) { client in
                let loop = try #require(EventLoop.current)
                #expect(client.socket.loop === loop && loops.contains { $0 === loop })
                served.withLock { $0[ObjectIdentifier(loop), default: 0] += 1 }
                for try await chunk in client.chunks() {
                    try await client.sendAll(chunk.span)
                    #expect(EventLoop.current === loop)
                }
            } while: { address, stop in
                for byte in 0..<150 as Range<UInt8> {
                    let client = try TCPStream.connect(to: address)
                    try client.sendAll([byte].span)
                    #expect(try client.receive(exactly: 1) == [byte])
                }
                stop.stop()
            }
            // That one has none has a probability of 10^-26.
            #expect(served.withLock { $0.count } == 3)
            #expect(served.withLock { $0.values.reduce(0, +) } == 150)
        }
    }

    /// Serves until `work`, in a thread of its own, has stopped it.
    private func serve(
        _ group: EventLoopGroup, _ handler: @escaping @Sendable (consuming AsyncTCPStream) async throws -> Void,
        while work: @escaping @Sendable (IPSocketAddress, ServeStop) throws -> Void
    ) async throws {
        var configuration = ServeConfiguration()
        let stop = ServeStop(), (addresses, found) = AsyncStream.makeStream(of: IPSocketAddress.self)
        configuration.stop = stop
        async let served: Void = group.serve(
            on: .loopback(port: 0), configuration, onListening: { found.yield($0) }, with: handler)
        let address = try #require(await addresses.first { _ in true })
        try await Background.result { try work(address, stop) }
        try await served
    }

    @Test(arguments: EngineKind.available)
    func `a listener that dies ends the others, with its error`(_ kind: EngineKind) async throws {
        try await withGroup(2, kind) { group in
            let (addresses, found) = AsyncStream.makeStream(of: IPSocketAddress.self)
            let task = Task {
                await socketError { () async throws(SocketError) in
                    try await group.serve(on: .loopback(port: 0), onListening: { found.yield($0) }) { client in
                        for try await _ in client.chunks() {}
                    }
                }
            }
            let address = try #require(await addresses.first { _ in true })
            await group.loops[1].shutdown()
            #expect(await task.value?.code == .closed)
            Program.awaitStarts()
            #expect(throws: SocketError.self) { _ = try TCPStream.connect(to: address) }
        }
    }

    @Test(arguments: EngineKind.available)
    func `cancelling ends the clients of all loops`(_ kind: EngineKind) async throws {
        try await withGroup(2, kind) { group in
            var configuration = ServeConfiguration()
            let counters = ServeCounters()
            configuration.counters = counters
            let (addresses, found) = AsyncStream.makeStream(of: IPSocketAddress.self)
            let task = Task { [configuration] in
                await socketError { () async throws(SocketError) in
                    try await group.serve(
                        on: .loopback(port: 0), configuration, onListening: { found.yield($0) }
                    ) { client in
                        try await client.sendAll([1].span)
                        for try await _ in client.chunks() {}
                    }
                }
            }
            let address = try #require(await addresses.first { _ in true })
            let clients = try (0..<20).map { _ in Shared(try TCPStream.connect(to: address)) }
            try await Background.result { for client in clients { _ = try client.value.receive(exactly: 1) } }
            #expect(counters.active == 20)
            task.cancel()
            #expect(await task.value?.code == .cancelled)
            #expect(counters.active == 0)
            for client in clients { #expect(try client.value.receiveAll() == []) }
        }
    }

    @Test(arguments: EngineKind.available)
    func `the least loaded loop gets the next connection`(_ kind: EngineKind) async throws {
        try await withGroup(3, kind) { group in
            #expect(group.leastLoaded === group.loops[0])
            let listener = try AsyncTCPListener(on: .loopback(port: 0), loop: group.loops[0])
            let address = listener.localAddress
            var clients: [Shared<AsyncTCPStream>] = [], peers: [Shared<TCPStream>] = []
            for number in 0..<8 {
                peers.append(Shared(try TCPStream.connect(to: address)))
                let client = try await listener.accept(onto: group.leastLoaded)
                #expect(try client.peerAddress == peers[number].value.localAddress)
                clients.append(Shared(client))
            }
            // With the listener, each has three now.
            #expect(group.loops.map(\.slotCount) == [3, 3, 3])
            for (client, peer) in zip(clients, peers) {
                try peer.value.sendAll([1, 2].span)
                #expect(try await client.value.receive(count: 2) == [1, 2])
                try await client.value.sendAll([3].span)
                #expect(try peer.value.receive(exactly: 1) == [3])
            }
            clients = []
            try await listener.close()
            for loop in group.loops { try await loop.sleep(within: .milliseconds(1)) }
            #expect(group.loops.map(\.slotCount) == [0, 0, 0])
        }
    }

    @Test(arguments: EngineKind.available, EngineKind.available)
    func `a connection goes onto a loop with another engine`(_ one: EngineKind, _ other: EngineKind) async throws {
        try await withLoop(one) { loop in
            try await withLoop(other) { next in
                let listener = try AsyncTCPListener(on: .loopback(port: 0), loop: loop)
                let peer = Shared(try TCPStream.connect(to: listener.localAddress))
                let client = try await listener.accept(onto: next)
                let bytes = pattern(1 << 20)
                async let got = Background.result { try peer.value.receive(exactly: bytes.count) }
                try await client.sendAll(bytes.span)
                #expect(try await got == bytes)
                async let sent: Void = Background.result { try peer.value.sendAll(bytes.span) }
                #expect(try await client.receive(count: bytes.count) == bytes)
                try await sent
                await next.shutdown()
                let another = Shared(try TCPStream.connect(to: listener.localAddress))
                let error = await socketError { () async throws(SocketError) in
                    _ = try await listener.accept(onto: next)
                }
                #expect(error?.code == .closed)
                #expect(try another.value.receiveAll() == [])
            }
        }
    }

    @Test func `the loops take turns, and none is no group`() async throws {
        let group = try EventLoopGroup(count: 2)
        let order = (0..<4).map { _ in group.next() }
        #expect(order[0] === order[2] && order[1] === order[3] && order[0] !== order[1])
        await group.shutdown()
        for count in [0, -1] {
            #expect(throws: SocketError.self) { _ = try EventLoopGroup(count: count) }
        }
        #expect(throws: SocketError.self) { _ = try EventLoopGroup(count: 1, engine: EngineKind(rawValue: "steam")) }
    }
}

/// In a process of its own, for its descriptors, and one after the other, for their time.
@Suite(.serialized, .timeLimit(.minutes(2))) struct GroupShutdownTests {
    @Test(arguments: EngineKind.available)
    func `a shutdown ends ten thousand connections at once and leaves nothing`(_ kind: EngineKind) async throws {
        let outcome = try await Background.result {
            try Program.run(Program.built("AsyncFixture"), ["crowd", kind.rawValue])
        }
        var lines = outcome.lines
        let count = try #require(lines.first.flatMap { Int($0.prefix { $0.isNumber }) }, "\(outcome)")
        #expect(count >= 1000)
        // Under a sanitizer everything takes its time.
        if Sanitizer.address || Sanitizer.thread {
            lines = lines.map { $0 == "ended in time: false" ? "ended in time: true" : $0 }
        }
        #expect(
            lines == [
                "\(count) clients", "ended in time: true", "0 active, 0 slots, 0 sockets of the server",
                nothingLeftOpen, "done",
            ],
            "\(outcome)")
    }
}
