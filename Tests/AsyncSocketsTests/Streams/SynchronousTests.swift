import AsyncSockets
import Sockets
import TestSupport
import Testing

@Suite(.ownThread, .timeLimit(.minutes(1))) struct SynchronousTests {
    @Test(arguments: EngineKind.available, Place.allCases)
    func `a stream goes to a loop and back, with the same descriptor, and no byte is lost`(
        _ kind: EngineKind, _ place: Place
    ) async throws {
        try await withLoop(kind) { loop in
            try await place.run(loop) {
                let sent = pattern(100_000)
                let connection = try Connection(loop)
                let peer = connection.peer
                var stream = connection.stream
                let before = try stream.socket.withSocket { try socketInode($0) }
                var got: [UInt8] = []
                for round in 0..<10 {
                    try peer.sendAll(sent.span.extracting(round * 10_000..<(round + 1) * 10_000))
                    var buffer = [UInt8](repeating: 0, count: 100 * round + 1)
                    if round % 3 < 2 {
                        let count = try await stream.receive(into: &buffer)
                        got += buffer[..<count]
                    }
                    let address = stream.peerAddress
                    let back = try await stream.intoStream()
                    got += back.received
                    #expect(try back.stream.socket.mode == .blocking)
                    #expect(try socketInode(back.stream.socket) == before)
                    #expect(back.stream.peerAddress == address)
                    try back.stream.sendAll([UInt8(round)].span)
                    stream = try AsyncTCPStream(back.stream, on: loop)
                }
                var rest = [UInt8](repeating: 0, count: sent.count - got.count)
                try await stream.receiveExactly(into: &rest)
                #expect(got + rest == sent)
                try await stream.close()
                #expect(try peer.receiveAll() == Array(0..<10))
            }
        }
    }

    @Test(arguments: EngineKind.available)
    func `a listener and the datagram sockets come back too, with their files`(_ kind: EngineKind) async throws {
        let folder = try TemporaryFolder()
        try await withLoop(kind) { loop in
            let listener = try AsyncUnixListener(on: folder.file("stream"), loop: loop)
            let first = try UnixStream.connect(to: folder.file("stream"))
            try await listener.accept().close()
            var back = try await listener.intoListener()
            #expect(back.accepted.count == 0)
            let isNone = try back.accepted.take() == nil
            #expect(isNone)
            let second = try UnixStream.connect(to: folder.file("stream"))
            try second.sendAll([1].span)
            #expect(try back.listener.accept().receive(exactly: 1) == [1])
            _ = first

            let datagrams = try AsyncUnixDatagramSocket(boundTo: folder.file("datagram"), loop: loop)
            let sender = try AsyncUnixDatagramSocket(loop: loop)
            let connected = try sender.connected(to: UnixAddress(path: folder.file("datagram")))
            try await connected.send([2].span)
            let here = try await datagrams.intoSocket(), there = try await connected.intoSocket()
            try there.send([3, 3].span)
            var buffer: [UInt8] = [0, 0, 0]
            #expect(try here.receive(into: &buffer).count == 1)
            #expect(try here.receive(into: &buffer).count == 2)
            #expect(try here.socket.mode == .blocking && there.socket.mode == .blocking)
        }
    }

    @Test(arguments: EngineKind.available)
    func `a stream comes back from a loop that has ended`(_ kind: EngineKind) async throws {
        let loop = try EventLoop(engine: kind)
        let connection = try Connection(loop)
        try connection.peer.sendAll([1, 2].span)
        await loop.shutdown()
        let back = try await connection.stream.intoStream()
        #expect(try back.received + back.stream.receive(exactly: 2 - back.received.count) == [1, 2])
    }
}

extension StreamSocket {
    func receive(exactly count: Int) throws(SocketError) -> [UInt8] {
        var all = [UInt8](repeating: 0, count: count)
        try receiveExactly(into: &all)
        return all
    }
}
