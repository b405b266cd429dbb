import Sockets
import TestSupport
import Testing

/// The models of a server for streams. One of them forks, and a fault is a whole process's: so they run in one of their own.
enum ProcessModel: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case iterative, fork, threaded, select, poll, epoll

    var testDescription: String { rawValue }

    /// Those that serve several clients at once.
    static let concurrent: [ProcessModel] = [.fork, .threaded, .select, .poll, .epoll]
}

/// An echo server in a process of its own, some of whose system calls can be made to fail.
struct ServerProgram {
    let program: Program
    let address: IPSocketAddress

    private static let path = Program.built("ForkingFixture")

    init(_ program: Program) throws {
        self.program = program
        address = try #require(program.line().flatMap(IPSocketAddress.init))
    }

    /// Starts `ForkingFixture`; faults are as those of `Program.start`.
    init(_ arguments: [String], faults: [String] = []) throws {
        try self.init(
            faults.isEmpty
                ? Program(Self.path, arguments) : Program.start(Self.path, arguments, faults: faults))
    }

    /// Starts the server of a model, whose calls go to a file.
    init(_ model: ProcessModel, tracing calls: String, to file: String) throws {
        try self.init(Program.start(Self.path, ["serve", "16", model.rawValue], tracing: calls, to: file))
    }

    /// Starts the server of a model.
    init(_ model: ProcessModel, limit: Int = 16, _ options: String..., faults: [String] = []) throws {
        try self.init(["serve", "\(limit)", model.rawValue] + options, faults: faults)
    }

    func connect() throws(SocketError) -> TCPStream { try TCPStream.connect(to: address) }

    /// The next things it says.
    func lines(_ count: Int) -> [String] { (0..<count).compactMap { _ in program.line() } }

    /// Stops it, and returns what it still says.
    func end() -> [String] {
        program.stop()
        return program.finish().lines
    }
}
