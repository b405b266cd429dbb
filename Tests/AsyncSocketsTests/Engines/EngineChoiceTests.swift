import AsyncSockets
import Sockets
import TestSupport
import Testing

/// Which engine a loop gets. In a process of its own, for its environment and for calls that fail.
@Suite(.timeLimit(.minutes(1))) struct EngineChoiceTests {
    private static let fixture = Program.built("AsyncFixture")

    /// What a loop says of its engine, with a value of `SOCKETS_ENGINE`.
    private func lines(_ value: String, _ argument: String, faults: [String] = []) async throws -> [String] {
        let words = ["SOCKETS_ENGINE=\(value)", Self.fixture, "engine", argument]
        return try await Background.result {
            guard !faults.isEmpty else { return try Program.run("/usr/bin/env", words).lines }
            return try Program.start("/usr/bin/env", words, faults: faults).finish().lines
        }
    }

    private func works(_ kind: EngineKind?) -> [String] { [kind?.rawValue ?? "", "equal", nothingLeftOpen, "done"] }

    @Test(arguments: EngineKind.available) func `the environment names the engine`(_ kind: EngineKind) async throws {
        #expect(try await lines(kind.rawValue, "any") == works(kind))
    }

    @Test func `without a name it is the preferred engine`() async throws {
        #expect(try await lines("", "any") == works(EngineKind.available.first))
    }

    @Test(arguments: EngineKind.available) func `an argument counts more`(_ kind: EngineKind) async throws {
        #expect(try await lines("steam", kind.rawValue) == works(kind))
    }

    @Test(arguments: ["steam", "Poll", " poll", "any"])
    func `a name that there is not is an error`(_ name: String) async throws {
        #expect(try await lines(name, "any") == ["inspect \(SocketError.Code.invalidInput.name), 0 sent"])
    }
}

extension EngineChoiceTests {
    static let refusals = ["ENOSYS", "EPERM", "ENOMEM", "EACCES", "EMFILE"]
    static let hasEpoll = EngineKind.available.contains(.epoll), hasRing = EngineKind.available.contains(.ring)

    @Test(.enabled(if: Program.canHaveFaults, "strace is absent or may not trace"), arguments: refusals)
    func `a ring that was named and cannot be is an error with its name`(_ code: String) async throws {
        let faults = ["io_uring_setup:error=\(code)"]
        for (value, argument) in [("", "ring"), ("ring", "any")] {
            #expect(try await lines(value, argument, faults: faults) == ["inspect \(code), 0 sent"])
        }
    }

    @Test(.enabled(if: Program.canHaveFaults, "strace is absent or may not trace"), arguments: refusals)
    func `where no engine is named, the next one takes the place of one that cannot be`(_ code: String) async throws {
        let ring = "io_uring_setup:error=\(code)", epoll = "epoll_create1:error=\(code)"
        #expect(try await lines("", "any", faults: [ring]) == works(Self.hasEpoll ? .epoll : .poll))
        #expect(try await lines("", "any", faults: [epoll]) == works(Self.hasRing ? .ring : .poll))
        #expect(try await lines("", "any", faults: [ring, epoll]) == works(.poll))
    }

    @Test(
        .enabled(if: Program.canHaveFaults && hasEpoll, "strace may not trace, or there is no epoll"),
        arguments: ["ENOMEM", "EMFILE", "ENFILE"])
    func `an epoll that was named and cannot be is an error with its name`(_ code: String) async throws {
        let name = SocketError.Operation.epollCreate.rawValue
        #expect(try await lines("", "epoll", faults: ["epoll_create1:error=\(code)"]) == ["\(name) \(code), 0 sent"])
        #expect(
            try await lines("", "epoll", faults: ["epoll_ctl:error=\(code):when=1"]) == ["epoll_ctl \(code), 0 sent"])
    }
}

extension EngineChoiceTests {
    // Both threads wait for each other by poll, the caller's and the loop's.
    @Test(
        .enabled(if: Program.canHaveFaults, "strace is absent or may not trace"),
        arguments: EngineKind.available, ["ENOMEM", "EINVAL"])
    func `a loop begins, or says why not, when poll fails meanwhile`(_ kind: EngineKind, _ code: String) async throws {
        let outcome = try await Background.result {
            try Program.start(
                Self.fixture, ["exchange", kind.rawValue], faults: ["ppoll:error=\(code):when=1"]
            ).finish()
        }
        let works = ["equal", nothingLeftOpen, "done"]
        #expect(outcome.lines == works || outcome.lines == ["poll \(code), 0 sent"], "\(outcome)")
    }
}
