#if os(Linux)
import AsyncSockets
import Sockets
import Testing

/// Sockets with an error that stays until somebody takes it out of its queue.
@Suite(.timeLimit(.minutes(1))) struct ErrorQueueTests {
    @Test(arguments: EngineKind.available)
    func `an error that nobody takes costs no time, and hides nothing`(_ kind: EngineKind) async throws {
        try await onLoop(kind) { loop in
            let owner = try deafSocket(loop), address = try owner.localAddress
            let socket = try AsyncUDPSocket(boundTo: .loopback(port: 0), loop: loop)
            // C: IP_RECVERR in ip(7)
            try socket.setOption(SocketOption<Bool>(level: 0, name: 11, coding: .flag), to: true)
            try await socket.send([1].span, to: address)
            var buffer: [UInt8] = [0, 0]
            let code = await failure { _ = try await socket.receive(into: &buffer) }
            #expect(code == .connectionRefused)
            let before = processorTime()
            let nothing = await failure { _ = try await socket.receive(into: &buffer, within: .milliseconds(200)) }
            #expect(nothing == .timedOut)
            #expect(processorTime() - before < 0.1)
            for byte in 1...20 as ClosedRange<UInt8> {
                try await socket.send([byte].span, to: socket.localAddress)
                let datagram = try await socket.receive(into: &buffer)
                #expect(datagram.count == 1 && buffer[0] == byte)
            }
            var control = IncomingControl(capacity: 256)
            let message = try await socket.socket.receiveMessage(
                into: &buffer, control: &control, flags: .errorQueue, within: .seconds(30))
            #expect(message.count == 1 && buffer[0] == 1)
            let empty = await failure {
                _ = try await socket.socket.receiveMessage(
                    into: &buffer, control: &control, flags: .errorQueue, within: .milliseconds(1))
            }
            #expect(empty == .timedOut)
        }
    }
}
#endif
