/// The help texts, made from the tables that also parse.
enum Help {
    /// The help of one command.
    static func text<Subject: Command>(for type: Subject.Type) -> String {
        let operands = Subject.arguments.filter(\.isOperand)
        let options = Subject.arguments.filter { !$0.isOperand }
        var text = "sock \(Subject.name): \(Subject.summary)\n\n"
        text += "Usage: sock \(Subject.name) [options]\(operands.map { " " + usage($0) }.joined())\n"
        if !operands.isEmpty { text += "\nArguments:\n" + lines(operands.map { ($0.placeholder, $0.help) }) }
        let rows = options.map { (title($0), $0.help) } + [("-h, --help", "print this text")]
        text += "\nOptions:\n" + lines(rows)
        return Subject.discussion.isEmpty ? text : text + "\n\(Subject.discussion)\n"
    }

    /// The help of the tool as a whole.
    static func overview(_ commands: [CommandEntry]) -> String {
        """
        sock: sockets at the command line

        Usage: sock COMMAND [options] [arguments]

        Commands:
        \(lines(commands.map { ($0.name, $0.summary) }))
        Addresses are written 127.0.0.1:8080, [::1]:8080, name:service, :8080, unix:PATH or unix:@NAME.
        'sock help COMMAND' says more, 'sock tour' shows every kind of server at work.

        """
    }

    private static func usage<Subject>(_ argument: Argument<Subject>) -> String {
        guard case .operand(let isRequired, let repeats) = argument.kind else { return "" }
        let name = argument.placeholder + (repeats ? "..." : "")
        return isRequired ? name : "[\(name)]"
    }

    private static func title<Subject>(_ argument: Argument<Subject>) -> String {
        let short = argument.names.filter { !$0.hasPrefix("--") }
        let long = argument.names.filter { $0.hasPrefix("--") }
        let names = (short + long).joined(separator: ", ")
        return (short.isEmpty ? "    " : "") + names + (argument.placeholder.isEmpty ? "" : " \(argument.placeholder)")
    }

    private static func lines(_ rows: [(title: String, text: String)]) -> String {
        let width = rows.map(\.title.count).max() ?? 0
        return rows.map { row in
            "  \(row.title)\(String(repeating: " ", count: width - row.title.count))  \(row.text)\n"
        }.joined()
    }
}
