import AsyncSockets
import Sockets
import SocketsTesting
import TestSupport
import Testing

@Suite(.ownThread, .timeLimit(.minutes(1))) struct SimulatedNetworkTests {
    /// Some traffic of 4 connections and some datagrams, as far as the conditions let it come.
    @discardableResult
    static func traffic(seed: UInt64, _ conditions: NetworkConditions) async throws -> [SimulatedEvent] {
        let network = SimulatedNetwork(seed: seed, conditions)
        try await network.run {
            let listener = try AsyncTCPListener(on: .any(port: 80))
            let receiver = try AsyncUDPSocket(boundTo: .any(port: 53))
            let stop = ServeStop()
            var configuration = ServeConfiguration()
            configuration.stop = stop
            async let clients: Void = {
                for count in [1, 100, 20_000, 70_000] { try? await exchange(count) }
                stop.stop()
            }()
            try await listener.serve(configuration) { client in
                while try await client.socket.receive(
                    within: .seconds(5),
                    { bytes async throws in
                        try await client.sendAll(bytes, within: .seconds(5))
                        return bytes.count
                    }) > 0
                {}
            }
            await clients
            var buffer = [UInt8](repeating: 0, count: 100)
            while (try? await receiver.receive(into: &buffer, within: .seconds(1))) != nil {}
        }
        await network.shutdown()
        #expect(network.openSockets == 0)
        return network.trace
    }

    private static func exchange(_ count: Int) async throws {
        let sender = try AsyncConnectedUDPSocket.connect(to: .loopback(port: 53))
        for _ in 0..<10 { try await sender.send(pattern(50).span) }
        let client = Shared(try await AsyncTCPStream.connect(to: .loopback(port: 80), within: .seconds(1)))
        async let sent: Void = client.value.sendAll(pattern(count).span, within: .seconds(5))
        let got = try await client.value.receive(count: count, within: .seconds(5))
        #expect(got == Array(pattern(count).prefix(got.count)))
        try await sent
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>) func `the same seed replays event by event`(_ seed: UInt64)
        async throws
    {
        let first = try await Self.traffic(seed: seed, .rough)
        let second = try await Self.traffic(seed: seed, .rough)
        #expect(first.count > 100)
        #expect(first == second)
    }

    @Test func `another seed is another run`() async throws {
        let first = try await Self.traffic(seed: 1, .rough)
        let second = try await Self.traffic(seed: 2, .rough)
        #expect(first != second)
    }

    struct Fault: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let kind: SimulatedEvent.Kind
        let change: @Sendable (inout NetworkConditions) -> Void

        init(
            _ name: String, _ kind: SimulatedEvent.Kind, _ change: @escaping @Sendable (inout NetworkConditions) -> Void
        ) {
            (testDescription, self.kind, self.change) = (name, kind, change)
        }
    }

    static let faults = [
        Fault("short transfers", .shortened) { $0.shortTransfer = 1 },
        Fault("would block", .postponed) { $0.wouldBlock = 1 },
        Fault("spurious readiness", .spurious) { $0.spuriousReadiness = 1 },
        Fault("reset", .reset) { $0.reset = 0.5 },
        Fault("refusal", .refused) { $0.refusal = 1 },
        Fault("black hole", .swallowed) { $0.blackHole = 1 },
        Fault("no descriptor", .acceptFailed) { $0.acceptFailure = 0.5 },
        Fault("loss", .lost) { $0.loss = 0.5 },
        Fault("duplication", .duplicated) { $0.duplication = 0.5 },
        Fault("reordering", .reordered) { $0.reordering = 0.5 },
    ]

    @Test(arguments: faults) func `each fault is seen, and not without its chance`(_ fault: Fault) async throws {
        var conditions = NetworkConditions()
        #expect(
            try await !Self.traffic(seed: 7, conditions).contains { $0.kind == fault.kind })
        fault.change(&conditions)
        #expect(try await Self.traffic(seed: 7, conditions).contains { $0.kind == fault.kind })
    }

    @Test func `time goes by only while nobody has anything to do`() async throws {
        try await SimulatedNetwork.run(seed: 1) { network in
            let loop = try network.loop()
            #expect(loop.isCurrent)
            let before = network.elapsed
            for _ in 0..<1000 { await Task.yield() }
            #expect(network.elapsed == before)
            try await loop.sleep(within: .seconds(100_000))
            #expect(network.elapsed == before + .seconds(100_000))
            try await loop.sleep(within: .until(network.deadline(after: .seconds(5))))
            #expect(network.elapsed == before + .seconds(100_005))
        }
    }

    @Test func `latency and speed take their time`() async throws {
        var conditions = NetworkConditions()
        conditions.latency = .milliseconds(50)
        conditions.bytesPerSecond = 1000
        try await SimulatedNetwork.run(seed: 1, conditions) { network in
            let listener = try AsyncTCPListener(on: .any(port: 80))
            let client = try await AsyncTCPStream.connect(to: .loopback(port: 80))
            #expect(network.elapsed == .milliseconds(100))
            let server = try await listener.accept()
            try await client.sendAll(pattern(500).span)
            #expect(try await server.receive(count: 500) == pattern(500))
            #expect(network.elapsed == .milliseconds(650))
        }
    }

    @Test func `a silent address answers nothing until it is asked again`() async throws {
        try await SimulatedNetwork.run(seed: 1) { network in
            let listener = try AsyncTCPListener(on: "10.0.0.9:80")
            network.silence(listener.localAddress)
            let code = await failure {
                _ = try await AsyncTCPStream.connect(to: listener.localAddress, within: .seconds(30))
            }
            #expect(code == .timedOut && network.elapsed == .seconds(30))
            network.unsilence(listener.localAddress)
            let client = try await AsyncTCPStream.connect(to: listener.localAddress)
            #expect(try client.localAddress.address == IPAddress("10.0.0.1"))
        }
    }

    @Test func `what takes for ever comes at the end of time`() async throws {
        var conditions = NetworkConditions()
        conditions.latency = .seconds(Int64.max)
        try await SimulatedNetwork.run(seed: 1, conditions) { network in
            let listener = try AsyncTCPListener(on: .any(port: 80))
            let client = try await AsyncTCPStream.connect(to: .loopback(port: 80))
            #expect(network.elapsed > .seconds(9_000_000_000))
            try await client.close()
            try await listener.close()
        }
    }

    @Test(arguments: [0, -1, .min]) func `what is no window lets nothing through`(_ window: Int) async throws {
        var conditions = NetworkConditions()
        conditions.window = window
        try await SimulatedNetwork.run(seed: 1, conditions) { network in
            let pair = try AsyncUnixStream.pair()
            let code = await failure { try await pair.first.sendAll([1].span, within: .seconds(1)) }
            #expect(code == .timedOut && network.elapsed == .seconds(1))
        }
    }

    @Test func `nothing comes after a reset`() async throws {
        var conditions = NetworkConditions()
        conditions.latency = .milliseconds(100)
        try await SimulatedNetwork.run(seed: 1, conditions) { network in
            let listener = try AsyncTCPListener(on: .any(port: 80))
            let client = try await AsyncTCPStream.connect(to: .loopback(port: 80))
            let server = try await listener.accept()
            try await client.sendAll(pattern(5).span)
            try await server.sendAll(pattern(6).span)
            // What is under way is slower than the news would be.
            (network.conditions.latency, network.conditions.reset) = (.milliseconds(1), 1)
            #expect(await failure { try await client.sendAll([1].span) } == .connectionReset)
            network.conditions.reset = 0
            try await network.loop().sleep(within: .seconds(1))
            #expect(try await client.receive(count: 1) == [])
            #expect(try await server.receive(count: 5) == pattern(5))
            #expect(await failure { _ = try await server.receive(count: 1) } == .connectionReset)
            #expect(try await server.receive(count: 1) == [])
            let resets = network.trace.indices.filter { network.trace[$0].kind == .reset }
            for index in resets {
                let rest = network.trace[index...].filter { $0.socket == network.trace[index].socket }
                #expect(!rest.contains { $0.kind == .delivered })
            }
            #expect(resets.count == 2)
        }
    }

    @Test func `options are kept`() async throws {
        try await SimulatedNetwork.run(seed: 1) { _ in
            let listener = try AsyncTCPListener(on: .any(port: 80))
            let client = try await AsyncTCPStream.connect(to: .loopback(port: 80))
            #expect(await failure { _ = try client.option(.noDelay) } == .notSupported)
            try client.setOption(.noDelay, to: true)
            #expect(try client.option(.noDelay))
            let socket = try AsyncUDPSocket()
            try socket.setOption(.broadcast, to: true)
            #expect(try socket.option(.broadcast))
            _ = consume listener
        }
    }

    // Of the kernel's sockets, a process that another test starts could keep the listener.
    @Test func `a listener that was closed takes nobody`() async throws {
        try await SimulatedNetwork.run(seed: 1) { _ in
            let listener = try AsyncTCPListener(on: .loopback(port: 0))
            let address = listener.localAddress
            try await listener.close()
            let code = await failure { _ = try await AsyncTCPStream.connect(to: address) }
            #expect(code == .connectionRefused)
        }
    }

    @Test func `calls on the socket itself are refused`() async throws {
        try await SimulatedNetwork.run(seed: 1) { _ in
            let pair = try AsyncUnixStream.pair()
            var codes: [SocketError.Code] = []
            do throws(SocketError) {
                try pair.first.socket.withSocket { (socket) throws(SocketError) in try socket.shutdown(.write) }
            } catch { codes.append(error.code) }
            do throws(SocketError) {
                try await pair.first.socket.retrying(.send) { (_) throws(SocketError) in () }
            } catch { codes.append(error.code) }
            do throws(SocketError) { _ = try await pair.first.send([1].span, flags: .outOfBand) } catch {
                codes.append(error.code)
            }
            #expect(codes == [.badDescriptor, .notSupported, .notSupported])
        }
    }

    @Test func `a simulated socket has no way to calls that wait, and is closed`() async throws {
        try await SimulatedNetwork.run(seed: 1) { network in
            let listener = try AsyncTCPListener(on: .any(port: 80))
            let client = try await AsyncTCPStream.connect(to: .loopback(port: 80))
            var codes: [SocketError.Code?] = []
            do throws(SocketError) { _ = try await client.intoStream() } catch { codes.append(error.code) }
            do throws(SocketError) { _ = try await listener.intoListener() } catch { codes.append(error.code) }
            #expect(codes == [.notSupported, .notSupported])
            #expect(network.openSockets == 0)
        }
    }

    @Test func `streams pass no descriptors, and datagrams hand on what nobody knows`() async throws {
        try await SimulatedNetwork.run(seed: 1) { _ in
            let pair = try AsyncUnixStream.pair(), passed = try Socket(.unix, .stream)
            #expect(await failure { _ = try await pair.first.send([1].span, passing: passed) } == .notSupported)
            var control = OutgoingControl()
            try control.append(level: 4711, type: 12, data: [1, 2, 3].span)
            #expect(await failure { _ = try await pair.first.sendMessage([1].span, control: control) } == .notSupported)
            let server = try AsyncUDPSocket(boundTo: .any(port: 53))
            let client = try AsyncConnectedUDPSocket.connect(to: .loopback(port: 53))
            try await client.sendMessage([1].span, control: control)
            var buffer: [UInt8] = [0], incoming = IncomingControl()
            _ = try await server.receiveMessage(into: &buffer, control: &incoming)
            var records: [[UInt8]] = []
            incoming.forEach { record in
                if record.isOf(level: 4711, type: 12) { records.append(record.data.indices.map { record.data[$0] }) }
            }
            #expect(records == [[1, 2, 3]])
        }
    }

    @Test func `tasks of other threads send and receive messages too`() async throws {
        let network = SimulatedNetwork(seed: 1), loop = try network.loop()
        let server = Shared(try AsyncUDPSocket(boundTo: .any(port: 53), loop: loop))
        let client = try AsyncConnectedUDPSocket.connect(to: .loopback(port: 53), loop: loop)
        async let echo: Void = {
            var buffer = [UInt8](repeating: 0, count: 10)
            for _ in 0..<100 {
                let got = try await server.value.receive(into: &buffer)
                try await server.value.send(buffer.span.extracting(..<got.count), to: got.sender)
            }
        }()
        for number in 0..<100 as Range<UInt8> {
            var buffer: [UInt8] = [0]
            try await client.send([number].span)
            #expect(try await client.receive(into: &buffer).count == 1 && buffer == [number])
        }
        try await echo
        await network.shutdown()
    }

    @Test func `a socket of the kernel is not taken`() async throws {
        try await SimulatedNetwork.run(seed: 1) { network in
            let loop = try network.loop()
            let listener = try TCPListener(on: .loopback(port: 0))
            let address = listener.localAddress
            #expect(await failure { _ = try AsyncTCPStream(TCPStream.connect(to: address), on: loop) } == .notSupported)
        }
    }

    @Test func `Unix sockets need no files`() async throws {
        try await SimulatedNetwork.run(seed: 1) { _ in
            let listener = try AsyncUnixListener(on: UnixAddress(path: "/nowhere/socket"))
            let client = try await AsyncUnixStream.connect(to: UnixAddress(path: "/nowhere/socket"))
            let server = try await listener.accept()
            try await client.sendAll("hello".utf8.span)
            #expect(try await server.receive(count: 5) == Array("hello".utf8))
        }
    }
}
