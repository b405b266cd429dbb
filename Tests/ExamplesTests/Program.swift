import Dispatch
import Foundation

/// A run of a program, an example or a foreign tool, whose output is read while it runs.
final class Program {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var pending: [UInt8] = []

    /// Starts an example of this package.
    convenience init(example name: String, _ arguments: [String] = []) throws {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let folder = URL(fileURLWithPath: own).deletingLastPathComponent()
        try self.init(folder.appendingPathComponent(name).path, arguments)
    }

    /// Starts a program with these arguments. It is ended when it takes longer than any test should.
    init(_ path: String, _ arguments: [String]) throws {
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        // A child that crashes on purpose needs no report of many lines.
        process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
        try process.run()
        let (id, end) = (process.processIdentifier, DispatchTime.now() + 30)
        DispatchQueue.global().asyncAfter(deadline: end) { [weak process] in
            if process?.isRunning == true { kill(id, SIGKILL) }
        }
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    /// The full path of a tool, or nil when this machine does not have it.
    static func tool(_ name: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Gives the program something to read.
    func write(_ text: String) { try? input.fileHandleForWriting.write(contentsOf: Data(text.utf8)) }

    /// Tells the program that there is no more to read.
    func endInput() { try? input.fileHandleForWriting.close() }

    /// The next line it prints, or nil at the end of its output.
    func line() -> String? {
        while true {
            if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                defer { pending.removeFirst(end + 1) }
                return String(decoding: pending[..<end], as: UTF8.self)
            }
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { return takeLastLine() }
            pending += more
        }
    }

    private func takeLastLine() -> String? {
        defer { pending = [] }
        return pending.isEmpty ? nil : String(decoding: pending, as: UTF8.self)
    }

    /// What follows the given words in the next line that has them, such as the address a server tells.
    func rest(after words: String) -> String? {
        while let line = line() {
            if let range = line.range(of: words) { return String(line[range.upperBound...]) }
        }
        return nil
    }

    /// Asks it to end, as service managers do.
    func stop() { kill(process.processIdentifier, SIGTERM) }

    /// Ends it at once. Programs started by a test hold SIGTERM back, as the threads of tests do; most examples ask for it.
    func end() { kill(process.processIdentifier, SIGKILL) }

    /// Waits for its end: all lines that were not read yet, and the exit status (128 and the signal's number).
    func finish() -> (lines: [String], status: Int32) {
        endInput()
        var lines: [String] = []
        while let line = line() { lines.append(line) }
        process.waitUntilExit()
        let status = process.terminationStatus
        return (lines, process.terminationReason == .exit ? status : 128 + status)
    }
}
