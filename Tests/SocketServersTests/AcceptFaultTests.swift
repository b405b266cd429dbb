import Sockets
import TestSupport
import Testing

/// Servers whose accept fails. The first call is the first client's; which ones fail, the fault says.
@Suite(.enabled(if: Program.canHaveFaults, "strace is absent or may not trace"), .timeLimit(.minutes(1)))
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
        try expectRefusal(of: second)
        if model != .iterative {
            try greet(first)
            try first.shutdown(.write)
        }
        #expect(server.program.finish().lines == ["ended accept \(code)", Self.one])
    }
}
