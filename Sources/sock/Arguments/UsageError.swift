/// What is wrong with a command line, and what to write instead.
struct UsageError: Error {
    /// The command it is about, or nil when none was recognised.
    let command: String?
    let reason: String
    let advice: String?

    /// Two lines: what is wrong, and how it goes on.
    var text: String {
        let subject = command.map { "sock \($0)" } ?? "sock"
        let more = "see '\(subject) --help'"
        return "\(subject): \(reason)\n    " + (advice.map { "\($0) (\(more))" } ?? more) + "\n"
    }
}
