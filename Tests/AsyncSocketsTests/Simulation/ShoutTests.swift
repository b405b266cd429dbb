import AsyncSockets
import Sockets
import SocketsTesting
import Testing

/// A server: it answers each line in capitals, until it is stopped.
func shout(on listener: borrowing AsyncTCPListener, until stop: ServeStop) async throws {
    var configuration = ServeConfiguration()
    configuration.stop = stop
    configuration.idleLimit = .seconds(30)
    try await listener.serve(configuration) { client in
        var reader = StreamReader()
        while let line = try await reader.line(from: client) { try await client.sendLine(line.uppercased()) }
    }
}

/// A client that begins again when its connection is lost.
func ask(_ word: String) async -> String? {
    for _ in 1...20 {
        do {
            let client = try await AsyncTCPStream.connect(to: .loopback(port: 7), within: .seconds(5))
            var reader = StreamReader()
            try await client.sendLine(word)
            if let answer = try await reader.line(from: client, within: .seconds(5)) { return answer }
        } catch {}
    }
    return nil
}

@Suite struct ShoutTests {
    @Test(arguments: 1...50 as ClosedRange<UInt64>) func `all are answered, whatever goes wrong`(_ seed: UInt64)
        async throws
    {
        var conditions = NetworkConditions.rough  // slow, in pieces, woken for nothing, sent to wait for nothing
        conditions.reset = 0.02
        conditions.refusal = 0.1
        conditions.acceptFailure = 0.2  // no descriptor is free: the server pauses, and goes on
        try await SimulatedNetwork.run(seed: seed, conditions) { network in
            let listener = try AsyncTCPListener(on: .any(port: 7)), stop = ServeStop()
            async let answers = {
                var answers: [String?] = []
                for word in ["one", "two", "three"] { answers.append(await ask(word)) }
                stop.stop()
                return answers
            }()
            try await shout(on: listener, until: stop)
            #expect(await answers == ["ONE", "TWO", "THREE"])
            #expect(network.elapsed < .seconds(60), "\(network.trace.suffix(20))")
        }
    }

    @Test func `a client that says nothing is sent away after half a minute`() async throws {
        try await SimulatedNetwork.run(seed: 1) { network in
            let listener = try AsyncTCPListener(on: .any(port: 7)), stop = ServeStop()
            async let served: Void = {
                let silent = try await AsyncTCPStream.connect(to: .loopback(port: 7))
                var buffer: [UInt8] = [0]
                let count = try await silent.receive(into: &buffer)
                #expect(count == 0 && network.elapsed == .seconds(30))
                stop.stop()
            }()
            try await shout(on: listener, until: stop)
            try await served
        }
    }
}
