/// Reads the words of a command line by the command's table.
struct ArgumentParser<Subject: Command> {
    private var subject = Subject()
    private var operands = Subject.arguments.filter(\.isOperand)
    private var isFilled = false

    init() {}

    /// The command with its values, or nil when help was asked for.
    consuming func parse(_ words: [String]) throws(UsageError) -> Subject? {
        var rest = words[...]
        var takesOptions = true
        while let word = rest.popFirst() {
            if takesOptions, word == "--" {
                takesOptions = false
            } else if takesOptions, word == "--help" || word == "-h" {
                return nil
            } else if takesOptions, word.hasPrefix("-"), word != "-" {
                try takeOption(word, &rest)
            } else {
                try takeOperand(word)
            }
        }
        try requireOperands()
        return subject
    }

    private mutating func takeOption(_ word: String, _ rest: inout ArraySlice<String>) throws(UsageError) {
        let (name, attached) = Self.split(word)
        guard let argument = Subject.arguments.first(where: { $0.names.contains(name) }) else { throw unknown(name) }
        if argument.kind == .flag {
            guard attached == nil else { throw problem("\(name) takes no value", nil) }
            return try apply(argument, "", as: name)
        }
        guard let value = attached ?? Self.nextValue(&rest) else {
            throw problem("\(name) needs a value", "write \(name) \(argument.placeholder): \(argument.help)")
        }
        try apply(argument, value, as: name)
    }

    private mutating func takeOperand(_ word: String) throws(UsageError) {
        guard let argument = operands.first else {
            throw problem("'\(word)' is one argument too many", "put quotes around text with blanks")
        }
        try apply(argument, word, as: argument.placeholder)
        if case .operand(_, repeats: true) = argument.kind {
            isFilled = true
        } else {
            operands.removeFirst()
        }
    }

    private func requireOperands() throws(UsageError) {
        guard !isFilled, let missing = operands.first, case .operand(isRequired: true, _) = missing.kind else { return }
        throw problem("\(missing.placeholder) is missing", "\(missing.placeholder): \(missing.help)")
    }

    private mutating func apply(_ argument: Argument<Subject>, _ text: String, as name: String) throws(UsageError) {
        do throws(ValueProblem) { try argument.apply(&subject, text) } catch {
            throw problem("\(name): \(error.reason)", error.advice)
        }
    }

    /// `--name=value` in two.
    private static func split(_ word: String) -> (name: String, value: String?) {
        guard word.hasPrefix("--"), let sign = word.firstIndex(of: "=") else { return (word, nil) }
        return (String(word[..<sign]), String(word[word.index(after: sign)...]))
    }

    /// The next word, unless it is an option itself.
    private static func nextValue(_ rest: inout ArraySlice<String>) -> String? {
        guard let next = rest.first, !next.hasPrefix("--") else { return nil }
        return rest.popFirst()
    }

    private func unknown(_ name: String) -> UsageError {
        let names = Subject.arguments.flatMap(\.names) + ["--help"]
        let advice = Spelling.nearest(to: name, in: names).map { "did you mean '\($0)'?" }
        return problem("unknown option '\(name)'", advice)
    }

    private func problem(_ reason: String, _ advice: String?) -> UsageError {
        UsageError(command: Subject.name, reason: reason, advice: advice)
    }
}
