import Sockets

/// A value that can be read from a word of the command line.
protocol ArgumentValue {
    /// Reads the word, or says what would have been right.
    init(argument text: String) throws(ValueProblem)
    /// Whether an operand of this type may be left out.
    static var isOptional: Bool { get }
}

/// Why a word is no value.
struct ValueProblem: Error {
    let reason: String
    var advice: String?
}

extension ArgumentValue {
    static var isOptional: Bool { false }
}

extension String: ArgumentValue {
    init(argument text: String) { self = text }
}

extension Optional: ArgumentValue where Wrapped: ArgumentValue {
    static var isOptional: Bool { true }

    init(argument text: String) throws(ValueProblem) { self = .some(try Wrapped(argument: text)) }
}

/// A whole number above 0.
struct Count: ArgumentValue {
    let number: Int

    init(_ number: Int) { self.number = number }

    init(argument text: String) throws(ValueProblem) {
        guard let number = Int(text), number > 0 else {
            throw ValueProblem(reason: "'\(text)' is no whole number above 0")
        }
        self.number = number
    }
}

/// A time in seconds, which may have a fraction.
struct Seconds: ArgumentValue {
    let duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    init(argument text: String) throws(ValueProblem) {
        guard let seconds = Double(text), seconds >= 0, seconds <= 1_000_000 else {
            throw ValueProblem(reason: "'\(text)' is no number of seconds", advice: "write 2, or 0.5")
        }
        duration = .milliseconds(Int64(seconds * 1000 + 0.5))
    }
}

/// One word out of a few.
protocol Choice: ArgumentValue, CaseIterable, RawRepresentable<String> {}

extension Choice {
    init(argument text: String) throws(ValueProblem) {
        if let value = Self(rawValue: text) {
            self = value
            return
        }
        let words = Self.allCases.map(\.rawValue)
        let advice = Spelling.nearest(to: text, in: words).map { "did you mean '\($0)'?" }
        throw ValueProblem(reason: "'\(text)' is none of \(words.joined(separator: ", "))", advice: advice)
    }
}
