import Foundation
import TestSupport

extension Outcome {
    /// The output as JSON, or nil when it is none.
    var json: Any? { try? JSONSerialization.jsonObject(with: Data(output.utf8)) }
    /// The output as a list of JSON objects.
    var objects: [[String: Any]]? { json as? [[String: Any]] }
    /// Each line as a JSON object.
    var lineObjects: [[String: Any]?] {
        lines.map { try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
    }
}

extension Program {
    /// The tool, which is built beside the tests.
    static var tool: String { built("sock") }

    /// Starts the tool.
    static func sock(_ arguments: String...) throws -> Program { try Program(tool, arguments) }

    /// The address that the tool says it listens on.
    var address: String {
        let line = errors(containing: "\n").split(separator: "\n").first ?? ""
        return String(line.split(separator: " ").last ?? "")
    }
}

/// Runs the tool to its end, with this standard input.
func sock(_ arguments: String..., input: String = "") throws -> Outcome {
    try Program.run(Program.tool, arguments, input: input)
}
