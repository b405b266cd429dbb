import AsyncSockets
import Sockets
import SocketsTesting
import TestSupport
import Testing

extension EngineContract {
    @Test(arguments: engines) func `bytes go both ways`(_ engine: EngineKind) async throws {
        try await onLoop(engine) { loop in
            let pair = try await Ends(on: loop)
            #expect(try pair.client.localAddress == pair.server.peerAddress)
            try await pair.client.sendAll("question".utf8.span)
            #expect(try await pair.server.receive(count: 8) == Array("question".utf8))
            try await pair.server.sendAll("answer".utf8.span)
            #expect(try await pair.client.receive(count: 6) == Array("answer".utf8))
        }
    }

    @Test(arguments: engines) func `a receive that waits is woken by what comes`(_ engine: EngineKind) async throws {
        try await onLoop(engine) { loop in
            let pair = Shared(try await Ends(on: loop))
            for count in 1...20 {
                async let got = pair.value.server.receive(count: count)
                await Task.yield()
                try await pair.value.client.sendAll(pattern(count).span)
                #expect(try await got == pattern(count))
            }
        }
    }

    @Test(arguments: engines) func `lent memory has what came, and the end`(_ engine: EngineKind) async throws {
        try await onLoop(engine) { loop in
            let pair = try await Ends(on: loop)
            try await pair.client.sendAll(pattern(5000).span)
            var got: [UInt8] = []
            while got.count < 5000 {
                got += try await pair.server.socket.receive { bytes in bytes.indices.map { bytes[$0] } }
            }
            #expect(got == pattern(5000))
            try pair.client.shutdown(.write)
            #expect(try await pair.server.socket.receive { $0.count } == 0)
        }
    }

    @Test(arguments: engines) func `what does not fit waits until the peer reads`(_ engine: EngineKind) async throws {
        try await onLoop(engine) { loop in
            let pair = Shared(try await Ends(on: loop))
            let bytes = pattern(2 << 20)
            async let sent: Void = pair.value.client.sendAll(bytes.span)
            let got = try await pair.value.server.receive(count: bytes.count)
            try await sent
            #expect(got == bytes)
        }
    }

    @Test(arguments: engines) func `a half-closed connection still receives`(_ engine: EngineKind) async throws {
        try await onLoop(engine) { loop in
            let pair = try await Ends(on: loop)
            try await pair.client.sendAll("last".utf8.span)
            try pair.client.shutdown(.write)
            #expect(try await pair.server.receive(count: 100) == Array("last".utf8))
            try await pair.server.sendAll("thanks".utf8.span)
            #expect(try await pair.client.receive(count: 6) == Array("thanks".utf8))
            #expect(await failure { _ = try await pair.client.send("more".utf8.span) } == .brokenPipe)
        }
    }

    @Test(arguments: engines) func `a reset ends the wait of the peer`(_ engine: EngineKind) async throws {
        try await onLoop(engine) { loop in
            let listener = try AsyncTCPListener(on: .loopback(port: 0), loop: loop)
            let client = try await AsyncTCPStream.connect(to: listener.localAddress, loop: loop)
            let server = Shared(try await listener.accept())
            async let code = failure { _ = try await server.value.receive(count: 1) }
            await Task.yield()
            try await client.reset()
            #expect(await code == .connectionReset)
        }
    }

    @Test(arguments: engines) func `a closed peer is the end of the stream`(_ engine: EngineKind) async throws {
        try await onLoop(engine) { loop in
            let listener = try AsyncTCPListener(on: .loopback(port: 0), loop: loop)
            let client = try await AsyncTCPStream.connect(to: listener.localAddress, loop: loop)
            let server = try await listener.accept()
            try await client.sendAll("bye".utf8.span)
            try await client.close()
            #expect(try await server.receive(count: 100) == Array("bye".utf8))
        }
    }

    @Test(arguments: engines) func `nobody listens, so the connect is refused`(_ engine: EngineKind) async throws {
        try await onLoop(engine) { loop in
            let address = try closedAddress()
            let code = await failure { _ = try await AsyncTCPStream.connect(to: address, loop: loop) }
            #expect(code == .connectionRefused)
        }
    }

