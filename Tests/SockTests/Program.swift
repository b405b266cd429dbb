import Foundation
import TestSupport

/// What a finished program left.
struct Outcome {
    let status: Int32
    let wasSignalled: Bool
    let output: String
    let errors: String

    /// The output as JSON, or nil when it is none.
    var json: Any? { try? JSONSerialization.jsonObject(with: Data(output.utf8)) }
    /// The output as a list of JSON objects.
    var objects: [[String: Any]]? { json as? [[String: Any]] }
    /// Each line as a JSON object.
    var lineObjects: [[String: Any]?] {
        output.split(separator: "\n").map { try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
    }
}

/// A program that runs, with its streams in the test's hands.
final class Program {
    private let process = Process()
    private let input = Pipe()
    private let folder: TemporaryFolder
    private let output = Pipe()
    private var pending: [UInt8] = []

    /// The tool, which is built beside the tests.
    static var tool: String {
        get throws {
            let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("sock").path
        }
    }

    /// The path of a program of this machine, or nil.
    static func find(_ name: String) -> String? {
        ["/usr/bin/", "/bin/", "/usr/local/bin/"].map { $0 + name }.first(where: FileManager.default.isExecutableFile)
    }

    /// Starts the tool.
    static func sock(_ arguments: String...) throws -> Program { try Program(tool, arguments) }

    init(_ path: String, _ arguments: [String], closedOutput: Bool = false) throws {
        folder = try TemporaryFolder()
        _ = FileManager.default.createFile(atPath: folder.file("errors"), contents: nil)
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle(forWritingAtPath: folder.file("errors"))
        if closedOutput { try output.fileHandleForReading.close() }
        try process.run()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    var id: Int32 { process.processIdentifier }

    /// What it has written to standard error so far.
    var errors: String { (try? String(contentsOfFile: folder.file("errors"), encoding: .utf8)) ?? "" }

    func send(_ text: String) { try? input.fileHandleForWriting.write(contentsOf: Data(text.utf8)) }

    func endInput() { try? input.fileHandleForWriting.close() }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Waits for standard error to have a text, and returns all of it. It gives up after a long time.
    func errors(containing text: String) -> String {
        let end = ContinuousClock.now + .seconds(20)
        while process.isRunning, !errors.contains(text), ContinuousClock.now < end { usleep(2000) }
        return errors
    }

    /// The address that the tool says it listens on.
    var address: String {
        let line = errors(containing: "\n").split(separator: "\n").first ?? ""
        return String(line.split(separator: " ").last ?? "")
    }

    /// The next line of standard output, or nil at its end.
    func line() -> String? {
        while true {
            if let end = pending.firstIndex(of: 10) {
                defer { pending.removeFirst(end + 1) }
                return String(decoding: pending[..<end], as: UTF8.self)
            }
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { return nil }
            pending += more
        }
    }

    /// Waits for the end.
    func finish() -> Outcome {
        let rest = (try? output.fileHandleForReading.readToEnd()) ?? nil
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, wasSignalled: process.terminationReason == .uncaughtSignal,
            output: String(decoding: pending + (rest ?? Data()), as: UTF8.self), errors: errors)
    }
}

/// Runs the tool to its end, with this standard input.
func sock(_ arguments: String..., input: String = "") throws -> Outcome {
    try run(try Program.tool, arguments, input: input)
}

/// Runs a program to its end, with this standard input, which has to fit into a pipe.
func run(_ path: String, _ arguments: [String], input: String = "") throws -> Outcome {
    let program = try Program(path, arguments)
    program.send(input)
    program.endInput()
    return program.finish()
}

extension Program {
    var isRunning: Bool { process.isRunning }

    /// The processes that it started and has not reaped.
    var children: [Int32] {
        let text = (try? String(contentsOfFile: "/proc/\(id)/task/\(id)/children", encoding: .utf8)) ?? ""
        return text.split(separator: " ").compactMap { Int32($0) }
    }
}
