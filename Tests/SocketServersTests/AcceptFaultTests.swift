import Foundation
import Sockets
import TestSupport
import Testing

/// Servers whose accept fails. The first call is the first client's; which ones fail, the fault says.
@Suite(.ownThread, .enabled(if: Program.canHaveFaults, "strace is absent or may not trace"), .timeLimit(.minutes(1)))
struct AcceptFaultTests {
    private static let one = "done 1 accepted, 0 active, 0 failed, 0 left open"
    private static let two = "done 2 accepted, 0 active, 0 failed, 0 left open"

    @Test(arguments: ProcessModel.allCases, ["ENFILE", "ENOBUFS", "ENOMEM", "EMFILE"])
    func `a want of something makes longer and longer pauses, and who waited is served`(
        _ model: ProcessModel, _ code: String
    ) throws {
        let server = try ServerProgram(model, faults: ["accept4:error=\(code):when=2..5"])
        let first = try server.connect()
        try greet(first)
        if model == .iterative { try first.close() }
        let second = try server.connect()
        #expect(server.lines(4) == ["0.005", "0.01", "0.02", "0.04"].map { "accept paused \(code) \($0) seconds" })
        try greet(second)
        try second.close()
        #expect(server.end() == [Self.two])
    }

    @Test(arguments: clientErrors) func `an error of one client is passed over at once, and none is lost`(
        _ model: ProcessModel, _ code: String
    ) throws {
        let server = try ServerProgram(model, faults: ["accept4:error=\(code):when=1..3"])
        let client = try server.connect()
        // Two names of one number.
        let name = code == "EOPNOTSUPP" ? "ENOTSUP" : code
        #expect(server.lines(3) == Array(repeating: "accept failed \(name)", count: 3))
        try greet(client)
        try client.close()
        #expect(server.end() == [Self.one])
    }

    /// The two loops with all errors, the other models with two.
    private static let clientErrors: [(ProcessModel, String)] =
        [.iterative, .epoll].flatMap { model in clientCodes.map { (model, $0) } }
        + [.fork, .threaded, .select, .poll].flatMap { [($0, "ECONNABORTED"), ($0, "EPROTO")] }

    private static let clientCodes = [
        "ECONNABORTED", "EPROTO", "ENETDOWN", "ENOPROTOOPT", "EHOSTDOWN", "ENONET", "EHOSTUNREACH", "EOPNOTSUPP",
        "ENETUNREACH", "ETIMEDOUT", "EPERM", "ECONNRESET",
    ]

    @Test(arguments: ProcessModel.allCases, ["EINTR", "EAGAIN"])
    func `a signal, or a client that somebody else took, is nothing to tell of`(
        _ model: ProcessModel, _ code: String
    ) throws {
        let server = try ServerProgram(model, faults: ["accept4:error=\(code):when=1..3"])
        let client = try server.connect()
        try greet(client)
        try client.close()
        #expect(server.end() == [Self.one])
    }

    @Test(arguments: ProcessModel.allCases)
    func `an error of one client that does not end makes pauses`(_ model: ProcessModel) throws {
        let server = try ServerProgram(model, faults: ["accept4:error=EPROTO:when=1..66"])
        let client = try server.connect()
        #expect(server.lines(64) == Array(repeating: "accept failed EPROTO", count: 64))
        #expect(server.lines(2) == ["0.005", "0.01"].map { "accept paused EPROTO \($0) seconds" })
        try greet(client)
        try client.close()
        #expect(server.end() == [Self.one])
    }

    @Test(arguments: ProcessModel.allCases, ["EBADF", "EINVAL", "ENOTSOCK", "ENOSYS", "EFAULT"])
    func `a dead listener ends the server, once those who were let in are served`(
        _ model: ProcessModel, _ code: String
    ) throws {
        // Those that wait for many look for a second client at once, and find none.
        let call = [.select, .poll, .epoll].contains(model) ? 3 : 2
        // A descriptor that is gone cannot be taken out of epoll either: the call after those for the server's four
        // descriptors and its first client.
        let faults = code == "EBADF" && model == .epoll ? ["epoll_ctl:error=EBADF:when=6"] : []
        let server = try ServerProgram(model, faults: ["accept4:error=\(code):when=\(call)"] + faults)
        let first = try server.connect()
        try greet(first)
        if model == .iterative { try first.shutdown(.write) }
        let second = try server.connect()
        try expectReset(of: second)
        if model != .iterative {
            try greet(first)
            try first.shutdown(.write)
        }
        #expect(server.program.finish().lines == ["ended accept \(code)", Self.one])
    }

    @Test(arguments: ProcessModel.allCases)
    func `on a new connection no call is made but its handler's, so that none can fail`(
        _ model: ProcessModel
    ) throws {
        let folder = try TemporaryFolder(), file = folder.file("trace")
        let server = try ServerProgram(model, tracing: "all", to: file)
        let client = try server.connect()
        try greet(client)
        try client.close()
        #expect(server.end() == [Self.one])
        let calls = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map(Call.init)
        let accept = try #require(calls.firstIndex { $0.name == "accept4" && Int($0.result) != nil })
        // In the end the program counts its descriptors, by a call on each.
        let served = calls[accept...].prefix { !($0.name == "fcntl" && $0.firstArgument == "0") }
        // That of select is a count.
        let made = served.filter { $0.firstArgument == calls[accept].result && !$0.name.contains("select") }
        // Two of the pollers have to look themselves whether a descriptor is open.
        let question: Set = [.select, .poll].contains(model) ? ["fcntl"] : []
        #expect(Set(made.map(\.name)) == question.union(["recvfrom", "sendto", "close"]))
    }

    @Test(arguments: [ProcessModel.iterative, .select, .poll, .epoll], ["ENOTCONN", "ENOMEM", "EINVAL"])
    func `a connection whose first call fails costs its client only`(_ model: ProcessModel, _ code: String) throws {
        let server = try ServerProgram(model, faults: ["recvfrom:error=\(code):when=1"])
        let first = try server.connect()
        let name = try first.localAddress
        try first.shutdown(.write)
        #expect(server.program.line()?.hasPrefix("handler failed recv from \(name): ") == true)
        let client = try server.connect()
        try greet(client)
        try client.close()
        #expect(server.end() == ["done 2 accepted, 0 active, 1 failed, 0 left open"])
    }
}

/// A line of strace: `4711 recvfrom(9, ...) = 1`.
private struct Call {
    let name: String, firstArgument: String, result: String

    init(_ line: Substring) {
        let parts = line.drop { $0.isNumber || $0 == " " }.split(separator: "(", maxSplits: 1)
        name = String(parts.first ?? "")
        firstArgument = String(parts.last?.prefix { $0.isNumber } ?? "")
        result = String(line.split(separator: " ").last ?? "")
    }
}
