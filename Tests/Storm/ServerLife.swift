import AsyncSockets
import Sockets
import Synchronization

/// A server that is cancelled while its handlers receive: their operations end with it, and what they had received counts.
final class ServerLife<Address: SocketAddressProtocol>: Sendable {
    private let storm: Storm
    private let name: String
    private let number: UInt64
    private let listener: AsyncStreamListener<Address>
    private let flows: [Flow]
    private let next = Atomic<Int>(0)
    private let hits = Atomic<Int>(0)
    private let entered = Atomic<Int>(0)
    private let isEnding = Atomic<Bool>(false)

    init(_ storm: Storm, _ number: UInt64, _ address: Address, _ random: inout SplitMix) throws(SocketError) {
        self.storm = storm
        self.number = number
        let name = "\(Address.self) server \(number)"
        self.name = name
        listener = try AsyncStreamListener(on: address, loop: storm.loop(&random))
        flows = (0..<4).map { Flow("\(name), client \($0)", 8 * number + $0) }
    }

    /// Serves, cancels the server, and looks at what was lost.
    func run() async {
        let server = Task { () -> SocketError? in
            do throws(SocketError) {
                try await self.listener.serve(self.configuration) { client in try await self.handle(client) }
                return nil
            } catch { return error }
        }
        await withDiscardingTaskGroup { group in
            for index in flows.indices { group.addTask { await self.send(index) } }
            group.addTask { await self.end(server) }
        }
        for flow in flows { flow.finish(isComplete: false) }
    }

    private var configuration: ServeConfiguration {
        var configuration = ServeConfiguration()
        configuration.onEvent = { event in
            guard case .handlerFailed(let error) = event, !self.isEnding.load(ordering: .relaxed) else { return }
            finding("\(self.name): a handler ends with \(error)")
        }
        return configuration
    }

    private func end(_ server: Task<SocketError?, Never>) async {
        var weather = Weather(storm, SplitMix(options.seed, 8 * number + 7))
        // A client that the server never accepted would send for ever.
        while entered.load(ordering: .relaxed) < flows.count { await weather.pause() }
        while hits.load(ordering: .relaxed) < 60, !storm.isOver { await weather.pause() }
        isEnding.store(true, ordering: .relaxed)
        server.cancel()
        let error = await server.value
        if error?.code != .cancelled { finding("\(name): the server ends with \(error.map { "\($0)" } ?? "success")") }
    }

    /// A client that sends until the server is gone.
    private func send(_ index: Int) async {
        var weather = Weather(storm, SplitMix(options.seed, 8 * number + UInt64(index)))
        let flow = flows[index], loop = storm.loop(&weather.random), address = listener.localAddress
        do throws(SocketError) {
            let end = SharedEnd(try await AsyncStreamSocket.connect(to: address, loop: loop))
            try await end.introduce(UInt8(index))
            while true {
                let act: [Act] = [.send, .sendAll, .gathering], count = weather.random.size(upTo: Flow.most)
                let choice = act[weather.random.below(3)]
                let result = await weather.endure(choice) { (limit) throws(SocketError) in
                    try await end.send(choice, count, from: flow, within: limit)
                }
                if let error = result.error { try note(error) }
            }
        } catch {
            let isKnown = error.code == .connectionReset || error.code == .brokenPipe
            if !isKnown || !isEnding.load(ordering: .relaxed) { finding("\(name): \(error)") }
        }
    }

    private func note(_ error: SocketError) throws(SocketError) {
        guard error.code == .cancelled || error.code == .timedOut else { throw error }
        hits.add(1, ordering: .relaxed)
    }

    /// Receives within random limits, and in child tasks that are cancelled, until the server is cancelled.
    private func handle(_ client: consuming AsyncStreamSocket<Address>) async throws {
        entered.add(1, ordering: .relaxed)
        var byte: [UInt8] = [0]
        try await client.receiveExactly(into: &byte)
        let flow = flows[Int(byte[0])], end = SharedEnd(client)
        var random = SplitMix(options.seed, 8 * number + 4 + UInt64(byte[0]))
        // What this task does itself, the server watches over; what its weather does in other tasks, they do.
        var weather = Weather(storm, random)
        while !isEnding.load(ordering: .relaxed) {
            let act = storm.receives[random.below(storm.receives.count)], count = random.size(upTo: Flow.most)
            let result = await weather.endure(act) { (limit) throws(SocketError) in
                try await end.receive(act, count, into: flow, within: limit)
            }
            if let error = result.error { try note(error) }
        }
        _ = try await end.receive(.exactly, Flow.most, into: flow, within: .seconds(60))
    }
}
