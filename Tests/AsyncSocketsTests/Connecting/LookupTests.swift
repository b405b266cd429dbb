import AsyncSockets
import Sockets
import TestSupport
import Testing

/// A loop that can be let go, and whether it is gone.
private final class Asker {
    var loop: EventLoop?
    weak var trace: EventLoop?

    init(_ loop: EventLoop) { (self.loop, trace) = (loop, loop) }
}

@Suite(.ownThread, .timeLimit(.minutes(1))) struct LookupTests {
    private func ask(
        _ host: String, _ lookups: Lookups, _ loop: EventLoop, _ limit: TimeLimit = .forever
    ) async throws(SocketError) -> [IPSocketAddress] {
        try await AsyncResolver.addresses(of: host, 80, .init(), limit, loop, lookups)
    }

    @Test func `an answer has the port that was asked for`() async throws {
        let loop = try EventLoop()
        let answer = try await ask("host", FakeNames().lookups(), loop)
        #expect(answer == [.loopback(port: 80)])
        await loop.shutdown()
    }

    @Test(arguments: [false, true]) func `nobody holds a loop that has asked`(isCancelled: Bool) async throws {
        let names = FakeNames(held: true), lookups = names.lookups()
        let asker = Asker(try EventLoop())
        // The first asks, and the second shares the answer.
        let tasks = try (0..<2).map { _ in
            let loop = try #require(asker.loop)
            return Task { try await ask("host", lookups, loop) }
        }
        #expect(await eventually { names.running == 1 && asker.loop?.slotCount == 2 })
        if isCancelled { for task in tasks { task.cancel() } }
        if !isCancelled { names.answer() }
        for task in tasks { _ = await task.result }
        await asker.loop?.shutdown()
        names.answer()
        asker.loop = nil
        #expect(await eventually { asker.trace == nil })
    }

    @Test func `threads are few, and all questions are answered`() async throws {
        let names = FakeNames(held: true), lookups = names.lookups(threads: 3), loop = try EventLoop()
        let answers = await withTaskGroup(of: Int.self) { group in
            for number in 0..<100 {
                group.addTask { (try? await ask("host\(number)", lookups, loop))?.count ?? 0 }
            }
            #expect(await eventually { lookups.queueCount == 97 && names.running == 3 })
            names.answer()
            return await group.reduce(0, +)
        }
        #expect(answers == 100)
        #expect(names.mostRunning == 3)
        #expect(Set(names.asked).count == 100)
        #expect(await eventually { lookups.threadCount == 0 })
        await loop.shutdown()
    }

    @Test func `who asks the same at the same time shares an answer`() async throws {
        let names = FakeNames(held: true), lookups = names.lookups(threads: 1), loop = try EventLoop()
        let answers = await withTaskGroup(of: Int.self) { group in
            group.addTask { (try? await ask("first", lookups, loop))?.count ?? 0 }
            #expect(await eventually { names.running == 1 })
            for _ in 0..<50 { group.addTask { (try? await ask("second", lookups, loop))?.count ?? 0 } }
            #expect(await eventually { lookups.queueCount == 1 })
            names.answer()
            return await group.reduce(0, +)
        }
        #expect(answers == 51)
        // Who came when the second question was answered already has asked once more.
        #expect(Set(names.asked) == ["first", "second"])
        await loop.shutdown()
    }

    @Test(arguments: [false, true]) func `cancelling returns at once, and the thread ends in its own time`(
        onLoop: Bool
    ) async throws {
        let names = FakeNames(held: true), lookups = names.lookups(), loop = try EventLoop()
        let body: @Sendable () async -> SocketError? = {
            await asyncError { () throws(SocketError) in _ = try await ask("host", lookups, loop) }
        }
        let task = onLoop ? Task(executorPreference: loop) { await body() } : Task { await body() }
        #expect(await eventually { names.running == 1 })
        task.cancel()
        let error = await task.value
        #expect(error == SocketError(.getaddrinfo, .cancelled))
        #expect(error?.detail == "host")
        #expect(lookups.threadCount == 1)
        names.answer()
        #expect(await eventually { lookups.threadCount == 0 })
        await loop.shutdown()
    }

    @Test func `who is cancelled before asks nothing that lasts`() async throws {
        let names = FakeNames(), lookups = names.lookups(), loop = try EventLoop()
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return await asyncError { () throws(SocketError) in
                _ = try await AsyncTCPStream.connect(to: "host", 80, .init(), .forever, loop, lookups)
            }
        }
        task.cancel()
        let error = await task.value
        #expect(error?.code == .cancelled)
        #expect(names.asked.isEmpty)
        await loop.shutdown()
    }

    @Test func `the limit ends the wait`() async throws {
        let names = FakeNames(held: true), lookups = names.lookups(), loop = try EventLoop()
        let error = await asyncError { () throws(SocketError) in
            _ = try await ask("host", lookups, loop, .milliseconds(5))
        }
        #expect(error == SocketError(.getaddrinfo, .timedOut))
        names.answer()
        #expect(await eventually { lookups.threadCount == 0 })
        await loop.shutdown()
    }

    @Test func `a question that nobody waits for any more is not asked`() async throws {
        let names = FakeNames(held: true), lookups = names.lookups(threads: 1), loop = try EventLoop()
        let first = Task { try await ask("first", lookups, loop) }
        #expect(await eventually { names.running == 1 })
        let others = (0..<200).map { number in Task { try await ask("other\(number)", lookups, loop) } }
        #expect(await eventually { lookups.queueCount == 200 })
        for other in others { other.cancel() }
        for other in others { _ = await other.result }
        // The queue does not keep what was given up.
        #expect(lookups.queueCount < 50)
        let last = Task { try await ask("other7", lookups, loop) }
        #expect(await eventually { lookups.queueCount > 0 })
        names.answer()
        #expect(try await first.value.count == 1)
        #expect(try await last.value.count == 1)
        #expect(names.asked == ["first", "other7"])
        #expect(await eventually { lookups.threadCount == 0 && lookups.queueCount == 0 })
        await loop.shutdown()
    }

    @Test func `a dead name takes one thread, however often it is asked`() async throws {
        let names = FakeNames(held: true), lookups = names.lookups(), loop = try EventLoop()
        for _ in 0..<20 {
            let error = await asyncError { () throws(SocketError) in
                _ = try await ask("dead", lookups, loop, .milliseconds(1))
            }
            #expect(error?.code == .timedOut)
        }
        #expect(names.asked == ["dead"])
        let late = Task { try await ask("dead", lookups, loop) }
        #expect(await eventually { names.running == 1 })
        names.answer()
        #expect(try await late.value.count == 1)
        await loop.shutdown()
    }

    @Test func `a loop that is shut down ends the wait`() async throws {
        let names = FakeNames(held: true), lookups = names.lookups(), loop = try EventLoop()
        let task = Task {
            await asyncError { () throws(SocketError) in _ = try await ask("host", lookups, loop) }
        }
        #expect(await eventually { names.running == 1 })
        await loop.shutdown()
        let error = await task.value
        #expect(error?.code == .closed)
        let second = await asyncError { () throws(SocketError) in _ = try await ask("host", lookups, loop) }
        #expect(second?.code == .closed)
        names.answer()
        #expect(await eventually { lookups.threadCount == 0 })
    }

    @Test func `answers that come while they are given up harm nobody`() async throws {
        let names = FakeNames(), lookups = names.lookups(threads: 2), loop = try EventLoop()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<2000 {
                group.addTask {
                    let error = await asyncError { () throws(SocketError) in
                        let answer = try await ask("host\(number % 7)", lookups, loop, .microseconds(number % 90))
                        #expect(answer.count == 1)
                    }
                    #expect(error == nil || error?.code == .timedOut || error?.code == .cancelled)
                }
                if number == 1500 { group.cancelAll() }
            }
        }
        #expect(await eventually { lookups.threadCount == 0 && lookups.queueCount == 0 })
        await loop.shutdown()
    }
}

