#if os(Linux)
import Sockets
import Testing

@testable import AsyncSockets

extension RingSize: CustomTestStringConvertible {
    /// What its rings have room for.
    public var testDescription: String { "\(submissions) submissions, \(completions) results, \(buffers) buffers" }
}

/// More than a connection holds when nobody reads.
private let tooMuch = pattern(8 << 20)

/// What only the ring has: queues that can be full.
@Suite(
    .enabled(if: EngineKind.available.contains(.ring), "io_uring is absent or forbidden"), .timeLimit(.minutes(1)))
struct RingTests {
    static let sizes = [
        RingSize(submissions: 1, completions: 2, buffers: 1), RingSize(submissions: 1, completions: 2, buffers: 256),
        RingSize(submissions: 2, completions: 2, buffers: 4),
        RingSize(submissions: 4096, completions: 16384, buffers: 1),
    ]

    private func onLoop(_ size: RingSize, _ body: @escaping @Sendable (EventLoop) async throws -> Void) async throws {
        let loop = try EventLoop { (slots) throws(SocketError) in try RingEngine(slots, size) }
        let result = await Task(executorPreference: loop) { try await body(loop) }.result
        // What is let go of is gone when the kernel has answered.
        for _ in 0..<5000 where loop.slotCount > 0 { try await loop.sleep(within: .milliseconds(1)) }
        #expect(loop.slotCount == 0)
        await loop.shutdown()
        try result.get()
    }

    @Test(arguments: sizes)
    func `with queues that are full each operation ends once`(_ size: RingSize) async throws {
        try await onLoop(size) { loop in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<60 {
                    group.addTask(executorPreference: loop) { try await Self.exchange(number, on: loop) }
                }
                try await group.waitForAll()
            }
        }
    }

    /// Sends in both directions at the same time, in parts, and compares.
    private static func exchange(_ number: Int, on loop: EventLoop) async throws {
        let pair = Shared(try await Ends(on: loop)), bytes = pattern(20_000 + number)
        for _ in 0..<5 {
            async let forth: Void = pair.value.client.sendAll(bytes.span)
            async let back: Void = pair.value.server.sendAll(bytes.span)
            async let received = pair.value.server.receive(count: bytes.count)
            #expect(try await pair.value.client.receive(count: bytes.count) == bytes)
            #expect(try await received == bytes)
            try await forth
            try await back
        }
    }

    @Test(arguments: sizes)
    func `with queues that are full waits end by time and by cancelling`(_ size: RingSize) async throws {
        try await onLoop(size) { loop in
            let codes = await withTaskGroup(of: SocketError.Code?.self) { group in
                for number in 0..<60 {
                    group.addTask(executorPreference: loop) { await Self.end(number, on: loop) }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes.allSatisfy { $0 == nil })
        }
    }

    /// Nothing to receive, no room to send, no client to accept; nil when all ended as told.
    private static func end(_ number: Int, on loop: EventLoop) async -> SocketError.Code? {
        await failure {
            let pair = Shared(try await Ends(on: loop))
            let listener = Shared(try AsyncTCPListener(on: .loopback(port: 0), loop: loop))
            try pair.value.client.setOption(.sendBufferSize, to: 4608)
            let bytes = tooMuch
            let waits: [@Sendable () async throws -> Void] = [
                { _ = try await pair.value.server.receive(count: 1, within: .milliseconds(number % 4)) },
                { try await pair.value.client.sendAll(bytes.span, within: .milliseconds(number % 4)) },
                { _ = try await listener.value.accept(within: .milliseconds(number % 4)) },
            ]
            for wait in waits { try expect(.timedOut, await failure(wait)) }
            let cancelled: [@Sendable () async throws -> Void] = [
                { _ = try await pair.value.client.receive(count: 1) },
                { try await pair.value.client.sendAll(bytes.span) },
                { _ = try await listener.value.accept() },
            ]
            let tasks = cancelled.map { wait in Task(executorPreference: loop) { await failure(wait) } }
            for _ in 0..<number % 5 { await Task.yield() }
            for task in tasks { task.cancel() }
            for task in tasks { try expect(.cancelled, await task.value) }
        }
    }

    private static func expect(_ expected: SocketError.Code, _ code: SocketError.Code?) throws(SocketError) {
        guard code == expected else { throw SocketError(.inspect, code ?? .protocolError) }
    }
}
#endif