    @Test(arguments: engines) func `an address has one listener`(_ engine: EngineKind) async throws {
        try await onLoop(engine) { loop in
            let listener = try AsyncTCPListener(on: .loopback(port: 0), loop: loop)
            let address = listener.localAddress
            #expect(await failure { _ = try AsyncTCPListener(on: address, loop: loop) } == .addressInUse)
            _ = consume listener
            await Task.yield()
        }
    }

    @Test(arguments: engines) func `many connections at once each get their own bytes`(_ engine: EngineKind)
        async throws
    {
        try await onLoop(engine) { loop in
            let listener = try AsyncTCPListener(on: .loopback(port: 0), loop: loop)
            let address = listener.localAddress, stop = ServeStop()
            var configuration = ServeConfiguration()
            configuration.stop = stop
            async let clients: Void = withThrowingTaskGroup { group in
                for number in 1...100 {
                    group.addTask {
                        let client = try await AsyncTCPStream.connect(to: address, loop: loop)
                        try await client.sendAll(pattern(number * 100).span)
                        try client.shutdown(.write)
                        #expect(try await client.receive(count: .max) == pattern(number * 100))
                    }
                }
                try await group.waitForAll()
                stop.stop()
            }
            try await listener.serve(configuration) { client in
                while try await client.socket.receive({ bytes async throws in
                    try await client.sendAll(bytes)
                    return bytes.count
                }) > 0 {}
            }
            try await clients
        }
    }

    @Test(arguments: engines) func `a number that is used again brings nothing along`(_ engine: EngineKind) async throws
    {
        try await onLoop(engine) { loop in
            let listener = try AsyncTCPListener(on: .loopback(port: 0), loop: loop)
            for round in 0..<200 {
                let old = try await AsyncTCPStream.connect(to: listener.localAddress, loop: loop)
                let peer = try await listener.accept()
                // The event of these bytes is on its way when the socket that they are for is no more.
                try await peer.sendAll("old".utf8.span)
                try await old.close()
                let new = try await AsyncTCPStream.connect(to: listener.localAddress, loop: loop)
                let other = try await listener.accept()
                #expect(await failure { _ = try await new.receive(count: 1, within: .after(.zero)) } == .timedOut)
                try await other.sendAll([UInt8(round)].span)
                #expect(try await new.receive(count: 1) == [UInt8(round)])
            }
        }
    }
}

extension EngineContract {
    @Test(arguments: engines) func `many parts arrive as one`(_ engine: EngineKind) async throws {
        try await onLoop(engine) { loop in
            let pair = Shared(try await Ends(on: loop))
            let sent = pattern(300_000)
            async let got = pair.value.server.receive(count: 2 * sent.count)
            try await pair.value.client.sendAll(
                gathering: [[], Array(sent[..<1]), [], Array(sent[1..<200_000]), Array(sent[200_000...]), []])
            try await pair.value.client.sendAll(sent.span.extracting(..<100_000), sent.span.extracting(100_000...))
            #expect(try await got == sent + sent)
        }
    }

    @Test(arguments: engines)
    func `who looks ahead, or waits for bytes, takes none of them`(_ engine: EngineKind) async throws {
        try await onLoop(engine) { loop in
            let pair = Shared(try AsyncUnixStream.pair(on: loop))
            async let waited: Void = { try await pair.value.first.socket.wait(for: .receive) }()
            await Task.yield()
            try await pair.value.second.sendAll("hello".utf8.span)
            try await waited
            var buffer = [UInt8](repeating: 0, count: 3)
            #expect(try await pair.value.first.receive(into: &buffer, flags: .peek) == 3)
            #expect(try await pair.value.first.receive(count: 5) == Array("hello".utf8))
            try await pair.value.first.socket.wait(for: .send)
            var control = IncomingControl(capacity: 64)
            #expect(try await pair.value.first.send("more".utf8.span, flags: .dontWait) == 4)
            let message = try await pair.value.second.receiveMessage(into: &buffer, control: &control)
            #expect(message.count == 3 && !message.isControlTruncated)
        }
    }
}
