/// One row of a command's table: how an argument is written, what it means and where its value goes.
struct Argument<Subject> {
    /// What follows the name, if anything.
    enum Kind: Equatable {
        case flag
        case option
        case operand(isRequired: Bool, repeats: Bool)
    }

    /// `--count` and `-c`; empty for operands.
    let names: [String]
    /// How help calls the value, such as `N`.
    let placeholder: String
    let help: String
    let kind: Kind
    let apply: (inout Subject, String) throws(ValueProblem) -> Void

    var isOperand: Bool { names.isEmpty }
}

extension Argument {
    /// A word that is there or not.
    static func flag(_ names: String..., sets path: WritableKeyPath<Subject, Bool>, help: String) -> Argument {
        Argument(names: names, placeholder: "", help: help, kind: .flag) { (subject, _) throws(ValueProblem) in
            subject[keyPath: path] = true
        }
    }

    /// A name with a value.
    static func option<Value: ArgumentValue>(
        _ names: String..., value: String, sets path: WritableKeyPath<Subject, Value>, help: String
    ) -> Argument {
        Argument(names: names, placeholder: value, help: help, kind: .option) { (subject, text) throws(ValueProblem) in
            subject[keyPath: path] = try Value(argument: text)
        }
    }

    /// A value told by its place. It has to be there when the property is not optional.
    static func operand<Value: ArgumentValue>(
        _ name: String, sets path: WritableKeyPath<Subject, Value>, help: String
    ) -> Argument {
        let kind = Kind.operand(isRequired: !Value.isOptional, repeats: false)
        return Argument(names: [], placeholder: name, help: help, kind: kind) { (subject, text) throws(ValueProblem) in
            subject[keyPath: path] = try Value(argument: text)
        }
    }

    /// All further values, at least one.
    static func operands<Value: ArgumentValue>(
        _ name: String, sets path: WritableKeyPath<Subject, [Value]>, help: String
    ) -> Argument {
        let kind = Kind.operand(isRequired: true, repeats: true)
        return Argument(names: [], placeholder: name, help: help, kind: kind) { (subject, text) throws(ValueProblem) in
            subject[keyPath: path].append(try Value(argument: text))
        }
    }
}
