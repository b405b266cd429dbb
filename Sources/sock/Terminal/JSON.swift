import Sockets

/// A value in JSON notation, in the order it was made.
indirect enum JSON {
    case null
    case bool(Bool)
    case number(Int)
    case decimal(Double)
    case text(String)
    case list([JSON])
    case object([(String, JSON)])

    /// The text, or null.
    static func optional(_ text: String?) -> JSON { text.map(JSON.text) ?? .null }

    /// Any value by its description, or null.
    static func optional(_ value: (some CustomStringConvertible)?) -> JSON { optional(value?.description) }
}

extension JSON: CustomStringConvertible {
    /// The notation of RFC 8259, in one line.
    var description: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let value): "\(value)"
        case .decimal(let value): value.isFinite ? "\(value)" : "null"
        case .text(let text): Self.quoted(text)
        case .list(let values): "[" + values.map(\.description).joined(separator: ", ") + "]"
        case .object(let pairs): "{" + pairs.map { "\(Self.quoted($0)): \($1)" }.joined(separator: ", ") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.unicodeScalars.map(escaped).joined() + "\""
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": return "\\\""
        case "\\": return "\\\\"
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        case _ where scalar.value < 0x20 || scalar.value == 0x7F:
            let digits = String(scalar.value, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: return String(scalar)
        }
    }
}

/// Lists one value per line between brackets, which is JSON and can be read by people too.
func printJSON(_ values: [JSON]) throws(SocketError) {
    guard !values.isEmpty else { return try printLine("[]") }
    try printLine("[\n  " + values.map(\.description).joined(separator: ",\n  ") + "\n]")
}
