import AsyncSockets
import Glibc
import Sockets
import TestSupport
import Testing

/// A listener on 127.0.0.1, and other addresses with its port.
private final class Landing {
    let loop: EventLoop
    let listener: TCPListener

    init() throws {
        loop = try EventLoop()
        listener = try TCPListener(on: .loopback(port: 0))
    }

    var port: Port { listener.localAddress.port }

    func address(_ text: String) throws -> IPSocketAddress {
        IPSocketAddress(try IPv4Address(parsing: text), port: port)
    }

    /// Descriptors of this process that are connected to the port.
    func clients() throws -> Int {
        let port = port
        return try SocketTable.current().filter { $0.peer?.ip?.port == port }.count
    }
}

/// Connects in a task on the loop or in one elsewhere, and gives the peer or the error.
private func connecting(
    _ names: FakeNames, _ port: Port, _ loop: EventLoop, onLoop: Bool = false, _ limit: TimeLimit = .seconds(20),
    _ configure: (inout ConnectConfiguration) -> Void = { _ in }
) -> Task<Result<IPSocketAddress, SocketError>, Never> {
    var configuration = ConnectConfiguration()
    configure(&configuration)
    let lookups = names.lookups()
    let body: @Sendable () async -> Result<IPSocketAddress, SocketError> = { [configuration] in
        do throws(SocketError) {
            let stream = try await AsyncTCPStream.connect(to: "host", port, configuration, limit, loop, lookups)
            let peer = stream.peerAddress
            return .success(peer)
        } catch { return .failure(error) }
    }
    return onLoop ? Task(executorPreference: loop) { await body() } : Task { await body() }
}

