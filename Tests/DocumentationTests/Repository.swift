import Foundation
import TestSupport

/// The files of this package, and the tools to check them with.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
    }

    /// All files below a folder whose name has this ending, by their path from the root, in order.
    static func files(_ folder: String, ending: String) -> [String] {
        let found = FileManager.default.enumerator(atPath: root.appendingPathComponent(folder).path)
        let paths = (found?.allObjects as? [String] ?? []).filter { $0.hasSuffix(ending) }
        return paths.sorted().map { "\(folder)/\($0)" }
    }

    /// The folder of this test's executable, where the modules lie too.
    static func products() throws -> String {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(fileURLWithPath: own).deletingLastPathComponent().path
    }

    /// The full path of a tool, or nil when this machine does not have it.
    static func tool(_ name: String) -> String? {
        Program.find(name)
    }

    /// What clang needs to find the shim below the Swift modules.
    static var shimFlags: [String] {
        let include = root.appendingPathComponent("CSocketShim/include").path
        return ["-Xcc", "-fmodule-map-file=\(include)/module.modulemap", "-I", include]
    }

    /// Runs a program to its end and answers its status and all it said.
    static func run(_ path: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let script = "cd \"$0\" && exec \"$@\" 2>&1"
        let outcome = try Program.run("/bin/sh", ["-c", script, root.path, path] + arguments)
        return (outcome.status, outcome.output)
    }
}
