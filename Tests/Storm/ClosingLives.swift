import AsyncSockets
import Sockets

/// A listener without clients, which its actor closes while it accepts.
struct ListenerLife: Sendable {
    private let storm: Storm
    private let name: String
    private let number: UInt64
    private let holder: Holder

    private actor Holder {
        private var listener: AsyncTCPListener?

        init(_ listener: consuming AsyncTCPListener) { self.listener = consume listener }

        func accept(_ limit: TimeLimit) async throws(SocketError) { try await listener.accept(limit) }
        func close() async throws(SocketError) { try await listener.take()?.close() }
    }

    init(_ storm: Storm, _ number: UInt64, _ random: inout SplitMix) throws(SocketError) {
        self.storm = storm
        self.number = number
        name = "listener \(number)"
        holder = Holder(try AsyncTCPListener(on: .loopback(port: 0), loop: storm.loop(&random)))
    }

    /// Accepts in vain, until it is closed.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.acceptAll() }
            group.addTask {
                var weather = Weather(storm, SplitMix(options.seed, 8 * number + 1))
                for _ in 0..<8 { await weather.pause() }
                do throws(SocketError) { try await holder.close() } catch { finding("\(name): \(error)") }
            }
        }
    }

    private func acceptAll() async {
        var weather = Weather(storm, SplitMix(options.seed, 8 * number))
        while true {
            let result = await weather.endure(.accept) { (limit) throws(SocketError) in try await holder.accept(limit) }
            switch result.error?.code {
            case .cancelled, .timedOut: break
            case .closed: return
            case let code: finding("\(name): \(code.map { "\($0)" } ?? "a client nobody knows")")
            }
        }
    }
}

extension AsyncTCPListener? {
    fileprivate borrowing func accept(_ limit: TimeLimit) async throws(SocketError) {
        switch self {
        case .some(let listener): _ = try await listener.accept(within: limit)
        case nil: throw SocketError(.accept, .closed)
        }
    }
}

/// A loop that is shut down while tasks sleep on it, and send and receive on its streams.
struct LoopLife: Sendable {
    private let storm: Storm
    private let name: String
    private let number: UInt64
    private let loop: EventLoop
    private let here: SharedEnd<UnixAddress>
    private let there: SharedEnd<UnixAddress>
    private let flows: [Flow]

    init(_ storm: Storm, _ number: UInt64, _ random: inout SplitMix) throws(SocketError) {
        self.storm = storm
        self.number = number
        let name = "loop \(number)"
        self.name = name
        flows = (0..<2).map { Flow("\(name), flow \($0)", 8 * number + $0) }
        loop = try EventLoop(engine: options.engine)
        let pair = try UnixStream.pair()
        here = SharedEnd(try AsyncUnixStream(pair.first, on: loop))
        there = SharedEnd(try AsyncUnixStream(pair.second, on: storm.loop(&random)))
    }

    /// Uses the loop until it is shut down. The other end goes on until it has all that was reported as sent.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask(executorPreference: loop) { await self.repeatUntilClosed(0, .sendAll) }
            group.addTask { await self.repeatUntilClosed(1, .receive) }
            for user in 2..<5 as Range<UInt64> {
                group.addTask(executorPreference: user == 2 ? nil : loop) { await self.repeatUntilClosed(user, .sleep) }
            }
            group.addTask { await self.answer() }
            group.addTask { await self.end() }
        }
        flows[0].finish(isComplete: true)
        flows[1].finish(isComplete: false)
    }

    private func end() async {
        var weather = Weather(storm, SplitMix(options.seed, 8 * number + 6))
        for _ in 0..<12 { await weather.pause() }
        await loop.shutdown()
        // The descriptors stay until their owner lets them go.
        do throws(SocketError) { try await here.finishSending() } catch { finding("\(name): \(error)") }
    }

    private func repeatUntilClosed(_ user: UInt64, _ act: Act) async {
        var weather = Weather(storm, SplitMix(options.seed, 8 * number + user))
        while true {
            let count = weather.random.size(upTo: 100_000), time = weather.random.below(500)
            let result = await weather.endure(act) { (limit) throws(SocketError) in
                switch act {
                case .sendAll: try await here.send(act, count, from: flows[0], within: limit)
                case .receive: _ = try await here.receive(act, count, into: flows[1], within: limit)
                default: try await loop.sleep(within: .microseconds(time))
                }
            }
            switch result.error?.code {
            case nil, .cancelled, .timedOut: break
            case .closed: return
            case let code?: finding("\(name): \(act): \(code)")
            }
        }
    }

    /// The other end: sends a little, and receives all.
    private func answer() async {
        var weather = Weather(storm, SplitMix(options.seed, 8 * number + 5))
        var isOpen = true
        while isOpen {
            let result = await weather.endure(.receive) { (limit) throws(SocketError) in
                try await there.receive(.receive, Flow.most, into: flows[0], within: limit)
            }
            switch result {
            case .success(let more): isOpen = more
            case .failure(let error):
                guard [.cancelled, .timedOut].contains(error.code) else { finding("\(name): \(error)") }
            }
            do throws(SocketError) { try await there.send(.send, 100, from: flows[1], within: .microseconds(0)) } catch
            {
                guard [.timedOut, .brokenPipe].contains(error.code) else { finding("\(name): \(error)") }
            }
        }
    }
}
