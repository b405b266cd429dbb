import AsyncSockets
import Sockets
import TestSupport
import Testing

/// Receives of all kinds on one stream: what one kind received ahead, the next one has to see.
@Suite(.timeLimit(.minutes(1))) struct AsyncAheadTests {
    @Test(arguments: EngineKind.available, Place.allCases)
    func `peeks and receives in turns see each byte in its order`(_ kind: EngineKind, _ place: Place) async throws {
        try await withLoop(kind) { loop in
            try await place.run(loop) {
                let connection = try Connection(loop)
                let stream = connection.stream, sent = pattern(4000)
                try connection.peer.sendAll(sent.span)
                var got: [UInt8] = []
                for room in [3, 700, 1, 1000, 2] {
                    got += try await stream.receive(room)
                    let peeked = try await stream.receive(room, .peek)
                    let again = try await stream.receive(2 * room, .peek)
                    #expect(!peeked.isEmpty && Array(sent[got.count...].prefix(peeked.count)) == peeked)
                    #expect(again.starts(with: peeked))
                    got += try await stream.receive(room, .dontWait)
                }
                var rest = [UInt8](repeating: 0, count: sent.count - got.count)
                let count = try await stream.receive(into: &rest, flags: .waitAll)
                #expect(count == rest.count && got + rest == sent)
            }
        }
    }

    @Test(arguments: EngineKind.available, Place.allCases)
    func `a message after ordinary receives brings what came beside it`(
        _ kind: EngineKind, _ place: Place
    ) async throws {
        try await withLoop(kind) { loop in
            try await place.run(loop) {
                let connection = try Connection(loop)
                let stream = connection.stream
                // The kernel tells beside the bytes how many more there are. C: TCP_INQ
                let tellsRest = SocketOption<Bool>(level: 6, name: 36, coding: .flag)
                try stream.setOption(tellsRest, to: true)
                try connection.peer.sendAll([1, 2, 3].span)
                let first = try await stream.receive(1)
                #expect(first == [1])
                var (buffer, got): ([UInt8], [UInt8]) = ([0, 0], [])
                var control = IncomingControl(capacity: 64)
                while got.count < 2 {
                    let message = try await stream.receiveMessage(into: &buffer, control: &control)
                    got += buffer[..<message.count]
                }
                #expect(got == [2, 3])
                for round in 4..<10 {
                    try connection.peer.sendAll([UInt8(round), 0].span)
                    buffer = [0, 0]
                    var message = try await stream.receiveMessage(into: &buffer, control: &control, flags: .peek)
                    #expect(message.count == 2 && buffer[0] == round)
                    buffer = [0]
                    message = try await stream.receiveMessage(into: &buffer, control: &control)
                    #expect(message.count == 1 && buffer[0] == round)
                    #expect(control.rest == 1)
                    let last = try await stream.receive(5)
                    #expect(last == [0])
                }
            }
        }
    }

    @Test(arguments: EngineKind.available, Place.allCases)
    func `a receive with flags that waits after others is woken, and stays in order`(
        _ kind: EngineKind, _ place: Place
    ) async throws {
        try await withLoop(kind) { loop in
            let connection = try Connection(loop)
            let stream = Shared(connection.stream), peer = Shared(connection.peer)
            try await place.run(loop) {
                try peer.value.sendAll([0].span)
                var got = try await stream.value.receive(10)
                for round in 1..<100 {
                    async let next = round % 3 == 0 ? stream.value.receive(1) : stream.value.receive(1, .dontWait)
                    for _ in 0..<round % 5 { await Task.yield() }
                    try peer.value.sendAll([UInt8(round)].span)
                    got += try await next
                }
                #expect(got == Array(0..<100))
            }
        }
    }

    @Test(arguments: EngineKind.available, Place.allCases)
    func `calls of the user's own do not pass bytes that came before them`(
        _ kind: EngineKind, _ place: Place
    ) async throws {
        try await withLoop(kind) { loop in
            try await place.run(loop) {
                let connection = try Connection(loop)
                let stream = connection.stream
                try connection.peer.sendAll([1, 2, 3].span)
                let first = try await stream.receive(1)
                #expect(first == [1])
                // It is worth a try, whoever has the bytes.
                try await stream.socket.wait(for: .receive, within: .seconds(30))
                var got: [UInt8] = []
                if kind == .ring {
                    let error = await socketError { () async throws(SocketError) in
                        _ = try await stream.socket.retrying(.receive) { (_) throws(SocketError) in 0 }
                    }
                    #expect(error?.code == .invalidInput)
                }
                got += try await stream.socket.takeReceivedAhead()
                #expect(got.isEmpty == (kind != .ring))
                try connection.peer.sendAll([4, 5].span)
                while got.count < 4 {
                    got += try await stream.socket.retrying(.receive) { (socket) throws(SocketError) in
                        var buffer: [UInt8] = [0, 0, 0]
                        var span = buffer.mutableSpan
                        guard let count = try socket.receiveIfReady(into: &span) else { return nil }
                        return Array(buffer[..<count])
                    }
                }
                #expect(got == [2, 3, 4, 5])
                let nothing = try await stream.socket.takeReceivedAhead()
                #expect(nothing.isEmpty)
                try connection.peer.sendAll([6].span)
                try await stream.socket.wait(for: .receive, within: .seconds(30))
                let last = try await stream.receive(9)
                #expect(last == [6])
            }
        }
    }

    @Test(arguments: EngineKind.available, [[], .peek, .dontWait] as [ReceiveFlags])
    func `a reset after bytes is told once, and then there is the end`(
        _ kind: EngineKind, _ flags: ReceiveFlags
    ) async throws {
        try await withLoop(kind) { loop in
            let connection = try Connection(loop)
            let stream = connection.stream, peer = connection.peer
            try peer.sendAll([1, 2].span)
            let first = try await stream.receive(1)
            #expect(first == [1])
            // The loop hears of the reset while nobody waits for it.
            try await stream.socket.wait(for: .send)
            try peer.reset()
            try await loop.sleep(within: .milliseconds(1))
            var codes: [SocketError.Code?] = []
            for _ in 0..<3 {
                codes.append(
                    await socketError { () async throws(SocketError) in
                        // What was received ahead of the reset may still be there.
                        if try await stream.receive(1, flags) == [2] { _ = try await stream.receive(1) }
                    }?.code)
            }
            #expect(codes.count { $0 == .connectionReset } == 1 && codes.last == .some(nil), "\(codes)")
        }
    }

    @Test(arguments: EngineKind.available, Place.allCases)
    func `an urgent byte is received beside the others, and holds none of them up`(
        _ kind: EngineKind, _ place: Place
    ) async throws {
        try await withLoop(kind) { loop in
            try await place.run(loop) {
                let connection = try Connection(loop)
                let stream = connection.stream
                // What is received ahead passes an urgent byte, which is lost then.
                let nothing = try await stream.socket.takeReceivedAhead()
                #expect(nothing.isEmpty)
                for takesUrgent in [true, false, true] {
                    try connection.peer.sendAll([1, 2].span)
                    _ = try connection.peer.send([9].span, flags: .outOfBand)
                    try connection.peer.sendAll([3].span)
                    let before = try await stream.receive(5)
                    #expect(before == [1, 2])
                    if takesUrgent {
                        let urgent = try await stream.receive(1, .outOfBand)
                        #expect(urgent == [9])
                    }
                    let after = try await stream.receive(5)
                    #expect(after == [3])
                }
            }
        }
    }

    @Test(arguments: EngineKind.available, Place.allCases)
    func `descriptors are passed on a stream that bytes were received from`(
        _ kind: EngineKind, _ place: Place
    ) async throws {
        try await withLoop(kind) { loop in
            try await place.run(loop) {
                let pair = try AsyncUnixStream.pair(on: loop)
                let inner = try UnixStream.pair()
                let name = try socketInode(inner.first.socket)
                for round in 0..<20 {
                    try await pair.first.sendAll([1, 2].span)
                    var buffer: [UInt8] = [0, 0]
                    let count = try await pair.second.receive(into: &buffer)
                    #expect(count == 2)
                    // A receive that ends in vain must not leave one behind that takes the descriptor.
                    let error = await socketError { () async throws(SocketError) in
                        _ = try await pair.second.receive(into: &buffer, within: .microseconds(round))
                    }
                    #expect(error?.code == .timedOut)
                    _ = try await pair.first.send([3].span, passing: inner.first.socket)
                    var message = try await pair.second.receiveDescriptor(into: &buffer)
                    guard let passed = message.descriptor.take() else { throw SocketError(.recvmsg, .notFound) }
                    #expect(message.count == 1 && buffer[0] == 3)
                    let socket = try Socket(passed)
                    #expect(try socketInode(socket) == name)
                }
                #expect(openDescriptors().count { $0 == name } == 1)
            }
        }
    }
}

extension IncomingControl {
    /// How many bytes a TCP socket has besides those that were received. C: TCP_CM_INQ
    fileprivate var rest: Int? {
        var rest: Int?
        forEach { (record) in
            guard record.level == 6, record.type == 36, record.data.count == 4 else { return }
            rest = (0..<4).reduce(0) { $0 | Int(record.data[$1]) << (8 * $1) }
        }
        return rest
    }
}

extension AsyncStreamSocket {
    /// What one receive gives.
    fileprivate borrowing func receive(_ room: Int) async throws(SocketError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: room)
        let count = try await receive(into: &buffer)
        return Array(buffer[..<count])
    }

    fileprivate borrowing func receive(_ room: Int, _ flags: ReceiveFlags) async throws(SocketError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: room)
        let count = try await receive(into: &buffer, flags: flags)
        return Array(buffer[..<count])
    }
}
