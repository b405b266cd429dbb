import AsyncSockets
import Foundation
import Sockets
import TestSupport
import Testing

private let fixture = Program.built("AsyncFixture")

/// Servers beside other processes: successors, children, peers that are stopped.
@Suite(.serialized, .timeLimit(.minutes(1))) struct AsyncProcessTests {
    @Test(arguments: EngineKind.available, EngineKind.available)
    func `a listener goes to a successor under load, and no client notices`(
        _ old: EngineKind, _ new: EngineKind
    ) async throws {
        let folder = try TemporaryFolder(), path = folder.file("door")
        try await Background.result {
            let first = try Program(fixture, ["old", old.rawValue, path])
            let address = try #require(first.line().flatMap(IPSocketAddress.init))
            let load = Load(address)
            let clients = (0..<4).map { _ in Background { load.run() } }
            load.wait(for: "o")
            let second = try Program(fixture, ["new", new.rawValue, path])
            // Its predecessor ends by itself.
            let before = first.finish()
            load.wait(for: "n")
            load.stop()
            for client in clients { client.join() }
            second.endInput()
            let after = second.finish()
            #expect(load.failures.isEmpty)
            #expect(
                before.lines == ["\(load.count("o")) accepted, 0 active, 0 failed", nothingLeftOpen, "done"],
                "\(before)")
            #expect(
                after.lines == ["\(load.count("n")) accepted, 0 active, 0 failed", nothingLeftOpen, "done"], "\(after)")
        }
    }

    @Test(arguments: EngineKind.available)
    func `a peer whose process is stopped costs its own connection only`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let listener = try AsyncTCPListener(on: .loopback(port: 0), loop: loop)
            let peer = try Program(fixture, ["drain", kind.rawValue, "\(listener.localAddress)"])
            let stream = try await listener.accept(), sent = pattern(30_000_000)
            try await stream.sendAll([1].span)
            _ = try await Background.result { peer.line() }
            peer.signal(SIGSTOP)
            // A thread that runs just then goes on for a moment.
            #expect(await eventually { isStopped(peer.id) })
            let error = await socketError { () async throws(SocketError) in
                try await stream.sendAll(sent.span, within: .milliseconds(100))
            }
            let gone = try #require(error).transferred
            #expect(error?.code == .timedOut && gone > 0 && gone < sent.count)
            // A wait for more room, of which the kernel may find some, ends by cancelling, too.
            let shared = Shared(stream)
            let waiting = Task {
                await socketError { () async throws(SocketError) in
                    try await shared.value.sendAll(sent.span.extracting(gone...))
                }
            }
            let other = try Connection(loop)
            for byte in 0..<100 as Range<UInt8> {
                try other.peer.sendAll([byte].span)
                #expect(try await other.stream.receive(count: 1) == [byte])
            }
            waiting.cancel()
            let cancelled = await waiting.value
            let more = try #require(cancelled).transferred
            #expect(cancelled?.code == .cancelled && gone + more < sent.count)
            peer.signal(SIGCONT)
            try await shared.value.sendAll(sent.span.extracting((gone + more)...))
            try shared.value.shutdown(.write)
            let outcome = try await Background.result { peer.finish() }
            #expect(outcome.lines == ["\(sent.count + 1) bytes", nothingLeftOpen, "done"], "\(outcome)")
        }
    }

    @Test(arguments: EngineKind.available)
    func `a child that has the descriptors changes nothing for its parent`(_ kind: EngineKind) async throws {
        try await Background.result {
            let server = try Program(fixture, ["fork", kind.rawValue])
            let address = try #require(server.line().flatMap(IPSocketAddress.init))
            let client = try TCPStream.connect(to: address)
            for byte in [1, 2] as [UInt8] {
                try client.sendAll([byte].span)
                #expect(try client.receive(exactly: 1) == [byte])
            }
            #expect(try client.receiveAll() == [])
            #expect(server.finish().lines == [nothingLeftOpen, "done"])
        }
    }

    @Test(
        .enabled(
            if: Killing.isPossible, "the kernel has no INET_DIAG_DESTROY, or this is not root with ss and nsenter"),
        arguments: EngineKind.available)
    func `a connection that the system kills ends, and no other one`(_ kind: EngineKind) async throws {
        let lines = try await Background.result { try Killing.run(kind) }
        let killed = try #require(lines)
        #expect(["ECONNABORTED", "ECONNRESET", "EPIPE"].contains(killed.first))
        #expect(killed.dropFirst() == ["the other goes on", nothingLeftOpen, "done"])
    }
}

/// Whether all threads of a process stand still. C: proc_pid_stat(5)
private func isStopped(_ process: Int32) -> Bool {
    let folder = "/proc/\(process)/task"
    let threads = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return threads.allSatisfy { thread in
        let status = (try? String(contentsOfFile: "\(folder)/\(thread)/stat", encoding: .utf8)) ?? ""
        return status.contains(") T ")
    }
}

/// Clients of a server, one after the other.
private final class Load: @unchecked Sendable {
    private let address: IPSocketAddress
    // One that the sanitizer of threads knows, unlike Mutex.
    private let lock = NSLock()
    // Under the lock:
    private var answers: (marks: [String: Int], failures: [String], isStopped: Bool) = ([:], [], false)

    init(_ address: IPSocketAddress) { self.address = address }

    func run() {
        while !lock.withLock({ answers.isStopped || !answers.failures.isEmpty }) {
            do {
                let client = try TCPStream.connect(to: address)
                try client.sendAll([7].span)
                let answer = try client.receive(exactly: 2)
                var more: [UInt8] = [0]
                guard try client.receive(into: &more) == 0 else { throw SocketError(.recv, .protocolError) }
                let mark = String(decoding: answer[1...], as: UTF8.self)
                lock.withLock { answers.marks[mark, default: 0] += 1 }
            } catch { lock.withLock { answers.failures.append("\(error)") } }
        }
    }

