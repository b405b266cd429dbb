import AsyncSockets
import Sockets
import Synchronization
import TestSupport
import Testing

/// `Task.immediate` begins in the loop's thread, and is elsewhere after its first wait.
@Suite(.ownThread, .timeLimit(.minutes(1))) struct ImmediateTests {
    enum Send: CaseIterable { case all, two, many }
    enum Receive: CaseIterable {
        case array, inline, lent, exactly, chunk, waiting, flagged, peeking, message, ahead, call
    }

    @Test(arguments: EngineKind.available, Receive.allCases)
    func `it receives what comes later, also where the loop received ahead`(
        _ kind: EngineKind, _ receive: Receive
    ) async throws {
        try await onLoop(kind) { loop in
            let connection = try Connection(loop)
            let stream = Shared(connection.stream), peer = connection.peer
            try peer.sendAll([0].span)
            var first: [UInt8] = [9]
            try await stream.value.receiveExactly(into: &first)
            for number: UInt8 in 1...3 {
                let receiver = Task.immediate { () async throws in try await receive(stream) }
                await turns(3, of: loop)
                try peer.sendAll([number].span)
                #expect(try await receiver.value == number)
            }
        }
    }

    @Test(arguments: EngineKind.available, Receive.allCases)
    func `it receives what the loop received ahead, beside others on the loop`(
        _ kind: EngineKind, _ receive: Receive
    ) async throws {
        try await onLoop(kind) { loop in
            let other = try Connection(loop), isOver = Shared(Atomic<Bool>(false))
            let busy = Task(executorPreference: loop) { [stream = other.stream, peer = other.peer] in
                while !isOver.value.load(ordering: .relaxed) {
                    try peer.sendAll([1].span)
                    var byte: [UInt8] = [0]
                    try await stream.receiveExactly(into: &byte)
                }
            }
            for _ in 1...20 {
                let connection = try Connection(loop)
                let stream = Shared(connection.stream), peer = connection.peer
                try peer.sendAll([7].span)
                var first: [UInt8] = [9]
                try await stream.value.receiveExactly(into: &first)
                try peer.sendAll([8].span)
                await turns(3, of: loop)
                #expect(try await Task.immediate { () async throws in try await receive(stream) }.value == 8)
            }
            isOver.value.store(true, ordering: .relaxed)
            try await busy.value
        }
    }

    @Test(arguments: EngineKind.available, Send.allCases)
    func `it sends more than there is room for`(_ kind: EngineKind, _ send: Send) async throws {
        try await onLoop(kind) { loop in
            let pair = try AsyncUnixStream.pair(on: loop)
            let (one, other) = (Shared(pair.first), Shared(pair.second)), bytes = pattern(2_000_000)
            let sender = Task.immediate { () async throws in try await send(bytes, one) }
            await turns(3, of: loop)
            var received = [UInt8](repeating: 0, count: bytes.count)
            try await other.value.receiveExactly(into: &received)
            #expect(received == bytes)
            try await sender.value
        }
    }

    @Test(arguments: EngineKind.available)
    func `it receives datagrams, and is cancelled`(_ kind: EngineKind) async throws {
        try await onLoop(kind) { loop in
            let socket = Shared(try AsyncUDPSocket(boundTo: .loopback(port: 0), loop: loop))
            let address = try socket.value.localAddress
            let receiver = Task.immediate { () async throws in
                var buffer: [UInt8] = [0, 0]
                for count in 1...2 {
                    let datagram = try await socket.value.receive(into: &buffer)
                    #expect(datagram.count == count)
                }
                _ = try await socket.value.receive(into: &buffer)
            }
            for count in 1...2 {
                await turns(3, of: loop)
                try await socket.value.send(pattern(count).span, to: address)
            }
            await turns(3, of: loop)
            receiver.cancel()
            #expect(await failure { try await receiver.value } == .cancelled)
        }
    }

    private func onLoop(_ kind: EngineKind, _ body: @escaping @Sendable (EventLoop) async throws -> Void) async throws {
        try await withLoop(kind) { loop in try await Task(executorPreference: loop) { try await body(loop) }.value }
    }
}

extension ImmediateTests.Receive {
    fileprivate func callAsFunction(_ shared: Shared<AsyncTCPStream>) async throws -> UInt8 {
        var array: [UInt8] = [0]
        switch self {
        case .array: break
        case .inline:
            var inline: InlineArray<1, UInt8> = [0]
            _ = try await shared.value.receive(into: &inline)
            return inline[0]
        case .lent: return try await shared.value.receive { bytes in bytes[0] }
        case .exactly:
            try await shared.value.receiveExactly(into: &array)
            return array[0]
        case .chunk:
            var chunks = shared.value.chunks().makeAsyncIterator()
            return try await chunks.next()?[0] ?? 0
        case .flagged:
            _ = try await shared.value.receive(into: &array, flags: .dontWait)
            return array[0]
        case .message:
            var control = IncomingControl(capacity: 64)
            _ = try await shared.value.receiveMessage(into: &array, control: &control)
            return array[0]
        case .peeking: _ = try await shared.value.receive(into: &array, flags: .peek)
        case .waiting: try await shared.value.socket.wait(for: .receive)
        case .ahead: if let first = try await shared.value.socket.takeReceivedAhead().first { return first }
        case .call:
            if let first = try await shared.value.socket.takeReceivedAhead().first { return first }
            try await shared.value.socket.retrying(.receive) { (socket) throws(SocketError) in
                try socket.availableCount > 0 ? () : nil
            }
        }
        // These have left it to be received.
        array = [0]
        _ = try await shared.value.receive(into: &array)
        return array[0]
    }
}

extension ImmediateTests.Send {
    fileprivate func callAsFunction(_ bytes: [UInt8], _ stream: Shared<AsyncUnixStream>) async throws {
        switch self {
        case .all: try await stream.value.sendAll(bytes.span)
        case .two: try await stream.value.sendAll(bytes.span.extracting(..<9), bytes.span.extracting(9...))
        case .many:
            try await stream.value.sendAll(gathering: [Array(bytes[..<9]), Array(bytes[9..<999]), Array(bytes[999...])])
        }
    }
}
