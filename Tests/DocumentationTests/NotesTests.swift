import Foundation
import TestSupport
import Testing

/// A row of the table in Notes.md.
struct NotesRow: Sendable {
    let line: Int
    let cells: [String]

    static func all() throws -> [NotesRow] {
        let lines = try Repository.text("Documentation/Notes.md").components(separatedBy: "\n")
        return lines.enumerated().filter { $0.element.hasPrefix("| ") }.dropFirst().map { (index, line) in
            NotesRow(line: index + 1, cells: line.components(separatedBy: " | ").map { $0.trimming("| ") })
        }
    }

    /// The words of a cell that stand in backticks.
    func code(_ cell: Int) -> [String] {
        cells[cell].components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    }
}

extension String {
    func trimming(_ characters: String) -> String { trimmingCharacters(in: CharacterSet(charactersIn: characters)) }
}

/// The names of all examples, which are the folders with a main.swift.
func exampleNames() -> [String] {
    Repository.files("Examples", ending: "main.swift").map { $0.components(separatedBy: "/")[1] }
}

@Suite(.ownThread) struct NotesTests {
    private let tests = Repository.files("Tests", ending: ".swift").compactMap { try? Repository.text($0) }

    @Test func `every row has a concept, an explanation, an API, an example and a test`() throws {
        let rows = try NotesRow.all()
        #expect(rows.count >= 22)
        for row in rows {
            #expect(row.cells.count == 5, "Notes.md:\(row.line)")
            #expect(row.cells.allSatisfy { !$0.isEmpty }, "Notes.md:\(row.line)")
        }
    }

    @Test func `the examples named in the notes exist, and all examples are named`() throws {
        var named: Set<String> = []
        for row in try NotesRow.all() {
            let examples = row.code(3)
            #expect(!examples.isEmpty, "Notes.md:\(row.line)")
            for each in examples where !each.hasPrefix("sock ") {
                #expect(Repository.exists("Examples/\(each)/main.swift"), "Notes.md:\(row.line): \(each)")
                named.insert(each)
            }
        }
        #expect(Set(exampleNames()).subtracting(named) == [])
    }

    @Test func `the tests named in the notes exist`() throws {
        for row in try NotesRow.all() {
            #expect(!row.code(4).isEmpty, "Notes.md:\(row.line)")
            for each in row.code(4) {
                let isThere = tests.contains { $0.contains("`\(each)`") || $0.contains("\"\(each)\"") }
                #expect(isThere, "Notes.md:\(row.line): \(each)")
            }
        }
    }

    @Test func `every example is run by the tests, stands in the package, and has less than 80 lines`() throws {
        let runs = Repository.files("Tests/ExamplesTests", ending: ".swift").compactMap { try? Repository.text($0) }
        let package = try Repository.text("Package.swift")
        #expect(exampleNames().count >= 25)
        for name in exampleNames() {
            #expect(runs.contains { $0.contains("\"\(name)\"") }, "\(name)")
            #expect(package.contains("example(\"\(name)\")"), "\(name)")
            let lines = try Repository.text("Examples/\(name)/main.swift").split(
                separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count <= 80, "\(name)")
        }
    }

    @Test func `links between the documents lead somewhere`() throws {
        for path in documents() {
            let folder = path.contains("/") ? path.split(separator: "/").dropLast().joined(separator: "/") + "/" : ""
            for match in try Repository.text(path).matches(of: #/\]\(([^)#:]+)[^):]*\)/#) {
                #expect(Repository.exists(folder + String(match.1)), "\(path): \(match.1)")
            }
        }
    }
}

extension NotesTests {
    @Test func `the commands in documents and examples exist`() throws {
        let tool = Set(
            Repository.files("Sources/sock", ending: ".swift").compactMap {
                $0.components(separatedBy: "/").last?.lowercased().replacingOccurrences(of: ".swift", with: "")
            })
        let makefile = try Repository.text("Makefile")
        for path in documents() + Repository.files("Examples", ending: ".swift") {
            let text = try Repository.text(path)
            for match in text.matches(of: #/swift run ([a-z-]+)(?: ([a-z]+))?/#) {
                let (name, command) = (String(match.1), match.2.map(String.init))
                let isTool = name == "sock" && tool.contains(command ?? "")
                #expect(isTool || exampleNames().contains(name), "\(path): \(match.0)")
            }
            for match in text.matches(of: #/`sock ([a-z]+)/#) {
                #expect(tool.contains(String(match.1)), "\(path): \(match.0)")
            }
            for match in text.matches(of: #/(?m)(?:^|`)make ([a-z-]+)/#) {
                #expect(makefile.contains("\n\(match.1):"), "\(path): \(match.0)")
            }
        }
    }
}

/// All documents for people.
func documents() -> [String] {
    let top = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
    return top + Repository.files("Documentation", ending: ".md") + Repository.files("Sources", ending: ".md")
}
