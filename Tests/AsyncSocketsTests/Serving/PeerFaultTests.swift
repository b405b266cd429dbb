import AsyncSockets
import Foundation
import Sockets
import SocketsTesting
import Synchronization
import TestSupport
import Testing

/// Peers that cost a server one connection, and no other client anything.
@Suite(.ownThread, .timeLimit(.minutes(1))) struct PeerFaultTests {
    enum BadPeer: CaseIterable {
        case trickling, silent, deaf

        /// How long it has with an idle limit of 10 seconds and a total one of 60.
        var time: Duration { self == .trickling ? .seconds(60) : .seconds(10) }

        fileprivate func visit(_ loop: EventLoop) async throws {
            let stream = try await AsyncTCPStream.connect(to: .loopback(port: 80), loop: loop)
            switch self {
            case .trickling: while try await stream.greet(1) { try await loop.sleep(within: .seconds(1)) }
            case .silent: #expect(try await stream.receive(count: 1) == [])
            case .deaf:
                try await stream.sendAll([Self.wish].span)
                try await loop.sleep(within: .seconds(100))
            }
        }

        /// A byte that asks for more than a peer takes that does not read.
        static let wish: UInt8 = 255
    }

    @Test(arguments: BadPeer.allCases)
    func `a peer that takes its time has as much as the limits say, beside another that is served`(
        _ peer: BadPeer
    ) async throws {
        try await SimulatedNetwork.run(seed: 1) { network in
            let loop = try network.loop(), listener = try AsyncTCPListener(on: .any(port: 80), loop: loop)
            let ends = Mutex<[String]>([])
            var configuration = ServeConfiguration()
            let stop = ServeStop(), counters = configuration.counters
            (configuration.stop, configuration.idleLimit, configuration.totalLimit) = (stop, .seconds(10), .seconds(60))
            async let visits: Void = {
                async let bad: Void? = try? peer.visit(loop)
                // As long as the bad one, and longer than one client may stay.
                for _ in 0..<3 { try await goodVisit(loop) }
                await bad
                stop.stop()
            }()
            try await listener.serve(configuration) { client in
                let begin = network.elapsed
                let error = await failure { try await answer(client) }
                if let error { ends.withLock { $0.append("\(error.name) \(network.elapsed - begin)") } }
            }
            try await visits
            #expect(ends.withLock(\.self) == ["ETIMEDOUT \(peer.time)"])
            #expect(counters.accepted == 4 && counters.active == 0)
        }
    }

    @Test(arguments: EngineKind.available)
    func `peers that reset or half-close cost their own connections, before and after they are accepted`(
        _ kind: EngineKind
    ) async throws {
        try await withLoop(kind) { loop in
            let listener = try AsyncTCPListener(on: .loopback(port: 0), loop: loop), address = listener.localAddress
            var configuration = ServeConfiguration()
            let stop = ServeStop(), counters = configuration.counters
            configuration.stop = stop
            async let clients: Void = Background.result {
                defer { stop.stop() }
                let good = try TCPStream.connect(to: address)
                for round in 0..<20 {
                    let bad = try TCPStream.connect(to: address), half = try TCPStream.connect(to: address)
                    // One in two is gone before its first byte.
                    if round % 2 == 0 { try bad.greet(1) }
                    try bad.reset()
                    try half.sendAll([1, 2].span)
                    try half.shutdown(.write)
                    #expect(try half.receiveAll() == [1, 2])
                    try good.greet(3)
                }
            }
            try await listener.serve(configuration, with: echo)
            try await clients
            #expect(counters.accepted == 41 && counters.active == 0 && counters.failed == 20)
        }
    }

    @Test(arguments: EngineKind.available)
    func `a client that resets while it is in the queue is accepted, and its first receive says so`(
        _ kind: EngineKind
    ) async throws {
        try await withLoop(kind) { loop in
            let listener = try AsyncTCPListener(on: .loopback(port: 0), loop: loop)
            for bytes in [[], [1, 2]] as [[UInt8]] {
                let gone = try TCPStream.connect(to: listener.localAddress)
                try gone.sendAll(bytes.span)
                try gone.reset()
                let next = try TCPStream.connect(to: listener.localAddress)
                let first = try await listener.accept(), second = try await listener.accept()
                #expect(try await first.receive(count: bytes.count) == bytes)
                #expect(await failure { _ = try await first.receive(count: 1) } == .connectionReset)
                try next.sendAll([3].span)
                #expect(try await second.receive(count: 1) == [3])
            }
        }
    }

    @Test(arguments: EngineKind.available)
    func `a queue that overflows turns clients away, and those in it lose nothing`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            var small = ListenerConfiguration()
            small.backlog = 1
            let listener = try AsyncTCPListener(on: .loopback(port: 0), small, loop: loop)
            let address = listener.localAddress
            var configuration = ServeConfiguration()
            let stop = ServeStop(), counters = configuration.counters
            (configuration.stop, configuration.limit) = (stop, 1)
            async let clients: Void = Background.result {
                defer { stop.stop() }
                try overflow(address)
            }
            try await listener.serve(configuration, with: echo)
            try await clients
            #expect(counters.accepted == 4 && counters.active == 0 && counters.failed == 0)
        }
    }

    @Test(arguments: EngineKind.available)
    func `thousands who want nothing cost neither memory nor sockets, and others are served`(
        _ kind: EngineKind
    ) async throws {
        let folder = try TemporaryFolder(), path = folder.file("s")
        try await Background.result {
            let server = try Program(Program.built("AsyncFixture"), ["unix", kind.rawValue, path])
            #expect(server.line() == path)
            try flood(path)
            let before = try residentMemory(server)
            for _ in 0..<2 { try flood(path) }
            let growth = try residentMemory(server) - before
            // The sanitizers keep what was given back.
            #expect(growth < 1 << 20 || Sanitizer.address || Sanitizer.thread)
            #expect(server.finish().lines == ["3903 accepted, 0 active, 0 failed", nothingLeftOpen, "done"])
        }
    }
}

