import Foundation

/// The program that does what a test cannot do in its own process: one thread, own signals, limits and networks.
public enum Fixture {
    private static let path = Program.built("SocketFixture")

    /// Runs a scenario to its end, with nothing to read.
    public static func run(_ scenario: String, _ arguments: [String] = []) throws -> Outcome {
        try outcome(path, [scenario] + arguments)
    }

    private static func outcome(_ path: String, _ arguments: [String]) throws -> Outcome {
        try Program(path, arguments).finish()
    }

    private static func tool(_ name: String, _ arguments: [String]) throws -> Outcome {
        try outcome(Program.find(name) ?? name, arguments)
    }

    /// Runs a scenario while strace watches it or makes its calls fail; also gives what strace wrote.
    public static func trace(
        _ options: [String], _ scenario: String, _ arguments: [String] = []
    ) throws -> (child: Outcome, calls: [String]) {
        let folder = try TemporaryFolder(), file = folder.file("trace")
        // A program that is watched cannot look for its own leaks.
        let watch = ["-o", file, "-E", "ASAN_OPTIONS=detect_leaks=0"]
        let child = try tool("strace", watch + options + [path, scenario] + arguments)
        return (child, try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map(String.init))
    }

    /// Runs shell commands and then a scenario in a network of its own, which has only a loopback interface.
    public static func run(inNetworkWith commands: String, _ scenario: String, _ arguments: [String] = []) throws
        -> Outcome
    {
        try tool("unshare", ["-n", "sh", "-c", commands + "; exec \"$0\" \"$@\"", path, scenario] + arguments)
    }

    /// Runs a scenario as nobody.
    public static func run(asNobody scenario: String) throws -> Outcome {
        try tool("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", path, scenario])
    }

    /// Whether this process may make networks of its own.
    public static let canMakeNetworks =
        Program.find("ip") != nil && status("unshare", ["-n", "ip", "link", "set", "lo", "up"]) == 0

    /// Whether this process may become nobody, who can run the fixture.
    public static let canDropPrivileges = (try? run(asNobody: "none"))?.status == 2

    /// Whether system calls of a child can be watched.
    public static let canTrace = status("strace", ["-o", "/dev/null", "true"]) == 0

    private static func status(_ name: String, _ arguments: [String]) -> Int32? {
        (try? tool(name, arguments))?.status
    }
}
