import AsyncSockets
import Sockets
import TestSupport
import Testing

@Suite(.ownThread, .timeLimit(.minutes(1))) struct AsyncEndingTests {
    @Test(arguments: EngineKind.available)
    func `a half-closed stream still sends, and one that the peer half-closed too`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let connection = try Connection(loop)
            try connection.peer.sendAll([1].span)
            try connection.peer.shutdown(.write)
            var buffer: [UInt8] = [0, 0]
            for expected in [1, 0, 0] {
                let count = try await connection.stream.receive(into: &buffer)
                #expect(count == expected)
            }
            try await connection.stream.sendAll([2, 3].span)
            try connection.stream.shutdown(.write)
            #expect(try connection.peer.receiveAll() == [2, 3])
            let error = await socketError { () async throws(SocketError) in
                try await connection.stream.sendAll([4].span)
            }
            #expect(error?.code == .brokenPipe)
        }
    }

    @Test(arguments: EngineKind.available)
    func `a reset comes after the bytes before it, once, with the peer's name, and then the end`(
        _ kind: EngineKind
    ) async throws {
        try await withLoop(kind) { loop in
            let connection = try Connection(loop)
            let stream = connection.stream
            try connection.peer.sendAll([1, 2].span)
            var buffer: [UInt8] = [0]
            let count = try await stream.receive(into: &buffer)
            #expect(count == 1)
            try connection.peer.reset()
            var outcomes: [String] = []
            for _ in 0..<3 {
                do throws(SocketError) { outcomes.append("\(try await stream.receive(into: &buffer))") } catch {
                    outcomes.append(error.code.name)
                    #expect(error.peerAddress?.ip == stream.peerAddress)
                }
            }
            #expect(outcomes == ["1", "ECONNRESET", "0"])
            let broken = await socketError { () async throws(SocketError) in try await stream.sendAll([1].span) }
            #expect(broken?.code == .brokenPipe)
            #expect(broken?.peerAddress?.ip == stream.peerAddress)
        }
    }

    @Test(arguments: EngineKind.available)
    func `who sends to a peer that is gone gets errors, never a signal`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let connection = try Connection(loop)
            let stream = connection.stream
            try connection.peer.close()
            var error: SocketError?
            // The first one is answered by a reset, after which the next one fails.
            while error == nil {
                error = await socketError { () async throws(SocketError) in try await stream.sendAll([1].span) }
            }
            #expect(error?.code == .brokenPipe || error?.code == .connectionReset)
        }
    }

    @Test(arguments: EngineKind.available, [false, true])
    func `closing with unread bytes resets the peer`(_ kind: EngineKind, _ hasReceived: Bool) async throws {
        try await withLoop(kind) { loop in
            let connection = try Connection(loop)
            let peer = connection.peer
            try peer.sendAll([1, 2].span)
            try await connection.stream.socket.wait(for: .receive)
            // On io_uring the loop may have what was not asked for.
            if hasReceived {
                var byte: [UInt8] = [0]
                let count = try await connection.stream.receive(into: &byte)
                #expect(count == 1)
            }
            try await connection.stream.close()
            var buffer: [UInt8] = [0]
            let error = socketError { () throws(SocketError) in _ = try peer.receive(into: &buffer) }
            #expect(error?.code == .connectionReset)
        }
    }

    @Test(arguments: EngineKind.available)
    func `a reset throws away what is not sent`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let connection = try Connection(loop)
            let peer = connection.peer
            try await connection.stream.reset()
            var buffer: [UInt8] = [0]
            let error = socketError { () throws(SocketError) in _ = try peer.receive(into: &buffer) }
            #expect(error?.code == .connectionReset)
        }
    }

    @Test(arguments: EngineKind.available)
    func `an urgent byte does not disturb the stream`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let connection = try Connection(loop)
            _ = try connection.peer.send([1, 2, 3].span, flags: .outOfBand)
            try connection.peer.sendAll([4].span)
            try connection.peer.shutdown(.write)
            var got: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 8)
            while case let count = try await connection.stream.receive(into: &buffer), count > 0 {
                got += buffer[..<count]
            }
            #expect(got == [1, 2, 4])
        }
    }

    @Test(arguments: EngineKind.available)
    func `what goes out of scope without a close is closed`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let connection = try Connection(loop)
            let peer = connection.peer
            drop(connection.stream)
            #expect(try peer.receiveAll() == [])
        }
    }

    private func drop(_ stream: consuming AsyncTCPStream) {}

    @Test(arguments: EngineKind.available)
    func `a descriptor's number that is used again gets nothing of the socket before`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            try await withTaskExecutorPreference(loop) {
                var hits = 0
                for _ in 0..<100 {
                    let pair = try Socket.pair()
                    let second = try Socket.pair()
                    let peer = try UnixStream(pair.second)
                    let old = try AsyncUnixStream(UnixStream(pair.first), on: loop)
                    let number = old.socket.withSocket { $0.withDescriptor { $0 } }
                    // These events wait in the kernel while the number changes hands.
                    try peer.sendAll([1].span)
                    try peer.close()
                    try await old.close()
                    let duplicate = try second.first.duplicate()
                    let new = try AsyncUnixStream(UnixStream(duplicate), on: loop)
                    if new.socket.withSocket({ $0.withDescriptor { $0 } }) == number { hits += 1 }
                    var buffer: [UInt8] = [0]
                    let error = await socketError { () async throws(SocketError) in
                        _ = try await new.receive(into: &buffer, within: .after(.zero))
                    }
                    #expect(error?.code == .timedOut)
                    _ = try second.second.send([2].span)
                    let count = try await new.receive(into: &buffer)
                    #expect(count == 1 && buffer == [2])
                }
                // Other tests take numbers too, but not all.
                #expect(hits > 0)
            }
        }
    }
}
