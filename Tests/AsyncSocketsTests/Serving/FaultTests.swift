import AsyncSockets
import Sockets
import TestSupport
import Testing

/// Limits and failing calls are in a process of their own.
@Suite(.ownThread, .timeLimit(.minutes(1))) struct AsyncFaultTests {
    private static let fixture = Program.built("AsyncFixture")

    @Test(arguments: EngineKind.available)
    func `without descriptors a server pauses longer and longer, and then serves those who waited`(
        _ kind: EngineKind
    ) async throws {
        try await Background.result {
            let server = try Program(Self.fixture, ["serve", kind.rawValue])
            let address = try #require(server.line().flatMap(IPSocketAddress.init))
            let first = try TCPStream.connect(to: address), second = try TCPStream.connect(to: address)
            let third = try TCPStream.connect(to: address)
            try third.sendAll([3].span)
            for pause in ["0.005", "0.01", "0.02", "0.04"] {
                #expect(server.line() == "accept paused EMFILE \(pause) seconds")
            }
            // Those who were let in are served meanwhile.
            try second.sendAll([2].span)
            #expect(try second.receive(exactly: 1) == [2])
            try first.close()
            #expect(try third.receive(exactly: 1) == [3])
            try second.close()
            try third.close()
            server.endInput()
            #expect(server.finish().lines.suffix(3) == ["3 accepted, 0 active, 0 failed", nothingLeftOpen, "done"])
        }
    }

    /// An engine, the calls that are forbidden, joined by plus, and what comes of it.
    static let forbidden = [
        ["epoll", "epoll_pwait", "equal"], ["epoll", "epoll_pwait2", "equal"],
        ["epoll", "epoll_pwait+epoll_pwait2+epoll_wait", "epoll_wait EPERM, 0 sent"],
        ["ring", "io_uring_enter", "inspect EPERM, 0 sent"], ["poll", "ppoll", "poll EPERM, 0 sent"],
    ]

    @Test(.enabled(if: Program.canHaveFaults, "strace is absent or may not trace"), arguments: forbidden)
    func `a wait that is forbidden is replaced, or refuses the engine`(_ row: [String]) async throws {
        let engine = row[0], calls = row[1].split(separator: "+")
        guard EngineKind.available.contains(EngineKind(rawValue: engine)) else { return }
        let outcome = try await Background.result {
            try Program.start(Self.fixture, ["exchange", engine], faults: calls.map { "\($0):error=EPERM" })
                .finish()
        }
        #expect(outcome.lines.first == row[2], "\(outcome)")
    }

    /// Calls that a signal breaks off.
    static let interrupted = [
        "recvfrom:error=EINTR:when=1+2", "sendto:error=EINTR:when=1+2", "sendmsg:error=EINTR:when=1+2",
        "accept4:error=EINTR:when=1..3", "connect:error=EINTR:when=1..3", "epoll_wait:error=EINTR:when=1+2",
        "epoll_pwait:error=EINTR:when=1+2", "epoll_pwait2:error=EINTR:when=1+2", "ppoll:error=EINTR:when=1+2",
        "io_uring_enter:error=EINTR:when=1+2",
    ]

    @Test(
        .enabled(if: Program.canHaveFaults, "strace is absent or may not trace"),
        arguments: EngineKind.available, interrupted)
    func `interrupted calls are no news, and every byte arrives`(_ kind: EngineKind, _ fault: String) async throws {
        let outcome = try await Background.result {
            try Program.start(Self.fixture, ["exchange", kind.rawValue], faults: [fault]).finish()
        }
        #expect(outcome.lines == ["equal", nothingLeftOpen, "done"], "\(outcome)")
    }

    @Test(arguments: EngineKind.available) func `a storm of signals changes nothing`(_ kind: EngineKind) async throws {
        let outcome = try await Background.result { try Program.run(Self.fixture, ["storm", kind.rawValue]) }
        #expect(outcome.lines == ["equal", nothingLeftOpen, "done"], "\(outcome)")
    }

    // The first call waits for the loop's thread.
    @Test(
        .enabled(if: Program.canHaveFaults, "strace is absent or may not trace"),
        arguments: ["ENOMEM:when=2+2", "ENOMEM:when=2..30", "ENOMEM:when=2+", "EINVAL:when=2+3"])
    func `a loop on poll goes on when poll fails`(_ fault: String) async throws {
        let outcome = try await Background.result {
            try Program.start(Self.fixture, ["exchange", "poll"], faults: ["ppoll:error=\(fault)"]).finish()
        }
        #expect(outcome.lines == ["equal", nothingLeftOpen, "done"], "\(outcome)")
    }

    @Test(
        .enabled(
            if: Program.canHaveFaults && EngineKind.available.contains(.ring),
            "strace may not trace, or there is no ring"),
        arguments: ["EAGAIN:when=5+2", "EAGAIN:when=4..30", "EBUSY:when=5+2", "EBUSY:when=4..30"])
    func `operations that the kernel does not take go to it later`(_ fault: String) async throws {
        let outcome = try await Background.result {
            try Program.start(Self.fixture, ["exchange", "ring"], faults: ["io_uring_enter:error=\(fault)"]).finish()
        }
        #expect(outcome.lines == ["equal", nothingLeftOpen, "done"], "\(outcome)")
    }

    @Test(
        .enabled(if: Program.canHaveFaults, "strace is absent or may not trace"),
        arguments: ["sendto", "sendmsg"], ["ENOBUFS", "ENOMEM"])
    func `a want in sending is an error with its name`(_ call: String, _ code: String) async throws {
        for kind in EngineKind.available {
            let outcome = try await Background.result {
                try Program.start(Self.fixture, [call, kind.rawValue], faults: ["\(call):error=\(code):when=2"])
                    .finish()
            }
            let name = call == "sendto" ? "send" : call
            #expect(outcome.lines == ["\(name) \(code), 3 sent", nothingLeftOpen, "done"], "\(outcome)")
        }
    }

    /// The call that fails is not made: the socket stays open, which a second close would show.
    @Test(
        .enabled(if: Program.canHaveFaults, "strace is absent or may not trace"),
        arguments: EngineKind.available, [("EIO", ["close EIO, 0 sent", "99 closed"]), ("EINTR", ["100 closed"])])
    func `a close that fails is told and not repeated`(
        _ kind: EngineKind, _ fault: (code: String, outcome: [String])
    ) async throws {
        // Each thread counts its own calls, and only the loop's makes so many.
        let outcome = try await Background.result {
            try Program.start(
                Self.fixture, ["close", kind.rawValue], faults: ["close:error=\(fault.code):when=70"]
            ).finish()
        }
        let left = "left open: 0 slots, 1 sockets"
        #expect(outcome.lines == fault.outcome + ["equal", left, "done"], "\(outcome)")
    }

    @Test(arguments: EngineKind.available)
    func `a child inherits nothing of a loop and its sockets`(_ kind: EngineKind) async throws {
        let outcome = try await Background.result { try Program.run(Self.fixture, ["child", kind.rawValue]) }
        let lines = outcome.lines
        #expect(lines.count == 4 && lines[0].hasPrefix("/proc/self/fd/0 ") && lines[0] == lines[1], "\(outcome)")
        #expect(lines.suffix(2) == [nothingLeftOpen, "done"])
    }

    @Test(arguments: EngineKind.available)
    func `a group of which one loop cannot be made leaves none`(_ kind: EngineKind) async throws {
        let outcome = try await Background.result { try Program.run(Self.fixture, ["group", kind.rawValue]) }
        #expect(outcome.lines == ["made, in the end", nothingLeftOpen, "done"], "\(outcome)")
    }
}
