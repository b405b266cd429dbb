import Sockets

/// A subcommand: its arguments are properties with defaults, and one table fills, checks and explains them.
protocol Command {
    /// The word that selects it.
    static var name: String { get }
    /// What it does, in one line.
    static var summary: String { get }
    /// What else its help says; may be empty.
    static var discussion: String { get }
    /// Options first, then operands in their order.
    static var arguments: [Argument<Self>] { get }

    /// The command with the defaults.
    init()

    /// Does the work.
    func run() throws(SocketError) -> ExitStatus
}

/// What the shell gets to know.
enum ExitStatus: Int32 {
    case success = 0
    case failure = 1
    case wrongUsage = 2
}

/// A subcommand without its type, as a row of the table of commands.
struct CommandEntry {
    let name: String
    let summary: String
    let help: String
    let parse: ([String]) throws(UsageError) -> Run?

    typealias Run = () throws(SocketError) -> ExitStatus

    init<Subject: Command>(_ type: Subject.Type) {
        name = Subject.name
        summary = Subject.summary
        help = Help.text(for: type)
        parse = { (words) throws(UsageError) in
            guard let command = try ArgumentParser<Subject>().parse(words) else { return nil }
            return { () throws(SocketError) in try command.run() }
        }
    }
}
