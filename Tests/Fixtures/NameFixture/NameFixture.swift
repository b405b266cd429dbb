import AsyncSockets
import Glibc
import Sockets

/// Connects by name where the network and the name servers are the test's.
@main struct NameFixture {
    static func main() async {
        let words = Array(CommandLine.arguments.dropFirst())
        guard let command = words.first, let run = commands[command] else { exit(2) }
        do throws(SocketError) {
            try await run(Array(words.dropFirst()))
        } catch {
            print("\(error.operation.rawValue) \(error.code.name)")
            exit(1)
        }
    }

    private typealias Command = @Sendable ([String]) async throws(SocketError) -> Void

    private static let commands: [String: Command] = [
        "names": names, "race": race, "no-descriptor": withoutDescriptor, "no-thread": withoutThread, "leaks": leaks,
    ]

    /// `names MILLISECONDS SERVER NAME...`: connects to names, with a bad server if `SERVER` is `server`.
    private static let names: Command = { words throws(SocketError) in
        if words[1] == "server" { try BadNameServer.start() }
        let place = try await Place()
        for name in words.dropFirst(2) {
            await place.report(name) { () throws(SocketError) in
                try await AsyncTCPStream.connect(
                    to: name, port: place.port, within: .milliseconds(Int(words[0]) ?? 0), loop: place.loop)
            }
        }
        await place.sum()
    }

    /// `race PORT ADDRESS...`: connects to a name with these addresses; port 0 is that of a listener here.
    private static let race: Command = { words throws(SocketError) in
        let place = try await Place(), port = Port(words[0]) ?? 0
        let found = words.dropFirst().compactMap { IPAddress($0) }.map { IPSocketAddress($0, port: 0) }
        let lookups = Lookups(mostThreads: 2) { question in
            guard case .addresses(_, _, let query) = question else {
                return .failure(.init(.getaddrinfo, .nameFailure))
            }
            return .success(.addresses(found.filter { $0.version == query.version ?? $0.version }))
        }
        await place.report("host") { () throws(SocketError) in
            try await AsyncTCPStream.connect(
                to: "host", port == 0 ? place.port : port, .init(), .seconds(30), place.loop, lookups)
        }
        await place.sum()
    }

    // The numbers are RLIMIT_NOFILE and RLIMIT_NPROC.

    /// Connects when there is no descriptor left, and when there is one again.
    private static let withoutDescriptor: Command = { _ throws(SocketError) in
        let place = try await Place()
        await place.limit(7, to: place.descriptors) { await place.connect("127.0.0.1") }
        await place.limit(7, to: place.descriptors) { await place.connect("localhost") }
        await place.connect("localhost")
        await place.sum()
    }

    /// Connects when there is no thread left, and when there is one again.
    private static let withoutThread: Command = { _ throws(SocketError) in
        let place = try await Place()
        await place.limit(6, to: 1) {
            // The runtime's own threads would be missing, too.
            await Task(executorPreference: place.loop) { await place.connect("localhost") }.value
        }
        await place.connect("localhost")
        await place.sum()
    }

    /// `leaks ADDRESS...`: connects to a name with these addresses that are given up at any moment.
    private static let leaks: Command = { words throws(SocketError) in
        let place = try await Place(), port = place.port, loop = place.loop
        let found = words.compactMap { IPAddress($0) }.map { IPSocketAddress($0, port: 0) }
        let lookups = Lookups(mostThreads: 4) { _ in .success(.addresses(found)) }
        var configuration = ConnectConfiguration()
        configuration.attemptDelay = .milliseconds(10)
        for round in 0..<20 {
            await withTaskGroup(of: Void.self) { [configuration] group in
                for number in 0..<50 {
                    group.addTask(executorPreference: number % 2 == 0 ? loop : nil) {
                        let limit: TimeLimit = number % 3 == 0 ? .microseconds(number * 300) : .forever
                        do throws(SocketError) {
                            _ = try await AsyncTCPStream.connect(to: "host", port, configuration, limit, loop, lookups)
                        } catch {}
                    }
                }
                try? await loop.sleep(within: .microseconds(round * 1500))
                group.cancelAll()
            }
        }
        await place.sum()
    }
}