@Suite(.ownThread, .timeLimit(.minutes(1))) struct NameConnectTests {
    @Test(arguments: [false, true]) func `an address that refuses lets the next one try at once`(onLoop: Bool)
        async throws
    {
        let place = try Landing()
        let names = FakeNames((2...9).map { "127.0.0.\($0)" } + ["127.0.0.1"])
        // Who waited for the delays would be too late.
        let task = connecting(names, place.port, place.loop, onLoop: onLoop, .seconds(10)) {
            $0.attemptDelay = .seconds(2)
        }
        #expect(await task.value == .success(try place.address("127.0.0.1")))
        await place.loop.shutdown()
    }

    @Test(arguments: [false, true]) func `an address that says nothing holds up for the delay only`(
        onLoop: Bool
    ) async throws {
        let place = try Landing(), hole = try BlackHole(on: place.address("127.0.0.2"))
        let names = FakeNames(["127.0.0.2", "127.0.0.1"])
        let start = ContinuousClock.now
        let result = await connecting(names, place.port, place.loop, onLoop: onLoop) {
            $0.attemptDelay = .milliseconds(20)
        }.value
        #expect(result == .success(try place.address("127.0.0.1")))
        #expect(ContinuousClock.now - start >= .milliseconds(20))
        _ = hole.address
        await place.loop.shutdown()
    }

    @Test func `the error names the host and the address that says most`() async throws {
        let place = try Landing()
        let result = await connecting(FakeNames(["192.0.2.1", "127.0.0.2"]), place.port, place.loop) {
            // From this address no other machine can be reached.
            $0.localAddress = .loopback(port: 0)
        }.value
        guard case .failure(let error) = result else { return #expect(Bool(false), "connected to \(result)") }
        #expect(error == SocketError(.connect, .connectionRefused))
        #expect(error.peerAddress?.ip == (try place.address("127.0.0.2")))
        #expect(error.detail == "host")
        await place.loop.shutdown()
    }

    @Test(arguments: [false, true]) func `the limit covers all attempts`(onLoop: Bool) async throws {
        let place = try Landing()
        let hole = try BlackHole(on: place.address("127.0.0.2")), other = try BlackHole(on: place.address("127.0.0.3"))
        let names = FakeNames(["127.0.0.2", "127.0.0.3"])
        let timedOut = SocketError(.connect, .timedOut)
        var result = Result<IPSocketAddress, SocketError>.failure(timedOut), limit = 100
        repeat {
            result = await connecting(names, place.port, place.loop, onLoop: onLoop, .milliseconds(limit)) {
                $0.attemptDelay = .milliseconds(10)
            }.value
            limit *= 2
            // On a busy machine the name alone takes a short limit.
        } while result == .failure(SocketError(.getaddrinfo, .timedOut)) && limit < 10_000
        #expect(result == .failure(timedOut))
        _ = (hole.address, other.address)
        await place.loop.shutdown()
        #expect(place.loop.slotCount == 0)
    }

    @Test(arguments: [false, true]) func `the limit covers the name`(onLoop: Bool) async throws {
        let place = try Landing(), names = FakeNames(["127.0.0.1"], held: true)
        let result = await connecting(names, place.port, place.loop, onLoop: onLoop, .milliseconds(10)).value
        #expect(result == .failure(SocketError(.getaddrinfo, .timedOut)))
        names.answer()
        await place.loop.shutdown()
    }

    @Test(arguments: [false, true]) func `cancelling ends a look-up`(onLoop: Bool) async throws {
        let place = try Landing(), names = FakeNames(["127.0.0.1"], held: true)
        let task = connecting(names, place.port, place.loop, onLoop: onLoop)
        #expect(await eventually { names.running == 2 })
        task.cancel()
        #expect(await task.value == .failure(SocketError(.connect, .cancelled)))
        names.answer()
        await place.loop.shutdown()
    }

    @Test(arguments: [false, true]) func `cancelling ends attempts`(onLoop: Bool) async throws {
        let place = try Landing(), hole = try BlackHole(on: place.address("127.0.0.2"))
        let names = FakeNames(["127.0.0.2", "127.0.0.3"])
        let task = connecting(names, place.port, place.loop, onLoop: onLoop, .forever) {
            ($0.version, $0.attemptDelay) = (.v4, .seconds(2))
        }
        // The look-up is one; the first attempt, and the wait for the second, are two.
        #expect(await eventually { place.loop.slotCount == 2 })
        task.cancel()
        guard case .failure(let error) = await task.value else { return #expect(Bool(false), "it connected") }
        #expect(error.code == .cancelled)
        _ = hole.address
        await place.loop.shutdown()
        #expect(place.loop.slotCount == 0)
    }

    @Test(arguments: [false, true]) func `a loop that is shut down ends a connect`(held: Bool) async throws {
        let place = try Landing()
        let hole = try BlackHole(on: place.address("127.0.0.2")), other = try BlackHole(on: place.address("127.0.0.3"))
        // The end of the first attempt begins the second one.
        let names = FakeNames(["127.0.0.2", "127.0.0.3"], held: held)
        let task = connecting(names, place.port, place.loop)
        #expect(await eventually { held ? names.running == 2 : names.asked.count == 2 && names.running == 0 })
        await place.loop.shutdown()
        let result = await task.value
        guard case .failure(let error) = result else { return #expect(Bool(false), "connected to \(result)") }
        #expect(error.code == .closed)
        names.answer()
        _ = (hole.address, other.address)
        #expect(place.loop.slotCount == 0)
    }

    @Test func `a connect that begins while its loop ends is too late`() async throws {
        let place = try Landing(), loop = place.loop
        let hole = try BlackHole(on: place.address("127.0.0.2")), address = hole.address
        let task = Task(executorPreference: loop) {
            let first = await asyncError { () throws(SocketError) in
                _ = try await AsyncTCPStream.connect(to: address, loop: loop)
            }
            let second = await asyncError { () throws(SocketError) in
                _ = try await AsyncTCPStream.connect(to: address, loop: loop)
            }
            return [first?.code, second?.code]
        }
        #expect(await eventually { loop.slotCount == 1 })
        await loop.shutdown()
        #expect(await task.value == [.closed, .closed])
        #expect(loop.slotCount == 0)
    }

    @Test func `an address is not looked up`() async throws {
        let place = try Landing(), names = FakeNames(), lookups = names.lookups()
        let stream = try await AsyncTCPStream.connect(
            to: "127.0.0.1", place.port, .init(), .forever, place.loop, lookups)
        let peer = stream.peerAddress
        #expect(peer == (try place.address("127.0.0.1")))
        #expect(names.asked.isEmpty)
        let text = try await AsyncTCPStream.connect(to: "127.0.0.1:\(place.port)", loop: place.loop)
        #expect(text.peerAddress == peer)
        try await stream.close()
        try await text.close()
        await place.loop.shutdown()
    }

    @Test(arguments: ["localhost:80", "127.0.0.1", "127.1:80", ":80", "", "127.0.0.1:80\0"])
    func `a text that is no address is refused`(text: String) async throws {
        let error = await asyncError { () throws(SocketError) in _ = try await AsyncTCPStream.connect(to: text) }
        #expect(error?.code == .invalidInput)
    }

    @Test func `an address of the version that is not wanted is not found`() async throws {
        var configuration = ConnectConfiguration()
        configuration.version = .v6
        let asked = configuration
        let error = await asyncError { () throws(SocketError) in
            _ = try await AsyncTCPStream.connect(to: "127.0.0.1", port: 9, asked)
        }
        #expect(error?.code == .nameNotFound)
        configuration.localAddress = .loopback(port: 0)
        let impossible = configuration
        let other = await asyncError { () throws(SocketError) in
            _ = try await AsyncTCPStream.connect(to: "localhost", port: 9, impossible)
        }
        #expect(other?.code == .invalidInput)
    }

    @Test(arguments: ["host", "127.0.0.1"]) func `a connect can begin at a local address`(host: String) async throws {
        let place = try Landing(), names = FakeNames(["127.0.0.1"])
        var configuration = ConnectConfiguration()
        configuration.localAddress = IPSocketAddress(try IPv4Address(parsing: "127.0.0.9"), port: 0)
        let stream = try await AsyncTCPStream.connect(
            to: host, place.port, configuration, .seconds(20), place.loop, names.lookups())
        let local = try stream.localAddress
        #expect(local.address.description == "127.0.0.9")
        // Only the version of the local address was asked for.
        #expect(names.asked == (host == "host" ? ["host"] : []))
        try await stream.close()
        await place.loop.shutdown()
    }

    @Test(arguments: ["host", "127.0.0.1"]) func `a local port serves all attempts`(host: String) async throws {
        let place = try Landing(), hole = try BlackHole(on: place.address("127.0.0.2"))
        let names = FakeNames(["127.0.0.2", "127.0.0.1"])
        var configuration = ConnectConfiguration()
        configuration.attemptDelay = .milliseconds(10)
        configuration.localAddress = try freePort(of: "127.0.0.9")
        for _ in 0..<2 {
            let stream = try await AsyncTCPStream.connect(
                to: host, place.port, configuration, .seconds(20), place.loop, names.lookups())
            let local = try stream.localAddress, peer = stream.peerAddress
            #expect(local == configuration.localAddress)
            #expect(peer == (try place.address("127.0.0.1")))
            // This end keeps no trace of the connection.
            try await stream.reset()
        }
        _ = hole.address
        await place.loop.shutdown()
    }

    /// A port that nobody has at an address of this machine.
    private func freePort(of text: String) throws -> IPSocketAddress {
        try TCPListener(on: IPSocketAddress(try IPv4Address(parsing: text), port: 0)).localAddress
    }

    @Test(arguments: ["localhost.", "Localhost", "a.LOCALHOST."]) func `name servers hear nothing of localhost`(
        host: String
    ) async throws {
        let place = try Landing(), names = FakeNames()
        let stream = try await AsyncTCPStream.connect(
            to: host, place.port, .init(), .seconds(20), place.loop, names.lookups())
        #expect(names.asked == [host.hasSuffix(".") ? String(host.dropLast()) : host])
        try await stream.close()
        await place.loop.shutdown()
    }

    @Test func `localhost is reached without a network`() async throws {
        let place = try Landing()
        let stream = try await AsyncTCPStream.connect(to: "localhost", port: place.port, within: .seconds(20))
        try await stream.sendAll("hi".utf8.span)
        let client = try place.listener.accept()
        var buffer: [UInt8] = [0, 0]
        try client.receiveExactly(into: &buffer)
        #expect(buffer == Array("hi".utf8))
        try await stream.close()
        await place.loop.shutdown()
    }

    @Test(.needsIPv6) func `IPv6 is tried first, and IPv4 when nobody is there`() async throws {
        let loop = try EventLoop()
        let six = try TCPListener(on: .loopback(.v6, port: 0)), port = six.localAddress.port
        let names = FakeNames { _, version in .success([.loopback(version ?? .v4, port: 0)]) }
        #expect(await connecting(names, port, loop).value == .success(.loopback(.v6, port: port)))
        let four = try TCPListener(on: .loopback(port: 0)), other = four.localAddress.port
        #expect(await connecting(names, other, loop).value == .success(.loopback(port: other)))
        await loop.shutdown()
    }

    @Test func `a link-local address without an interface is passed over`() async throws {
        let place = try Landing(), port = place.port
        let names = FakeNames { _, version in
            version == .v6
                ? .success([IPSocketAddress(IPv6Address(high: 0xFE80 << 48, low: 1), port: 0)])
                : .success([.loopback(port: 0)])
        }
        #expect(await connecting(names, port, place.loop).value == .success(.loopback(port: port)))
        await place.loop.shutdown()
    }

    @Test func `two that are connected at the same time leave one`() async throws {
        let place = try Landing(), texts = ["127.0.0.2", "127.0.0.3", "127.0.0.4"]
        let holes = try texts.map { try BlackHole(on: place.address($0)) }
        let loop = place.loop, port = place.port, lookups = FakeNames(texts).lookups()
        var configuration = ConnectConfiguration()
        (configuration.version, configuration.attemptDelay) = (.v4, .milliseconds(10))
        let winner = Task { [configuration] in
            let stream = try await AsyncTCPStream.connect(to: "host", port, configuration, .forever, loop, lookups)
            let peer = stream.peerAddress
            // Nobody but the winner is left.
            let isAlone = loop.slotCount == 1
            try await stream.close()
            return (peer, isAlone)
        }
        // Two attempts go on at the least: the third, or the wait for it, is there too.
        #expect(await eventually { loop.slotCount == 3 })
        // The kernel repeats both after a second, while the loop is held up; then it hears of both.
        try await Task(executorPreference: loop) { for hole in holes.prefix(2) { try hole.letIn() } }.value
        let (peer, isAlone) = try await winner.value
        #expect(holes.prefix(2).map(\.address).contains(peer))
        #expect(isAlone)
        await loop.shutdown()
        #expect(loop.slotCount == 0)
    }

    @Test func `connects that end at any moment leave nothing`() async throws {
        let place = try Landing(), loop = place.loop, port = place.port
        let hole = try BlackHole(on: place.address("127.0.0.2"))
        let names = FakeNames(["127.0.0.2", "127.0.0.3", "127.0.0.1"]), lookups = names.lookups()
        let before = try place.clients()
        var configuration = ConnectConfiguration()
        configuration.attemptDelay = .milliseconds(10)
        let quick = configuration
        var ends: [String: Int] = [:]
        for round in 0..<4 {
            let results = await withTaskGroup(of: String.self) { group in
                for number in 0..<60 {
                    let limit = number % 3 == 0 ? TimeLimit.microseconds(number * 400) : .seconds(20)
                    group.addTask(executorPreference: number % 2 == 0 ? loop : nil) {
                        let error = await asyncError { () throws(SocketError) in
                            let stream = try await AsyncTCPStream.connect(to: "host", port, quick, limit, loop, lookups)
                            try await stream.close()
                        }
                        return error?.code.name ?? "connected"
                    }
                }
                // The last ones come to their own end.
                if round < 3 {
                    await turns([0, 30, 300][round], of: loop)
                    group.cancelAll()
                }
                return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
            }
            ends.merge(results, uniquingKeysWith: +)
        }
        #expect(Set(ends.keys).isSubset(of: ["connected", "ETIMEDOUT", "ECANCELED"]), "\(ends)")
        #expect(ends["connected"] != nil && ends["ETIMEDOUT"] != nil, "\(ends)")
        _ = hole.address
        #expect(await eventually { loop.slotCount == 0 })
        #expect(try place.clients() == before)
        await loop.shutdown()
    }
}
