import AsyncSockets
import Sockets
import SocketsTesting
import Testing

extension EngineContract {
    @Test(arguments: engines) func `a datagram comes whole, with its sender`(_ engine: EngineKind) async throws {
        try await onLoop(engine) { loop in
            let server = try AsyncUDPSocket(boundTo: .loopback(port: 0), loop: loop)
            let client = try AsyncUDPSocket(boundTo: .loopback(port: 0), loop: loop)
            for count in [0, 1, 1000, 60_000] {
                try await client.send(pattern(count).span, to: server.localAddress)
                var buffer = [UInt8](repeating: 0, count: 65536)
                let datagram = try await server.receive(into: &buffer)
                #expect(datagram.sender == (try client.localAddress))
                #expect(Array(buffer[..<datagram.count]) == pattern(count))
            }
        }
    }

    @Test(arguments: engines) func `what does not fit of a datagram is lost`(_ engine: EngineKind) async throws {
        try await onLoop(engine) { loop in
            let server = try AsyncUDPSocket(boundTo: .loopback(port: 0), loop: loop)
            let client = try AsyncConnectedUDPSocket.connect(to: server.localAddress, loop: loop)
            try await client.send(pattern(100).span)
            try await client.send(pattern(5).span)
            var buffer = [UInt8](repeating: 0, count: 10)
            let first = try await server.receive(into: &buffer)
            #expect(first.isTruncated && first.count == 10 && first.size == 100)
            #expect(try await server.receive(into: &buffer).count == 5)
        }
    }

    @Test(arguments: engines) func `a receive of datagrams waits as long as it may`(_ engine: EngineKind) async throws {
        try await onLoop(engine) { loop in
            let server = Shared(try AsyncUDPSocket(boundTo: .loopback(port: 0), loop: loop))
            var buffer = [UInt8](repeating: 0, count: 10)
            let code = await failure { _ = try await server.value.receive(into: &buffer, within: .milliseconds(1)) }
            #expect(code == .timedOut)
            async let count = {
                var buffer = [UInt8](repeating: 0, count: 10)
                return try await server.value.receive(into: &buffer).count
            }()
            await Task.yield()
            let client = try AsyncConnectedUDPSocket.connect(to: server.value.localAddress, loop: loop)
            try await client.send("hello".utf8.span)
            #expect(try await count == 5)
        }
    }

    @Test(arguments: engines) func `a connected socket hears that nobody is there`(_ engine: EngineKind) async throws {
        try await onLoop(engine) { loop in
            let owner = try deafSocket(loop), address = try owner.localAddress
            let client = try AsyncConnectedUDPSocket.connect(to: address, loop: loop)
            try await client.send("anybody?".utf8.span)
            var buffer = [UInt8](repeating: 0, count: 10)
            #expect(await failure { _ = try await client.receive(into: &buffer) } == .connectionRefused)
        }
    }
}

extension EngineContract {
    @Test(arguments: engines)
    func `what comes beside a datagram is told, and an answer can leave from there`(_ engine: EngineKind) async throws {
        try await onLoop(engine) { loop in
            let server = try AsyncUDPSocket(boundTo: .any(port: 0), loop: loop)
            try server.setOption(.receivePacketInformation, to: true)
            try server.setOption(.receiveHopLimit, to: true)
            let client = try AsyncUDPSocket(boundTo: .loopback(port: 0), loop: loop)
            var beside = OutgoingControl()
            try beside.append(HopLimit(9, .v4))
            let target = IPSocketAddress(try IPAddress(parsing: "127.0.0.5"), port: try server.localAddress.port)
            try await client.sendMessage("question".utf8.span, control: beside, to: target)
            var buffer = [UInt8](repeating: 0, count: 100), control = IncomingControl()
            let question = try await server.receiveMessage(into: &buffer, control: &control)
            #expect(question.count == 8 && !question.isControlTruncated)
            let limit = control.first(HopLimit.self)
            #expect(limit == HopLimit(9, .v4))
            let found = control.first(PacketInformation.self)
            let information = try #require(found)
            #expect(information.address == target.address && information.interfaceIndex > 0)
            beside.removeAll()
            try beside.append(PacketInformation(address: information.address))
            let sender = try #require(question.sender.ip)
            try await server.sendMessage("answer".utf8.span, control: beside, to: sender)
            #expect(try await client.receive(into: &buffer).sender == target)
        }
    }

    @Test(arguments: engines)
    func `what there is no room for beside a datagram is reported as lost`(_ engine: EngineKind) async throws {
        try await onLoop(engine) { loop in
            let server = try AsyncUDPSocket(boundTo: .loopback(port: 0), loop: loop)
            let client = try AsyncConnectedUDPSocket.connect(to: server.localAddress, loop: loop)
            for option in [SocketOption<Bool>.receivePacketInformation, .receiveHopLimit] {
                try server.setOption(option, to: true)
            }
            for size in [0, 16, 256] {
                try await client.send("0123456789".utf8.span)
                var buffer = [UInt8](repeating: 0, count: 5), control = IncomingControl(capacity: size)
                let message = try await server.receiveMessage(into: &buffer, control: &control)
                #expect(message.isTruncated && message.count == 5)
                #expect(message.isControlTruncated == (size < 256))
                let limit = control.first(HopLimit.self)
                #expect((limit == nil) == (size < 256))
            }
        }
    }

    @Test(arguments: engines) func `a sequence of datagrams ends with its socket`(_ engine: EngineKind) async throws {
        try await onLoop(engine) { loop in
            let server = try AsyncUDPSocket(boundTo: .loopback(port: 0), loop: loop)
            let client = try AsyncUDPSocket(.v4, loop: loop).connected(to: server.localAddress)
            let datagrams = server.datagrams(upTo: 3)
            try await client.send("first".utf8.span)
            try await client.send("".utf8.span)
            var iterator = datagrams.makeAsyncIterator()
            let first = try #require(try await iterator.next())
            #expect(first.bytes == Array("fir".utf8) && first.size == 5)
            #expect(first.sender == (try client.localAddress))
            #expect(try await iterator.next()?.bytes == [])
            try await server.close()
            #expect(await failure { _ = try await iterator.next() } == .closed)
        }
    }

    @Test(arguments: engines) func `an unbound Unix sender is unnamed`(_ engine: EngineKind) async throws {
        try await onLoop(engine) { loop in
            let server = try AsyncUnixDatagramSocket(boundTo: "@sockets-\(UInt64.random(in: 0 ... .max))", loop: loop)
            let client = try AsyncUnixDatagramSocket(loop: loop)
            try await client.send("x".utf8.span, to: server.localAddress)
            var buffer: [UInt8] = [0, 0]
            let datagram = try await server.receive(into: &buffer)
            #expect(datagram.sender == .unnamed && datagram.count == 1)
        }
    }
}
