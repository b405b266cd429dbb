import Dispatch
import Foundation
import Sockets
import Synchronization
import TestSupport
import Testing

@testable import AsyncSockets

/// What is late for a socket that is gone must not reach the one that has its number, or its place in the loop, now.
@Suite(.timeLimit(.minutes(1))) struct ReuseTests {
    /// Epoll and poll let go of a socket at once, in the midst of the events that a wait brought; the ring, when its
    /// operations have ended.
    @Test(arguments: EngineKind.available, [false, true])
    func `an event of a closed socket does not reach the next one with its number`(
        _ kind: EngineKind, _ closesAtOnce: Bool
    ) async throws {
        try await onLoop(kind) { loop in
            var hits = 0
            for _ in 0..<100 where hits < 20 {
                let old = try Connection(loop), trigger = try Connection(loop), next = try BlockingPair()
                var gone: AsyncTCPStream? = old.stream
                let goingPeer = old.peer, number = gone?.socket.reference.slot.descriptor ?? -1
                // The engine awaits something of it, though nobody does any more.
                var buffer = [UInt8](repeating: 0, count: 8)
                let code = await failure { _ = try await gone?.receive(into: &buffer, within: .microseconds(1)) }
                #expect(code == .timedOut)
                // Both have something when the loop waits for the next time, the trigger first.
                try trigger.peer.sendAll([1].span)
                try goingPeer.sendAll([66, 66].span)
                try goingPeer.close()
                #expect(try await trigger.stream.receive(count: 1) == [1])
                if closesAtOnce { gone = nil } else { try await gone.take()?.close() }
                // The first number from there on that is free.
                let copy = next.first.socket.withDescriptor { fcntl($0, F_DUPFD_CLOEXEC, number) }
                let stream = try AsyncTCPStream(TCPStream(Socket(adopting: copy)), on: loop)
                if stream.socket.reference.slot.descriptor == number { hits += 1 }
                await turns(3, of: loop)
                #expect(!stream.socket.reference.slot.state.contains(.ended))
                let nothing = await failure { _ = try await stream.receive(into: &buffer, within: .microseconds(200)) }
                #expect(nothing == .timedOut)
                try next.second.sendAll([2].span)
                #expect(try await stream.receive(count: 1) == [2])
            }
            // Other tests take numbers, too.
            #expect(hits > 0 || closesAtOnce && kind == .ring)
        }
    }

    @Test(arguments: EngineKind.available)
    func `an event of a socket that others hold open does not reach the next in its place`(
        _ kind: EngineKind
    ) async throws {
        try await onLoop(kind) { loop in
            let old = try Connection(loop)
            let stream = old.stream, peer = old.peer, reference = stream.socket.reference
            var buffer: [UInt8] = [0]
            let code = await failure { _ = try await stream.receive(into: &buffer, within: .microseconds(1)) }
            #expect(code == .timedOut)
            // The loop cannot take it off its list: the number is another one's by then, but the socket lives on.
            let kept = try stream.socket.withSocket { try $0.duplicate() }
            let place = reference.slot.descriptor, stand = try UnixStream.pair()
            let other = stand.first.socket.withDescriptor { dup2($0, place) }
            try await stream.close()
            let pair = try UnixStream.pair()
            let next = try AsyncUnixStream(pair.first, on: loop)
            #expect(next.socket.reference == reference && other == place)
            #expect(await failure { _ = try await next.receive(into: &buffer, within: .microseconds(1)) } == .timedOut)
            try peer.sendAll([66].span)
            for _ in 0..<3 { try await loop.sleep(within: .microseconds(200)) }
            // Neither its bytes nor its readiness.
            #expect(reference.slot.state.isDisjoint(with: [.readable, .ended]))
            try pair.second.sendAll([2].span)
            #expect(try await next.receive(count: 1) == [2])
            _ = kept
        }
    }

    @Test(arguments: EngineKind.available)
    func `bytes that had come when a socket was closed count, and no others follow`(_ kind: EngineKind) async throws {
        try await onLoop(kind) { loop in
            for _ in 0..<20 {
                let old = try Connection(loop), trigger = try Connection(loop), next = try Connection(loop)
                let peer = old.peer, slot = old.stream.socket.take()
                let fill = Task(executorPreference: loop) {
                    var buffer: [UInt8] = [0, 0, 0, 0]
                    let error = await socketError { () async throws(SocketError) in
                        _ = try await slot.fill(&buffer, from: 0, atLeast: 4, .forever)
                    }
                    return (error, buffer)
                }
                await turns(3, of: loop)
                // The engine awaits something of it, too.
                var room: [UInt8] = [0, 0]
                let code = await failure { _ = try await trigger.stream.receive(into: &room, within: .microseconds(1)) }
                #expect(code == .timedOut)
                // Both have something when the loop waits for the next time. The trigger's task runs first.
                try trigger.peer.sendAll([1].span)
                try peer.sendAll([66, 67].span)
                _ = try await trigger.stream.receive(into: &room)
                slot.drop()
                try next.peer.sendAll([2, 3, 4].span)
                let (error, buffer) = await fill.value
                // What the ring received ahead, and nobody had got, goes with the socket.
                let came: [UInt8] = kind == .ring ? [] : [66, 67]
                #expect(error?.code == .closed && error?.transferred == came.count)
                #expect(Array(buffer.prefix(came.count)) == came)
                #expect(try await next.stream.receive(count: 3) == [2, 3, 4])
            }
        }
    }

    @Test func `a slot fills whole lines of the cache, and a message needs two of them`() {
        #expect(MemoryLayout<Slot>.stride == 192)
        let last = unsafe MemoryLayout<Slot>.offset(of: \.latestMemory)
        #expect(last == 120)
    }

    @Test(arguments: EngineKind.available)
    func `a task on its way to the loop does not find another socket there`(_ kind: EngineKind) async throws {
        let loop = try EventLoop(engine: kind)
        let old = try BlockingPair(), next = try BlockingPair(), gate = Gate()
        let slot = try loop.open(old.first.intoSocket().release(), Slot.State.of(.ipv4, isStream: true))
        let number = next.first.intoSocket().release()
        // The loop is held up, so that what it is told stands in a row.
        loop.tell(.call { gate.visit() })
        gate.waitForVisitor()
        let late = Task.detached {
            var buffer: [UInt8] = [0]
            return await failure {
                _ = try await slot.receiveElsewhere(after: Attempt.elsewhere, into: &buffer, .forever)
            }
        }
        while loop.inbox.isEmpty { await Task.yield() }
        slot.drop()
        // It gets the slot that has just become free, if that is free at once; the ring lets go of it later.
        loop.tell(.call { gate.tenant = try? loop.open(number, []) })
        try next.second.sendAll([2].span)
        gate.open()
        #expect(await late.value == .closed)
        let tenant = try #require(gate.tenant)
        #expect(tenant == slot)
        tenant.drop()
        await loop.shutdown()
        #expect(loop.slotCount == 0)
    }
}

/// Two ends of a connection, for calls that wait.
private struct BlockingPair: ~Copyable {
    let first: TCPStream
    let second: TCPStream

    init() throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let second = try TCPStream.connect(to: listener.localAddress)
        let first = try listener.accept()
        self.first = first
        self.second = second
    }
}

/// Holds up a thread, and keeps what it finds later.
private final class Gate: @unchecked Sendable {
    private let isThere = DispatchSemaphore(value: 0), isOpen = DispatchSemaphore(value: 0)
    // Written by the loop's thread before the one who reads it hears of that.
    var tenant: SlotReference?

    func visit() {
        isThere.signal()
        isOpen.wait()
    }

    func waitForVisitor() { isThere.wait() }
    func open() { isOpen.signal() }
}