@Suite(.ownThread, .timeLimit(.minutes(1))) struct AsyncResolverTests {
    @Test(arguments: ["127.0.0.1", "::1", "::ffff:1.2.3.4", "fe80::1%1"])
    func `an address answers itself`(text: String) async throws {
        let answers = try await AsyncResolver.addresses(of: text, port: 80)
        #expect(answers.map(\.address.description) == [text])
        #expect(answers.first?.port == 80)
    }

    @Test func `localhost is this machine, also by the name of a service`() async throws {
        var query = Resolver.Query()
        query.version = .v4
        #expect(try await AsyncResolver.addresses(of: "localhost", port: 7, query) == [.loopback(port: 7)])
        #expect(try await AsyncResolver.addresses(of: "localhost", service: "80", query) == [.loopback(port: 80)])
        let named = await asyncError { () throws(SocketError) in
            let answer = try await AsyncResolver.addresses(of: "localhost", service: "http", query)
            #expect(answer == [.loopback(port: 80)])
        }
        // A system may come without its table of services.
        #expect(named == nil || named?.code == .unknownService)
    }

    @Test(arguments: [
        "", "a\0b", "127.1", "0x7f.1", "1234", "010.0.0.1", "[::1]", "::1%nope", "１.2.3.4", "a b",
        String(repeating: "a", count: 255),
    ])
    func `what is no name is refused before a thread sees it`(text: String) async throws {
        let names = FakeNames(), lookups = names.lookups(), loop = try EventLoop.shared()
        let error = await asyncError { () throws(SocketError) in
            _ = try await AsyncResolver.addresses(of: text, port: 1)
        }
        #expect(error?.code == .invalidInput)
        let other = await asyncError { () throws(SocketError) in
            _ = try await AsyncTCPStream.connect(to: text, 1, .init(), .forever, loop, lookups)
        }
        #expect(other?.code == .invalidInput)
        let service = await asyncError { () throws(SocketError) in
            _ = try await AsyncResolver.addresses(of: text, service: "http")
        }
        #expect(service?.code == .invalidInput)
        #expect(names.asked.isEmpty)
    }

    @Test(arguments: ["", "99999", "+80", "a\0b", "http "])
    func `what is no port and no service is refused`(service: String) async throws {
        let error = await asyncError { () throws(SocketError) in
            _ = try await AsyncResolver.addresses(of: "127.0.0.1", service: service)
        }
        #expect(error?.code == .invalidInput)
    }

    @Test func `a service that nobody knows`() async throws {
        let error = await asyncError { () throws(SocketError) in
            _ = try await AsyncResolver.addresses(of: "127.0.0.1", service: "no-such-service")
        }
        #expect(error?.code == .unknownService)
    }

    @Test func `an address has names`() async throws {
        let name = try await AsyncResolver.name(of: .loopback(port: 9))
        #expect(!name.host.isEmpty && !name.service.isEmpty)
    }
}