@Sendable private func echo(_ client: consuming AsyncTCPStream) async throws { try await answer(client) }

private func answer(_ client: borrowing AsyncTCPStream) async throws {
    for try await chunk in client.chunks() {
        let answer = chunk == [PeerFaultTests.BadPeer.wish] ? pattern(20_000_000) : chunk
        try await client.sendAll(answer.span)
    }
}

/// Greets for 50 seconds, and leaves.
private func goodVisit(_ loop: EventLoop) async throws {
    let stream = try await AsyncTCPStream.connect(to: .loopback(port: 80), loop: loop)
    for byte in 0..<10 as Range<UInt8> {
        #expect(try await stream.greet(byte))
        try await loop.sleep(within: .seconds(5))
    }
}

extension AsyncTCPStream {
    /// Sends a byte, and whether it came back.
    fileprivate borrowing func greet(_ byte: UInt8) async throws -> Bool {
        try await sendAll([byte].span)
        return try await receive(count: 1) == [byte]
    }
}

extension TCPStream {
    fileprivate func greet(_ byte: UInt8) throws {
        try sendAll([byte].span)
        #expect(try receive(exactly: 1) == [byte])
    }
}

/// More clients than a queue for two has room for, beside the one that is served.
private func overflow(_ address: IPSocketAddress) throws {
    let served = try TCPStream.connect(to: address)
    try served.greet(1)
    let first = try TCPStream.connect(to: address), second = try TCPStream.connect(to: address)
    let bytes = pattern(30_000)
    try first.sendAll(bytes.span)
    try second.sendAll(bytes.span)
    let error = socketError { () throws(SocketError) in
        _ = try TCPStream.connect(to: address, within: .milliseconds(100))
    }
    #expect(error?.code == .timedOut)
    try served.close()
    #expect(try first.receive(exactly: bytes.count) == bytes)
    try first.close()
    #expect(try second.receive(exactly: bytes.count) == bytes)
    try second.close()
    let late = try TCPStream.connect(to: address)
    try late.greet(2)
}

/// Clients who come and go, some who stay for a while, and one that wants something.
private func flood(_ path: String) throws {
    for _ in 0..<1000 { try UnixStream.connect(to: path).close() }
    let idle = try (0..<300).map { _ in Shared(try UnixStream.connect(to: path)) }
    let client = try UnixStream.connect(to: path)
    // It is the last in the queue, so that all before it were accepted by then.
    try client.sendAll([1].span)
    #expect(try client.receive(exactly: 1) == [1])
    _ = idle
}

/// How much memory a program has, in bytes.
private func residentMemory(_ program: Program) throws -> Int {
    let status = try String(contentsOfFile: "/proc/\(program.id)/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
    return try #require(Int(line.filter(\.isNumber))) * 1024
}
