import AsyncSockets
import Sockets
import SocketsTesting
import TestSupport
import Testing

/// An actor without an executor of its own, in which a send goes on by way of the loop's.
private actor Sender {
    func run(_ body: @Sendable () async throws -> Void) async throws { try await body() }
}

@Suite(.timeLimit(.minutes(1))) struct ShortSendTests {
    @Test func `nobody's bytes come behind a part of another task's`() async throws {
        var conditions = NetworkConditions()
        conditions.shortTransfer = 1
        try await SimulatedNetwork.run(seed: 1, conditions) { network in
            let listener = try AsyncTCPListener(on: .any(port: 80))
            let client = Shared(try await AsyncTCPStream.connect(to: .loopback(port: 80)))
            let server = try await listener.accept()
            async let long: Void = Sender().run {
                try await client.value.sendAll([UInt8](repeating: 0, count: 1000).span)
            }
            try await withThrowingTaskGroup { group in
                for _ in 0..<10 { group.addTask { try await send(10, client.value) } }
                try await group.waitForAll()
            }
            try await long
            try client.value.shutdown(.write)
            var got: [UInt8] = []
            for try await chunk in server.chunks() { got += chunk }
            let first = try #require(got.firstIndex(of: 0))
            #expect(got.count == 1100 && got[first..<first + 1000].allSatisfy { $0 == 0 })
        }
    }
}

/// Sends so many bytes, one at a time, as often as nobody else sends.
private func send(_ count: Int, _ stream: borrowing AsyncTCPStream) async throws(SocketError) {
    var sent = 0
    while sent < count {
        do throws(SocketError) {
            try await stream.sendAll([1].span)
            sent += 1
        } catch { if error.code != .alreadyInProgress { throw error } }
        await Task.yield()
    }
}
