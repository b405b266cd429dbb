internal import CSocketShim
import Sockets

/// The command-line tool: chooses the subcommand, and tells the shell how it went.
@main
struct Sock {
    /// All subcommands, in the order of the help.
    static var commands: [CommandEntry] {
        [
            CommandEntry(Tour.self), CommandEntry(Connect.self), CommandEntry(Listen.self), CommandEntry(Send.self),
            CommandEntry(Receive.self), CommandEntry(Echo.self), CommandEntry(Proxy.self), CommandEntry(Bench.self),
            CommandEntry(Ping.self),
            CommandEntry(Resolve.self),
            CommandEntry(Interfaces.self), CommandEntry(Options.self), CommandEntry(Table.self),
        ]
    }

    static func main() {
        _ = csock_fill_standard_descriptors()
        // A pipe that nobody reads any more is an error, no death by signal.
        _ = csock_signal_hold(csock_signal_bit(csock_SIGPIPE))
        csock_exit_now(status(of: Array(CommandLine.arguments.dropFirst())).rawValue)
    }

    private static func status(of words: [String]) -> ExitStatus {
        do throws(SocketError) { return try run(words) } catch {
            // Whoever read the output has seen enough.
            if error.operation == .write, error.code == .brokenPipe { return .success }
            printNote("sock\(words.first.map { " \($0)" } ?? ""): \(error)")
            if let advice = error.advice { printNote("    \(advice)") }
            return .failure
        }
    }

    private static func run(_ words: [String]) throws(SocketError) -> ExitStatus {
        switch words.first {
        case nil:
            printNote(Help.overview(commands))
            return .wrongUsage
        case "--version":
            // The text is a literal of the shim.
            try printLine("sock \(unsafe String(cString: csock_version()))")
            return .success
        case "help" where words.count > 1:
            return try run(words[1], ["--help"])
        case "help", "--help", "-h":
            try StandardStream.output.write(Help.overview(commands))
            return .success
        case let name?:
            return try run(name, Array(words.dropFirst()))
        }
    }

    private static func run(_ name: String, _ words: [String]) throws(SocketError) -> ExitStatus {
        guard let command = commands.first(where: { $0.name == name }) else { return unknown(name) }
        switch Result(catching: { () throws(UsageError) in try command.parse(words) }) {
        case .failure(let error):
            return wrongUsage(error)
        case .success(nil):
            try StandardStream.output.write(command.help)
            return .success
        case .success(let body?):
            return try body()
        }
    }

    private static func unknown(_ name: String) -> ExitStatus {
        let words = commands.map(\.name) + ["help", "--version", "--help"]
        let advice = Spelling.nearest(to: name, in: words).map { "did you mean 'sock \($0)'?" }
        let what = name.hasPrefix("-") ? "option" : "command"
        return wrongUsage(UsageError(command: nil, reason: "unknown \(what) '\(name)'", advice: advice))
    }

    private static func wrongUsage(_ error: UsageError) -> ExitStatus {
        do throws(SocketError) { try StandardStream.error.write(error.text) } catch {}
        return .wrongUsage
    }
}
