import AsyncSockets
import Sockets
import SocketsTesting
import Testing

/// A protocol of one question and one answer over UDP: it asks again each second, four times at most.
func ask(_ question: String, of server: IPSocketAddress) async throws -> String {
    let socket = try AsyncConnectedUDPSocket.connect(to: server)
    var buffer = [UInt8](repeating: 0, count: 512)
    for _ in 1...4 {
        try await socket.send(question.utf8.span)
        do throws(SocketError) {
            let answer = try await socket.receive(into: &buffer, within: .seconds(1))
            return String(decoding: buffer[..<answer.count], as: UTF8.self)
        } catch { if error.code != .timedOut { throw error } }
    }
    throw SocketError(.recv, .timedOut)
}

@Suite struct QuestionTests {
    @Test(arguments: 1...50 as ClosedRange<UInt64>) func `half of all datagrams may be lost`(_ seed: UInt64)
        async throws
    {
        var conditions = NetworkConditions()
        conditions.loss = 0.5
        try await SimulatedNetwork.run(seed: seed, conditions) { network in
            async let answer = ask("who?", of: .loopback(port: 53))
            let server = try AsyncUDPSocket(boundTo: .loopback(port: 53))
            var buffer = [UInt8](repeating: 0, count: 512)
            while let question = try? await server.receive(into: &buffer, within: .seconds(5)) {
                try await server.send("me".utf8.span, to: question.sender)
            }
            let text = try? await answer
            #expect(text == "me" || network.trace.count { $0.kind == .lost } >= 4)
        }
    }

    @Test func `a silent server is given up after four seconds`() async throws {
        try await SimulatedNetwork.run(seed: 1) { network in
            network.silence(.loopback(port: 53))
            let text = try? await ask("who?", of: .loopback(port: 53))
            #expect(text == nil && network.elapsed == .seconds(4))
        }
    }
}
