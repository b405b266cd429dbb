import AsyncSockets
import Sockets
import Synchronization

/// What all parts of a storm share.
final class Storm: Sendable {
    let tally = Tally()
    /// Ways of receiving.
    let receives: [Act] = [.receive, .inline, .lend, .exactly, .atLeast, .reader, .chunk, .peek]
    private let loops: [EventLoop]
    private let tcp: Door<IPSocketAddress>
    private let unix: Door<UnixAddress>
    private let lives = Atomic<UInt64>(0)
    private let stages = Locked<[UInt64: String]>([:])

    init(_ loops: [EventLoop]) throws(SocketError) {
        self.loops = loops
        tcp = try Door(.loopback(port: 0), loops[0])
        unix = try Door(try Storm.name("door"), loops[1])
    }

    /// One of the loops.
    func loop(_ random: inout SplitMix) -> EventLoop { loops[random.below(loops.count)] }

    /// Whether enough was interrupted.
    var isOver: Bool { tally.interruptions >= options.count }
    /// Connections and sockets so far.
    var lifeCount: UInt64 { lives.load(ordering: .relaxed) }

    private static let loopback = IPSocketAddress.loopback(port: 0)

    private static func name(_ text: String) throws(SocketError) -> UnixAddress {
        try UnixAddress(abstract: "storm-\(options.seed)-\(options.engine)-\(UInt64.random(in: 0 ... .max))-\(text)")
    }

    /// Notes how far a life is, for the case that it never ends; nil at its end.
    func note(_ number: UInt64, _ stage: String?) { stages.withLock { $0[number] = stage } }

    /// What goes on.
    var stage: String {
        stages.withLock { stages in stages.map { "\($0): \($1)" }.sorted().joined(separator: "\n") }
    }

    /// Lets it storm until it is over.
    func run() async {
        await withTaskGroup(of: Void.self) { doors in
            doors.addTask { await self.tcp.open(self, 1) }
            doors.addTask { await self.unix.open(self, 2) }
            await withDiscardingTaskGroup { group in
                for _ in 0..<options.lives { group.addTask { await self.live() } }
            }
            doors.cancelAll()
        }
    }

    /// One life after the other.
    private func live() async {
        while !isOver {
            let number = 16 + lives.wrappingAdd(1, ordering: .relaxed).newValue
            var random = SplitMix(options.seed, number)
            do throws(SocketError) { try await live(number, &random) } catch { finding("life \(number): \(error)") }
            note(number, nil)
        }
    }

    private func live(_ number: UInt64, _ random: inout SplitMix) async throws(SocketError) {
        let kind = random.below(16)
        note(number, "kind \(kind)")
        switch kind {
        case 0..<6: await connect(tcp, number, &random)
        case 6..<10: await connect(unix, number, &random)
        case 10: try await DatagramLife(self, number, (Self.loopback, Self.loopback), &random).run()
        case 11:
            let names = (try Self.name("\(number) first"), try Self.name("\(number) second"))
            try await DatagramLife(self, number, names, &random).run()
        case 12: try await ServerLife(self, number, Self.loopback, &random).run()
        case 13: try await ServerLife(self, number, try Self.name("\(number)"), &random).run()
        case 14: try await ListenerLife(self, number, &random).run()
        default: try await LoopLife(self, number, &random).run()
        }
    }

    private func connect<Address>(_ door: Door<Address>, _ number: UInt64, _ random: inout SplitMix) async {
        var weather = Weather(self, random)
        note(number, "connects")
        let parcels = await door.connect(number, &weather)
        note(number, "lives")
        await Life(self, number, parcels, &random).run()
    }
}