    /// Returns when there are answers with this mark, some hundreds.
    func wait(for mark: String) {
        let enough = count(mark) + 300
        while count(mark) < enough, failures.isEmpty { Thread.sleep(forTimeInterval: 0.001) }
    }

    func stop() { lock.withLock { answers.isStopped = true } }
    func count(_ mark: String) -> Int { lock.withLock { answers.marks[mark] ?? 0 } }
    var failures: [String] { lock.withLock { answers.failures } }
}

/// Connections that are ended from outside, in a network of their own. C: ss(8) --kill
private enum Killing {
    static let isPossible = (try? run(.poll)) != nil

    /// What became of two connections, after one of them was killed; nil where that cannot be done.
    static func run(_ kind: EngineKind) throws -> [String]? {
        guard Fixture.canMakeNetworks, let kill = Program.find("ss"), let enter = Program.find("nsenter") else {
            return nil
        }
        let script = "ip link set lo up && exec \(fixture) transfer \(kind)"
        let program = try Program(Program.find("unshare") ?? "unshare", ["-n", "sh", "-c", script])
        let port = try #require(program.line())
        let words = ["-t", "\(program.id)", "-n", kill, "-H", "-t", "-K", "sport", "=", port]
        let outcome = try Program.run(enter, words)
        guard outcome.output.contains(port) else {
            program.end()
            return nil
        }
        program.endInput()
        return program.finish().lines
    }
}

/// Failing calls of a server that accepts.
@Suite(.enabled(if: Program.canHaveFaults, "strace is absent or may not trace"), .timeLimit(.minutes(1)))
struct AsyncAcceptFaultTests {
    @Test(
        arguments: EngineKind.available,
        [
            ("ENFILE", "paused ENFILE"), ("EMFILE", "paused EMFILE"), ("ENOBUFS", "paused ENOBUFS"),
            ("ENOMEM", "paused ENOMEM"), ("ECONNABORTED", "failed ECONNABORTED"), ("EPROTO", "failed EPROTO"),
            ("ENETDOWN", "failed ENETDOWN"), ("EHOSTUNREACH", "failed EHOSTUNREACH"), ("EPERM", "failed EPERM"),
            ("EINTR", nil),
        ] as [(String, String?)])
    func `an error of accept that passes is survived`(_ kind: EngineKind, _ fault: (code: String, event: String?))
        async throws
    {
        try await Background.result {
            let server = try Program.start(
                fixture, ["tell", kind.rawValue], faults: ["accept4:error=\(fault.code):when=1..3"])
            let address = try #require(server.line().flatMap(IPSocketAddress.init))
            try exchange(with: address)
            if let event = fault.event { for _ in 0..<3 { #expect(server.line() == event) } }
            try exchange(with: address)
            #expect(server.finish().lines == ["2 accepted, 0 active", nothingLeftOpen, "done"])
        }
    }

    @Test(arguments: EngineKind.available, ["EBADF", "EINVAL", "ENOTSOCK", "ENOSYS", "EFAULT"])
    func `a listener that is dead ends the server`(_ kind: EngineKind, _ code: String) async throws {
        try await Background.result {
            // Those that wait for an event first have one with the client.
            let server = try Program.start(
                fixture, ["tell", kind.rawValue], faults: ["accept4:error=\(code):when=1"])
            let address = try #require(server.line().flatMap(IPSocketAddress.init))
            let client = try? TCPStream.connect(to: address)
            #expect(server.line() == "accept \(code), 0 sent")
            #expect(server.finish().lines == [nothingLeftOpen])
            _ = client
        }
    }

    @Test(.enabled(if: EngineKind.available.contains(.epoll), "there is no epoll"), arguments: ["ENOSPC", "ENOMEM"])
    func `a client that the loop cannot look after is turned away`(_ code: String) async throws {
        try await Background.result {
            // All after that for the loop's own descriptor: the listener's fail as well, and it is tried again and again.
            let server = try Program.start(fixture, ["tell", "epoll"], faults: ["epoll_ctl:error=\(code):when=2+"])
            let address = try #require(server.line().flatMap(IPSocketAddress.init))
            let client = try TCPStream.connect(to: address)
            #expect(server.rest(after: "handler recv from ")?.hasSuffix("(\(code))") == true)
            #expect(try client.receiveAll() == [])
            let others = server.finish().lines.filter { $0 != "paused \(code)" }
            #expect(others == ["1 accepted, 0 active", nothingLeftOpen, "done"])
        }
    }

    @Test(.enabled(if: EngineKind.available.contains(.epoll), "there is no epoll"), arguments: ["ENOSPC", "ENOMEM"])
    func `a listener that the loop cannot look after is tried again`(_ code: String) async throws {
        try await Background.result {
            // After that for the loop's own descriptor.
            let server = try Program.start(fixture, ["tell", "epoll"], faults: ["epoll_ctl:error=\(code):when=2..3"])
            let address = try #require(server.line().flatMap(IPSocketAddress.init))
            #expect(server.line() == "paused \(code)")
            #expect(server.line() == "paused \(code)")
            try exchange(with: address)
            #expect(server.finish().lines == ["1 accepted, 0 active", nothingLeftOpen, "done"])
        }
    }
}

private func exchange(with address: IPSocketAddress) throws {
    let client = try TCPStream.connect(to: address)
    try client.sendAll([1, 2].span)
    #expect(try client.receive(exactly: 2) == [1, 2])
}
