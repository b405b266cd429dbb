import AsyncSockets
import Sockets
import Synchronization

/// A connection, on which four tasks send and receive in both directions until it ends in one of all ways.
final class Life<Address: SocketAddressProtocol>: Sendable {
    /// How it ends.
    private enum Ending: CaseIterable { case drain, close, reset, closeBoth }

    private let storm: Storm
    private let name: String
    private let number: UInt64
    private let ending: Ending
    /// Operations to interrupt.
    private let span: Int
    private let ends: (first: any End, second: any End)
    private let held: [HeldEnd<Address>]
    private let there: Flow
    private let back: Flow
    private let hits = Atomic<Int>(0)
    private let isEnding = Atomic<Bool>(false)

    init(
        _ storm: Storm, _ number: UInt64, _ parcels: (first: Parcel<Address>, second: Parcel<Address>),
        _ random: inout SplitMix
    ) {
        self.storm = storm
        self.number = number
        span = 1 + random.below(120)
        let isHeld = random.once(in: 2)
        ending = isHeld ? Ending.allCases[random.below(4)] : .drain
        name = "\(Address.self) \(number) until \(ending)"
        there = Flow("\(name), there", 2 * number)
        back = Flow("\(name), back", 2 * number + 1)
        if isHeld {
            let ends = (Self.held(parcels.first, storm, &random), Self.held(parcels.second, storm, &random))
            held = [ends.0, ends.1]
            self.ends = ends
        } else {
            held = []
            ends = (Self.shared(parcels.first, &random), Self.shared(parcels.second, &random))
        }
    }

    private static func held(_ parcel: Parcel<Address>, _ storm: Storm, _ random: inout SplitMix) -> HeldEnd<Address> {
        HeldEnd(take(parcel, &random), on: random.once(in: 3) ? nil : storm.loop(&random))
    }

    private static func shared(_ parcel: Parcel<Address>, _ random: inout SplitMix) -> SharedEnd<Address> {
        SharedEnd(take(parcel, &random))
    }

    /// The stream, with small buffers or large ones.
    private static func take(_ parcel: Parcel<Address>, _ random: inout SplitMix) -> AsyncStreamSocket<Address> {
        guard let stream = parcel.take() else { finding("a connection is gone") }
        // Only TCP has it. Waiting for what else there is to send would make it slow.
        try? stream.setOption(.noDelay, to: true)
        if random.once(in: 2) { try? stream.setOption(.sendBufferSize, to: 1 + random.below(60_000)) }
        return stream
    }

    /// Lives to its end, and looks at what was lost.
    func run() async {
        storm.note(number, name)
        await withDiscardingTaskGroup { group in
            spawn(0, &group) { await self.sendAll(self.ends.first, self.there, $0) }
            spawn(1, &group) { await self.sendAll(self.ends.second, self.back, $0) }
            spawn(2, &group) { await self.receiveAll(self.ends.second, self.there, $0) }
            spawn(3, &group) { await self.receiveAll(self.ends.first, self.back, $0) }
            spawn(4, &group) { await self.steer($0) }
        }
        there.finish(isComplete: ending == .drain)
        back.finish(isComplete: ending == .drain)
    }

    private func spawn(
        _ user: UInt64, _ group: inout DiscardingTaskGroup, _ work: @escaping @Sendable (Weather) async -> Void
    ) {
        let weather = Weather(storm, SplitMix(options.seed, 8 * number + user))
        group.addTask(executorPreference: weather.place) { await work(weather) }
    }

    private var isStormy: Bool { !isEnding.load(ordering: .relaxed) }

    /// Moves the stream from loop to loop, and ends it when it is time.
    private func steer(_ weather: Weather) async {
        var weather = weather
        while hits.load(ordering: .relaxed) < span, !storm.isOver {
            try? await storm.loop(&weather.random).sleep(within: .milliseconds(1 + weather.random.below(10)))
            if let end = held.randomElement(using: &weather.random), weather.random.once(in: 2) {
                await end.move(to: storm.loop(&weather.random))
            }
        }
        isEnding.store(true, ordering: .relaxed)
        switch ending {
        case .drain: break
        case .close: await held[weather.random.below(2)].close(false)
        case .reset: await held[weather.random.below(2)].close(true)
        case .closeBoth: for end in held { await end.close(weather.random.once(in: 2)) }
        }
    }
}

// MARK: - The workers

extension Life {
    private func sendAll(_ end: any End, _ flow: Flow, _ weather: Weather) async {
        let acts: [Act] = [.send, .sendAll, .flagged, .gathering, .twoParts]
        var weather = weather
        while ending != .drain || isStormy {
            let act = acts[weather.random.below(acts.count)], count = weather.random.size(upTo: Flow.most)
            let result = await weather.endure(act) { (limit) throws(SocketError) in
                try await end.send(act, count, from: flow, within: limit)
            }
            if let error = result.error, !(await survives(error, end)) { return }
            await self.rest(&weather)
        }
        do throws(SocketError) { try await end.finishSending() } catch { finding("\(name): \(error)") }
    }

    private func receiveAll(_ end: any End, _ flow: Flow, _ weather: Weather) async {
        var weather = weather
        while true {
            let act = storm.receives[weather.random.below(storm.receives.count)]
            let count = weather.random.size(upTo: Flow.most)
            let result = await weather.endure(act) { (limit) throws(SocketError) in
                try await end.receive(act, count, into: flow, within: limit)
            }
            switch result {
            case .success(true): await self.rest(&weather)
            case .success(false):
                if isStormy { finding("\(name): the end of the stream comes early") }
                return
            case .failure(let error): if !(await survives(error, end)) { return }
            }
        }
    }

    /// Whether a worker goes on after an error.
    private func survives(_ error: SocketError, _ end: any End) async -> Bool {
        switch error.code {
        case .cancelled, .timedOut, .closed: hits.add(1, ordering: .relaxed)
        case .connectionReset, .brokenPipe: if ending == .drain || isStormy { finding("\(name): \(error)") }
        default: finding("\(name): \(error)")
        }
        switch error.code {
        case .cancelled, .timedOut: return true
        case .closed:
            if held.isEmpty { finding("\(name): closed by nobody") }
            await Task.yield()
            return !(await end.isOver)
        default: return false
        }
    }

    /// Sleeps now and then, at least as long as it is to.
    private func rest(_ weather: inout Weather) async {
        guard weather.random.once(in: 4) else { return }
        let loop = storm.loop(&weather.random), time = weather.random.size(upTo: 1000)
        let result = await weather.endure(.sleep) { (_) throws(SocketError) in
            let begin = ContinuousClock.now
            try await loop.sleep(within: .microseconds(time))
            if begin.duration(to: .now) < .microseconds(time) { finding("sleep: awake before \(time) us") }
        }
        if let error = result.error, error.code != .cancelled { finding("\(name): \(error)") }
    }
}
