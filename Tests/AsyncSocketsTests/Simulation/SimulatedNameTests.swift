import AsyncSockets
import Sockets
import SocketsTesting
import TestSupport
import Testing

extension Result where Failure == SocketError {
    fileprivate var code: SocketError.Code? {
        if case .failure(let error) = self { error.code } else { nil }
    }
}

/// Names and connects by name, on a clock that takes no time.
@Suite(.ownThread, .timeLimit(.minutes(1))) struct SimulatedNameTests {
    private static let six = "[fd00::9]:80", four = "10.0.0.9:80"

    /// A network that knows `host`, with an IPv6 address and an IPv4 one unless others are named.
    private static func run(
        _ addresses: [String] = [six, four], latency: Duration = .zero,
        _ body: @escaping @Sendable (SimulatedNetwork) async throws -> Void
    ) async throws {
        var conditions = NetworkConditions()
        conditions.latency = latency
        let network = SimulatedNetwork(seed: 1, conditions)
        network.names["host"] = try addresses.map { try IPSocketAddress(parsing: $0).address }
        try await network.run { try await body(network) }
        await network.shutdown()
        #expect(network.openSockets == 0)
    }

    private static func connect(
        _ host: String = "host", within limit: TimeLimit = .forever, _ configuration: ConnectConfiguration = .init()
    ) async -> Result<String, SocketError> {
        do throws(SocketError) {
            let stream = try await AsyncTCPStream.connect(to: host, port: 80, configuration, within: limit)
            return .success("\(stream.peerAddress)")
        } catch { return .failure(error) }
    }

    @Test(arguments: ["host", "HOST", "host.", "Host."])
    func `a name leads to its address`(_ name: String) async throws {
        try await Self.run { network in
            let listener = try AsyncTCPListener(on: Self.six)
            #expect(await Self.connect(name) == .success(Self.six))
            #expect(network.elapsed == .zero)
            try await listener.close()
        }
    }

    @Test func `a name is known however it was written`() async throws {
        try await Self.run { network in
            network.names["Other.Example."] = [.loopback()]
            let known = try await AsyncResolver.addresses(of: "other.example", port: 7)
            #expect(known == [.loopback(port: 7)])
            network.names["other.example"] = nil
            let code = await failure { _ = try await AsyncResolver.addresses(of: "other.example", port: 7) }
            #expect(code == .nameNotFound)
        }
    }

    // The clock would jump to the limit if it waited for the thread of a resolver.
    @Test(arguments: [TimeLimit.forever, .seconds(30)]) func `a name that is not known is not found at once`(
        _ limit: TimeLimit
    ) async throws {
        try await Self.run { network in
            let unknown = SocketError(.getaddrinfo, .nameNotFound)
            #expect(await Self.connect("example.com", within: limit) == .failure(unknown))
            #expect(network.elapsed == .zero)
        }
    }

    @Test(arguments: ["localhost", "a.localhost", "LOCALHOST.", "127.0.0.1"])
    func `this machine and addresses need no names`(_ host: String) async throws {
        try await Self.run { _ in
            let listener = try AsyncTCPListener(on: "127.0.0.1:80")
            #expect(await Self.connect(host) == .success("127.0.0.1:80"))
            try await listener.close()
        }
    }

    @Test func `services and names of addresses are found`() async throws {
        try await Self.run { network in
            var query = Resolver.Query()
            query.version = .v4
            let four = try IPSocketAddress(parsing: Self.four)
            let known = try await AsyncResolver.addresses(of: "host", service: "http", query)
            #expect(known == [four])
            let unknown = await failure { _ = try await AsyncResolver.addresses(of: "host", service: "smtp") }
            #expect(unknown == .unknownService)
            network.services["smtp"] = 80
            let literal = try await AsyncResolver.addresses(of: "10.0.0.9", service: "smtp")
            #expect(literal == [four])
            let name = try await AsyncResolver.name(of: four)
            #expect(name == HostPort(host: "host", service: "http"))
            let other = try await AsyncResolver.name(of: try IPSocketAddress(parsing: "10.0.0.8:81"))
            #expect(other == HostPort(host: "10.0.0.8", service: "81"))
        }
    }

    @Test func `a slow resolver takes its time, a limit less, and cancelling none`() async throws {
        try await Self.run { network in
            network.conditions.lookupTime = .seconds(3)
            let listener = try AsyncTCPListener(on: Self.six)
            #expect(await Self.connect(within: .seconds(4)) == .success(Self.six))
            #expect(network.elapsed == .seconds(3))
            #expect(await Self.connect(within: .seconds(2)) == .failure(SocketError(.getaddrinfo, .timedOut)))
            #expect(network.elapsed == .seconds(5))
            let late = await failure { _ = try await AsyncResolver.addresses(of: "host", port: 1, within: .seconds(1)) }
            #expect(late == .timedOut && network.elapsed == .seconds(6))
            async let asking = failure { _ = try await AsyncResolver.addresses(of: "host", port: 1) }
            let task = Task(executorPreference: try network.loop()) { await Self.connect() }
            try await network.loop().sleep(within: .seconds(1))
            task.cancel()
            #expect(await task.value == .failure(SocketError(.connect, .cancelled)))
            #expect(network.elapsed == .seconds(7))
            #expect(await asking == nil && network.elapsed == .seconds(9))
            try await listener.close()
        }
    }

    @Test func `an address that is silent holds up for the delay of an attempt`() async throws {
        try await Self.run(latency: .milliseconds(20)) { network in
            let listener = try AsyncTCPListener(on: Self.four)
            network.silence(try IPSocketAddress(parsing: Self.six))
            #expect(await Self.connect(within: .seconds(10)) == .success(Self.four))
            #expect(network.elapsed == .milliseconds(290))
            #expect(network.trace.count { $0.kind == .swallowed } == 1)
            try await listener.close()
        }
    }

    @Test func `one that refuses holds up for its answer only`() async throws {
        try await Self.run(latency: .milliseconds(20)) { network in
            let listener = try AsyncTCPListener(on: Self.four)
            #expect(await Self.connect() == .success(Self.four))
            #expect(network.elapsed == .milliseconds(80))
            try await listener.close()
        }
    }

    @Test func `a port of one's own is shared by the attempts`() async throws {
        try await Self.run(["10.0.0.8:80", Self.four]) { network in
            let listener = try AsyncTCPListener(on: Self.four)
            network.silence(try IPSocketAddress(parsing: "10.0.0.8:80"))
            var configuration = ConnectConfiguration()
            configuration.localAddress = try IPSocketAddress(parsing: "10.0.0.1:7000")
            #expect(await Self.connect(within: .seconds(10), configuration) == .success(Self.four))
            let other = try AsyncTCPListener(on: "10.0.0.1:7000")
            // Who does not share has the place alone.
            #expect(await Self.connect(within: .seconds(10), configuration).code == .addressInUse)
            try await other.close()
            try await listener.close()
        }
    }

    @Test func `all that refuse are one error`() async throws {
        try await Self.run { network in
            #expect(await Self.connect() == .failure(SocketError(.connect, .connectionRefused)))
            #expect(network.trace.count { $0.kind == .refused } == 2)
        }
    }

    @Test(arguments: [true, false]) func `all that are silent end with the limit or the task`(_ isLimit: Bool)
        async throws
    {
        try await Self.run { network in
            for text in [Self.six, Self.four] { network.silence(try IPSocketAddress(parsing: text)) }
            let limit = isLimit ? TimeLimit.seconds(60) : .forever
            let task = Task(executorPreference: try network.loop()) { await Self.connect(within: limit) }
            try await network.loop().sleep(within: .seconds(1))
            #expect(network.openSockets == 2)
            if !isLimit { task.cancel() }
            #expect(await task.value == .failure(SocketError(.connect, isLimit ? .timedOut : .cancelled)))
            #expect(network.elapsed == .seconds(isLimit ? 60 : 1))
            #expect(try network.loop().slotCount == 0 && network.openSockets == 0)
        }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>) func `a race replays event by event`(_ seed: UInt64) async throws {
        var traces: [[SimulatedEvent]] = []
        for _ in 1...2 {
            var conditions = NetworkConditions.rough
            (conditions.refusal, conditions.blackHole, conditions.jitter) = (0.3, 0.3, .milliseconds(500))
            let network = SimulatedNetwork(seed: seed, conditions)
            network.names["host"] = try ["fd00::7", "fd00::8", "10.0.0.7"].map { try IPAddress(parsing: $0) }
            try await network.run {
                let listener = try AsyncTCPListener(on: .any(.v6, port: 80))
                for _ in 1...5 { _ = await Self.connect(within: .seconds(5)) }
                try await listener.close()
            }
            await network.shutdown()
            #expect(network.openSockets == 0)
            traces.append(network.trace)
        }
        #expect(traces[0] == traces[1])
    }
}
