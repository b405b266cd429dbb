import Sockets
import TestSupport
import Testing

/// The models of a server for streams, one of which forks: so they run in a process of their own.
enum ProcessModel: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case iterative, fork, threaded, select, poll, epoll

    var testDescription: String { rawValue }

    /// Those that serve several clients at once.
    static let concurrent: [ProcessModel] = [.fork, .threaded, .select, .poll, .epoll]
}

/// An echo server in a process of its own.
struct ServerProgram {
    let program: Program
    let address: IPSocketAddress

    /// Starts `ForkingFixture`.
    init(_ arguments: [String]) throws {
        program = try Program(Program.built("ForkingFixture"), arguments)
        address = try #require(program.line().flatMap(IPSocketAddress.init))
    }

    /// Starts the server of a model.
    init(_ model: ProcessModel, limit: Int = 16, _ options: String...) throws {
        try self.init(["serve", "\(limit)", model.rawValue] + options)
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
