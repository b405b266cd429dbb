import Foundation

/// A fenced block of code in a document.
///
/// Swift blocks are wrapped into a function each, unless the words after `swift` say `file` (a whole file) or `manifest`
/// (a Package.swift). A comment `<!-- path -->` before a block says that it is that file, word for word.
struct CodeSample: Sendable {
    let document: String
    /// The line of the document before the first line of code.
    let line: Int
    let words: [String]
    let text: String
    let file: String?

    var language: String { words.first ?? "" }
    var place: String { "\(document):\(line + 1)" }

    static func all() throws -> [CodeSample] { try documents().flatMap(samples) }

    private static func samples(of document: String) throws -> [CodeSample] {
        let lines = try Repository.text(document).components(separatedBy: "\n")
        var found: [CodeSample] = []
        var start: Int?
        for (index, line) in lines.enumerated() where line.hasPrefix("```") {
            guard let begin = start else {
                start = index
                continue
            }
            let words = lines[begin].dropFirst(3).split(separator: " ").map(String.init)
            let text = lines[(begin + 1)..<index].joined(separator: "\n")
            found.append(
                CodeSample(document: document, line: begin + 1, words: words, text: text, file: file(lines, begin)))
            start = nil
        }
        return found
    }

    private static func file(_ lines: [String], _ begin: Int) -> String? {
        let before = lines[..<begin].last { !$0.isEmpty }
        guard let comment = before, comment.hasPrefix("<!-- "), comment.hasSuffix(" -->") else { return nil }
        return String(comment.dropFirst(5).dropLast(4))
    }

    /// The sample as a file of its own, whose errors the compiler reports at the document's lines.
    func source(_ number: Int) -> String {
        let path = Repository.root.appendingPathComponent(document).path
        let location = "#sourceLocation(file: \"\(path)\", line: \(line + 1))"
        if words.contains("manifest") || words.contains("file") { return "\(location)\n\(text)\n" }
        // Imports cannot stand inside of a function; an empty line keeps the others in their places.
        let lines = text.components(separatedBy: "\n")
        let imports = lines.filter { $0.hasPrefix("import ") }
        let body = lines.map { $0.hasPrefix("import ") ? "" : $0 }.joined(separator: "\n")
        let usual = ["import Sockets", "import SocketServers"]
        return (usual.filter { !imports.contains($0) } + imports).joined(separator: "\n")
            + "\nfunc sample\(number)() throws {\n\(location)\n\(body)\n#sourceLocation()\n}\n"
    }
}
