import AsyncSockets
import Sockets
import TestSupport
import Testing

@Suite(.ownThread, .timeLimit(.minutes(1))) struct EchoTests {
    @Test func `a server echoes to clients of any thread until it is stopped`() async throws {
        let stop = ServeStop()
        var configuration = ServeConfiguration()
        configuration.stop = stop
        let counters = configuration.counters
        let loop = try EventLoop()
        let listener = try AsyncTCPListener(on: .loopback(port: 0), loop: loop)
        let address = listener.localAddress
        async let clients: Void = {
            for _ in 0..<10 {
                let stream = try AsyncTCPStream(TCPStream.connect(to: address))
                try await stream.sendAll("hello".utf8.span)
                var buffer = [UInt8](repeating: 0, count: 16)
                var got = 0
                while got < 5 { got += try await stream.receive(into: &buffer) }
                #expect(got == 5)
            }
            stop.stop()
        }()
        try await listener.serve(configuration) { client in
            while try await client.socket.receive({ bytes async throws in
                try await client.sendAll(bytes)
                return bytes.count
            }) > 0 {}
        }
        try await clients
        #expect(counters.accepted == 10)
        #expect(counters.active == 0)
        try await listener.close()
        await loop.shutdown()
    }
}
