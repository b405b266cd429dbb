import AsyncSockets
import Sockets
import TestSupport
import Testing

/// What the asynchronous roles do as the synchronous ones.
@Suite(.timeLimit(.minutes(1))) struct AsyncRolesTests {
    @Test(arguments: Place.allCases) func `a place of a test is where it says`(_ place: Place) async throws {
        try await withLoop(.poll) { loop in
            let isThere = try await place.run(loop) { () async in
                // `Task.yield` may return without a wait.
                await turns(1, of: loop)
                return loop.isCurrent
            }
            #expect(isThere == [.loop, .actorThatPrefersLoop, .actorOnLoop, .actorOfOtherLoop].contains(place))
        }
    }

    @Test(arguments: EngineKind.available, Place.allCases)
    func `a close that lingers returns when the peer's system has all`(_ kind: EngineKind, _ place: Place) async throws
    {
        try await withLoop(kind) { loop in
            try await place.run(loop) {
                let connection = try Connection(loop)
                let sent = pattern(100_000)
                try await connection.stream.sendAll(sent.span)
                try await connection.stream.close(lingering: .seconds(30))
                #expect(try connection.peer.socket.availableCount == sent.count)
                #expect(try connection.peer.receiveAll() == sent)
            }
        }
    }

    @Test(arguments: EngineKind.available)
    func `a close that lingers gives up in time, and says what is missing`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let connection = try Connection(loop)
            let stream = connection.stream, peer = connection.peer, sent = pattern(20_000_000)
            let partial = await socketError { () async throws(SocketError) in
                try await stream.sendAll(sent.span, within: .milliseconds(20))
            }
            let begin = ContinuousClock.now
            let error = await lingering(stream, .milliseconds(5))
            #expect(error?.code == .timedOut && error?.description.contains("not acknowledged") == true)
            #expect(error?.peerAddress?.ip == (try peer.localAddress))
            #expect(ContinuousClock.now - begin >= .milliseconds(5))
            // What had been handed to the kernel still comes.
            #expect(try peer.receiveAll().count == partial?.transferred)
        }
    }

    @Test(arguments: EngineKind.available)
    func `a close that lingers ends with a reset, and for no time it does not wait`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let connection = try Connection(loop)
            let stream = connection.stream, number = connection.peer.intoSocket().release(), sent = pattern(20_000_000)
            _ = await socketError { () async throws(SocketError) in
                try await stream.sendAll(sent.span, within: .milliseconds(5))
            }
            let reset = Task {
                try await loop.sleep(within: .milliseconds(2))
                try Socket(adopting: number).reset()
            }
            #expect(await lingering(stream, .seconds(30))?.code == .connectionReset)
            try await reset.value
            for time in [Duration.zero, .seconds(-1)] {
                let next = try Connection(loop)
                #expect(await lingering(next.stream, time)?.code == .invalidInput)
                #expect(try next.peer.receiveAll() == [])
            }
        }
    }

    @Test(arguments: EngineKind.available)
    func `a duplicate keeps the connection when the first is closed`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let connection = try Connection(loop)
            let stream = connection.stream, peer = connection.peer
            let second = try stream.duplicate()
            #expect(try second.fiveTuple == stream.fiveTuple && second.peerAddress == stream.peerAddress)
            try await stream.sendAll([1].span)
            try await stream.close()
            try await second.sendAll([2].span)
            #expect(try peer.receive(exactly: 2) == [1, 2])
            try peer.sendAll([3].span)
            #expect(try await second.receive(count: 1) == [3])
            try await second.close()
            #expect(try peer.receiveAll() == [])
        }
    }

    @Test(arguments: EngineKind.available, Place.allCases)
    func `all bytes go with flags, also more than fit`(_ kind: EngineKind, _ place: Place) async throws {
        try await withLoop(kind) { loop in
            try await place.run(loop) {
                let connection = try Connection(loop)
                let stream = connection.stream, peer = Shared(connection.peer), sent = pattern(3_000_000)
                async let got = Background.result { try peer.value.receive(exactly: sent.count) }
                for place in stride(from: 0, to: sent.count, by: 1_000_000) {
                    try await stream.sendAll(sent.span.extracting(place..<place + 1_000_000), flags: .more)
                }
                try stream.shutdown(.write)
                #expect(try await got == sent)
                let error = await socketError { () async throws(SocketError) in
                    try await stream.sendAll([1].span, flags: .more)
                }
                #expect(error?.code == .brokenPipe && error?.peerAddress?.ip == stream.peerAddress)
            }
        }
    }

    @Test(arguments: EngineKind.available, Place.allCases)
    func `a datagram can be looked at before it is received`(_ kind: EngineKind, _ place: Place) async throws {
        try await withLoop(kind) { loop in
            try await place.run(loop) {
                let server = try AsyncUDPSocket(boundTo: .loopback(port: 0), loop: loop)
                let client = try AsyncConnectedUDPSocket.connect(to: server.localAddress, loop: loop)
                let address = try client.localAddress
                #expect(try client.fiveTuple.peer?.ip == server.localAddress)
                try await client.send([1, 2, 3].span, flags: .dontRoute)
                var buffer: [UInt8] = [0, 0]
                for flags in [.peek, .peek, []] as [ReceiveFlags] {
                    let datagram = try await server.receive(into: &buffer, flags: flags)
                    #expect(datagram.sender == address && datagram.isTruncated && buffer == [1, 2])
                }
                try await server.send([4].span, to: address, flags: .dontRoute)
                for flags in [.peek, .dontWait] as [ReceiveFlags] {
                    let datagram = try await client.receive(into: &buffer, flags: flags)
                    #expect(datagram.count == 1 && buffer[0] == 4)
                }
                let error = await socketError { () async throws(SocketError) in
                    _ = try await client.receive(into: &buffer, flags: .peek, within: .milliseconds(1))
                }
                #expect(error?.code == .timedOut)
            }
        }
    }
}

/// What a close that lingers throws.
private func lingering(_ stream: consuming AsyncTCPStream, _ time: Duration) async -> SocketError? {
    do throws(SocketError) {
        try await stream.close(lingering: time)
        return nil
    } catch { return error }
}
