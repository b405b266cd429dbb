import TestSupport

extension Program {
    /// Starts an example of this package, whose errors are a part of what it prints.
    convenience init(example name: String, _ arguments: [String] = []) throws {
        try self.init(Self.built(name), arguments, joined: true)
    }
}
