import Foundation
import TestSupport
import Testing

/// What the compiler says of a module: its public symbols and their comments.
struct SymbolGraph: Decodable {
    let symbols: [Symbol]

    struct Symbol: Decodable {
        let pathComponents: [String]
        let kind: Kind
        let docComment: Comment?
        let location: Location?
        let declarationFragments: [Fragment]?

        /// The declaration in one line.
        var declaration: String { (declarationFragments ?? []).map(\.spelling).joined() }
        var isAsync: Bool { declaration.contains(" async") && declaration.contains("func ") }

        var comment: String? { docComment?.lines.map(\.text).joined(separator: "\n") }
        var name: String { pathComponents.joined(separator: ".") }
        var place: String {
            location.map { "\($0.uri.components(separatedBy: "/Sources/").last ?? ""):\($0.position.line + 1)" } ?? ""
        }
    }

    struct Kind: Decodable { let identifier: String }
    struct Comment: Decodable { let lines: [Line] }
    struct Line: Decodable { let text: String }
    struct Fragment: Decodable { let spelling: String }
    struct Location: Decodable {
        let uri: String
        let position: Position
    }
    struct Position: Decodable { let line: Int }

    static func of(_ module: String) throws -> [Symbol] {
        let folder = try TemporaryFolder()
        let (status, output) = try Repository.run(
            try #require(Repository.tool("swift-symbolgraph-extract")),
            [
                "-module-name", module, "-target", try target(), "-I", "\(try Repository.products())/Modules",
                "-minimum-access-level", "public", "-skip-synthesized-members", "-output-dir", folder.path,
            ] + Repository.shimFlags)
        #expect(status == 0, "\(output)")
        // Extensions of other modules' types stand in files of their own.
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix(module) }
        return try files.flatMap { file in
            try JSONDecoder().decode(SymbolGraph.self, from: Data(contentsOf: URL(fileURLWithPath: folder.file(file))))
                .symbols
        }
    }

    private static func target() throws -> String {
        let (_, info) = try Repository.run(try #require(Repository.tool("swiftc")), ["-print-target-info"])
        return String(try #require(info.firstMatch(of: #/"triple": "([^"]+)"/#)).1)
    }
}

@Suite(.ownThread, .timeLimit(.minutes(2))) struct PublicSymbolTests {
    @Test(arguments: ["Sockets", "SocketServers", "AsyncSockets", "SocketsTesting"])
    func `every public symbol has a comment, whose first sentence is short`(_ module: String) throws {
        let symbols = try SymbolGraph.of(module)
        #expect(symbols.count > 50)
        let named = Dictionary(grouping: symbols, by: \.name)
        for symbol in symbols {
            guard let comment = symbol.comment else {
                // The cases of an enum that stands for something in C have C's names, and its comment.
                let owner = named[symbol.pathComponents.dropLast().joined(separator: ".")]?.first?.comment ?? ""
                #expect(
                    symbol.kind.identifier == "swift.enum.case" && owner.contains("C: "),
                    "\(symbol.place) \(symbol.name)")
                continue
            }
            let sentence = firstSentence(comment)
            #expect(sentence.count <= 100, "\(symbol.place) \(symbol.name): \(sentence.count) characters: \(sentence)")
        }
    }

    @Test(arguments: ["Sockets", "SocketServers"])
    func `what makes a system call names its source in C`(_ module: String) throws {
        var calls = 0
        for path in Repository.files("Sources/\(module)", ending: ".swift") {
            let lines = try Repository.text(path).components(separatedBy: "\n")
            for (index, line) in lines.enumerated() where line.contains(#/(check|restarting|trying)\(\.[a-z]/#) {
                guard let start = declaration(above: index, in: lines), lines[start].contains("public ") else {
                    continue
                }
                calls += 1
                let comment = lines[..<start].reversed().prefix { $0.contains("///") || $0.contains("    @") }
                #expect(comment.contains { $0.contains("C: ") }, "\(path):\(start + 1)")
            }
        }
        #expect(calls > 0 || module == "SocketServers")
    }

    @Test(arguments: ["AsyncSockets", "SocketsTesting"])
    func `what waits says what cancelling does, or as what it is, and names its source in C`(_ module: String) throws {
        let waiting = try SymbolGraph.of(module).filter(\.isAsync)
        #expect(waiting.count >= (module == "AsyncSockets" ? 50 : 3))
        for symbol in waiting {
            let comment = symbol.comment ?? ""
            #expect(comment.contains(#/[Cc]ancel|[Aa]s\s(``|`|for|without)|see ``/#), "\(symbol.place) \(symbol.name)")
            let isCall = symbol.declaration.contains("throws(SocketError)")
            #expect(!isCall || comment.contains("C: "), "\(symbol.place) \(symbol.name)")
        }
    }

    /// The line of the declaration that a line of code belongs to: the nearest one that is less indented.
    private func declaration(above line: Int, in lines: [String]) -> Int? {
        lines[..<line].lastIndex {
            $0.contains(
                #/^ {0,8}(@\S+ )*((public|package|private|static|mutating|consuming) )*(func|init|var|subscript)\b/#)
                && $0.hasSuffix("{") || $0.contains(#/^ {0,8}(public|package) .*(func|init)/#)
        }
    }

    private func firstSentence(_ comment: String) -> String {
        let paragraph = comment.components(separatedBy: "\n\n")[0].replacingOccurrences(of: "\n", with: " ")
        let end = paragraph.firstMatch(of: #/[.:;?!](\s|$)/#)?.range.upperBound ?? paragraph.endIndex
        return paragraph[..<end].trimmingCharacters(in: .whitespaces)
    }
}
