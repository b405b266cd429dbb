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
            let gone = try AsyncUDPSocket(boundTo: .loopback(port: 0), loop: loop)
            let address = try gone.localAddress
            try await gone.close()
            let client = try AsyncConnectedUDPSocket.connect(to: address, loop: loop)
            try await client.send("anybody?".utf8.span)
            var buffer = [UInt8](repeating: 0, count: 10)
            #expect(await failure { _ = try await client.receive(into: &buffer) } == .connectionRefused)
        }
    }
}
