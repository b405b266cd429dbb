public import Foundation

/// A program that ran, and what it said.
public struct ChildProcess: Sendable {
    /// Its exit status, or 128 and the number of the signal that ended it.
    public let status: Int32
    /// What it wrote to standard output.
    public let output: String
    /// What it wrote to standard error.
    public let errors: String

    /// Runs a program to its end, with nothing to read unless told otherwise.
    public init(_ path: String, _ arguments: [String], input: FileHandle = .nullDevice) throws {
        let process = Process(), output = Pipe(), errors = Pipe()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = input
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        self.output = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        self.errors = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        status = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    }

    /// Where a program of this name is, in the usual folders.
    public static func path(of name: String) -> String? {
        ["/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/"].map { $0 + name }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}

extension ChildProcess {
    /// The program that does what a test cannot do in its own process: one thread, own signals, limits and namespaces.
    public static var fixture: String {
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("SocketFixture").path
    }

    /// Runs a scenario of the fixture.
    public init(scenario: String, _ arguments: [String] = [], input: FileHandle = .nullDevice) throws {
        try self.init(Self.fixture, [scenario] + arguments, input: input)
    }

    /// Runs a scenario of the fixture while strace watches it or makes its calls fail; also gives what strace wrote.
    public static func traced(
        _ options: [String], scenario: String, _ arguments: [String] = []
    ) throws -> (child: ChildProcess, calls: [String]) {
        let folder = try TemporaryFolder(), file = folder.file("trace")
        let child = try ChildProcess(
            path(of: "strace") ?? "strace", ["-o", file] + options + [fixture, scenario] + arguments)
        return (child, try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map(String.init))
    }

    /// Runs shell commands and then a scenario of the fixture in a network of its own, which has only a loopback interface.
    public init(inNetworkWith commands: String, scenario: String, _ arguments: [String] = []) throws {
        let script = commands + "; exec \"$0\" \"$@\""
        try self.init("/usr/bin/unshare", ["-n", "sh", "-c", script, Self.fixture, scenario] + arguments)
    }

    /// Whether this process may make networks of its own.
    public static let canMakeNetworks: Bool = {
        guard path(of: "ip") != nil, path(of: "unshare") != nil else { return false }
        return (try? ChildProcess("/usr/bin/unshare", ["-n", "ip", "link", "set", "lo", "up"]))?.status == 0
    }()

    /// Whether this process may become nobody.
    public static let canDropPrivileges: Bool = {
        guard path(of: "setpriv") != nil else { return false }
        return (try? ChildProcess("/usr/bin/setpriv", asNobody + [fixture, "none"]))?.status == 2
    }()

    /// What makes setpriv run a program as nobody.
    public static let asNobody = ["--reuid=65534", "--regid=65534", "--clear-groups"]

    /// Whether system calls of a child can be watched.
    public static let canTrace: Bool = {
        guard let strace = path(of: "strace") else { return false }
        return (try? ChildProcess(strace, ["-o", "/dev/null", "true"]))?.status == 0
    }()
}
