import Foundation
import TestSupport
import Testing

@testable import sock

/// Whether the servers of the tour make the calls that the tour tells.
@Suite(.ownThread) struct TraceTests {
    static let strace = Program.find("strace")
    /// Whether processes may be traced here.
    static let isPermitted =
        (try? strace.map { try Program.run($0, ["-o", "/dev/null", "true"]).status == 0 }) == .some(true)

    /// The names under which the kernel has the calls that libc gives other names.
    static let kernelNames: [String: Set<String>] = [
        "accept": ["accept", "accept4"], "recv": ["recvfrom"], "send": ["sendto"], "sendto": ["sendto", "sendmsg"],
        "fork": ["clone", "fork", "vfork", "clone3"], "pthread_create": ["clone3", "clone"],
        "select": ["pselect6", "select"], "poll": ["ppoll", "poll"], "_exit": ["exit_group"], "waitpid": ["wait4"],
        "epoll_wait": ["epoll_wait", "epoll_pwait"], "epoll_create": ["epoll_create1"],
        "unlink": ["unlink", "unlinkat"],
    ]

    static let models = [
        "iterative", "fork", "thread", "select", "poll", "epoll", "async", "udp", "udp-fork", "udp-fork-shared",
        "udp-async",
    ]

    @Test(.enabled(if: isPermitted, "strace is not installed, or may not trace"), arguments: models)
    func `the servers make the calls that the tour tells`(_ model: String) throws {
        let folder = try TemporaryFolder(), file = folder.file("trace")
        let outcome = try Program.run(
            try #require(Self.strace), ["-f", "-s", "64", "-o", file, Program.tool, "tour", "--model", model])
        #expect(outcome.status == 0)
        let trace = Trace(try String(contentsOfFile: file, encoding: .utf8))
        let kinds = ServerKind.all.filter { $0.model.rawValue == model }
        #expect(trace.servers.count == kinds.count)
        for (kind, server) in zip(kinds, trace.servers) { check(kind, server, trace) }
    }

    private func check(_ kind: ServerKind, _ server: String, _ trace: Trace) {
        let parts = kind.calls.split(whereSeparator: { "()".contains($0) }).map(String.init)
        let own = Self.words(parts.indices.filter { $0 % 2 == 0 }.map { parts[$0] }.joined(separator: " "))
        #expect(Self.isMade(own, in: trace.calls[server] ?? []), "\(kind.calls): \(trace.calls[server] ?? [])")
        guard parts.count > 1 else { return }
        let inner = Self.words(parts[1]), children = trace.children[server] ?? []
        #expect(children.contains { Self.isMade(inner, in: trace.calls[$0] ?? []) }, "\(kind.calls)")
    }

    private static func words(_ text: String) -> [String] {
        text.split(separator: " ").map(String.init).filter { $0 != "|" }
    }

    /// Whether the calls are made in this order, whatever is made between them.
    private static func isMade(_ wanted: [String], in made: [String]) -> Bool {
        var rest = wanted[...]
        for call in made {
            guard let next = rest.first else { break }
            if (kernelNames[next] ?? [next]).contains(call) { rest.removeFirst() }
        }
        return rest.isEmpty
    }
}

/// What strace wrote: for each process or thread its calls in their order, and whom it started.
private struct Trace {
    var calls: [String: [String]] = [:]
    var children: [String: [String]] = [:]
    /// The processes that became `sock echo`, in their order.
    var servers: [String] = []

    init(_ text: String) {
        for line in text.split(separator: "\n") { add(line) }
    }

    private mutating func add(_ line: Substring) {
        let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard parts.count == 2 else { return }
        let process = String(parts[0]), rest = parts[1].drop { $0 == " " }
        if rest.hasPrefix("execve("), rest.contains("\"echo\"") {
            servers.append(process)
            calls[process] = []
        }
        if rest.first?.isLetter == true { calls[process, default: []].append(String(rest.prefix { $0 != "(" })) }
        if rest.contains("clone"), let result = rest.split(separator: "=").last {
            let number = result.drop { $0 == " " }.prefix { $0.isNumber }
            if !number.isEmpty { children[process, default: []].append(String(number)) }
        }
    }
}
