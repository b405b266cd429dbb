import AsyncSockets
import Sockets
import TestSupport
import Testing

/// `Task.immediate` begins in the loop's thread, and is elsewhere after its first wait.
@Suite(.ownThread, .timeLimit(.minutes(1))) struct ImmediateTests {
    enum Send: CaseIterable { case all, two, many }
    enum Receive: CaseIterable { case array, inline, lent, exactly, waiting, flagged }

    @Test(arguments: EngineKind.available, Receive.allCases)
    func `it receives again and again`(_ kind: EngineKind, _ receive: Receive) async throws {
        try await onLoop(kind) { loop in
            let pair = try AsyncUnixStream.pair(on: loop)
            let (one, other) = (Shared(pair.first), Shared(pair.second))
            let receiver = Task.immediate { () async throws in
                for _ in 1...3 { try await one.value.sendAll([UInt8(try await receive(one))].span) }
            }
            for number: UInt8 in 1...3 {
                await turns(3, of: loop)
                try await other.value.sendAll([number].span)
                // One after the other, because a receive may take all there is.
                var answer: [UInt8] = [0]
                try await other.value.receiveExactly(into: &answer)
                #expect(answer == [number])
            }
            try await receiver.value
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
    fileprivate func callAsFunction(_ stream: Shared<AsyncUnixStream>) async throws -> Int {
        var (array, inline): ([UInt8], InlineArray<1, UInt8>) = ([0], [0])
        switch self {
        case .array: _ = try await stream.value.receive(into: &array)
        case .exactly: try await stream.value.receiveExactly(into: &array)
        case .flagged: _ = try await stream.value.receive(into: &array, flags: .waitAll)
        case .lent: try await stream.value.receive { bytes in array[0] = bytes[0] }
        case .inline:
            _ = try await stream.value.receive(into: &inline)
            array[0] = inline[0]
        case .waiting:
            try await stream.value.socket.wait(for: .receive)
            _ = try await stream.value.receive(into: &array)
        }
        return Int(array[0])
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
