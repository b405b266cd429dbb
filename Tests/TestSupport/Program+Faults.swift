extension Program {
    /// Starts a program some of whose system calls fail, its children's too.
    ///
    /// A fault is written as for strace: `accept4:error=ENFILE:when=2..5` for the second to the fifth call. Each process
    /// and each thread counts its own calls.
    public static func start(_ path: String, _ arguments: [String], faults: [String]) throws -> Program {
        let calls = Set(faults.map { String($0.prefix { $0 != ":" }) }).sorted().joined(separator: ",")
        let options = ["-e", "trace=\(calls)"] + faults.flatMap { ["-e", "inject=\($0)"] }
        return try Program(strace, follow(options, "/dev/null") + [path] + arguments)
    }

    /// Starts a program and writes its calls into a file, its children's too, each with the process that made it.
    public static func start(_ path: String, _ arguments: [String], tracing calls: String, to file: String) throws
        -> Program
    {
        try Program(strace, follow(["-e", "trace=\(calls)"], file) + [path] + arguments)
    }

    /// Whether calls of a child can be made to fail.
    public static let canHaveFaults =
        (try? run(strace, ["-f", "--seccomp-bpf", "-e", "inject=getppid:error=EPERM", "-o", "/dev/null", "true"]))?
        .status == 0

    private static let strace = find("strace") ?? "strace"

    /// The tracer is a grandchild, so that signals reach the program, and its children are its own. A program that is
    /// traced cannot look for its own leaks.
    private static func follow(_ options: [String], _ file: String) -> [String] {
        ["-D", "-f", "-qq", "--seccomp-bpf", "-o", file, "-E", "ASAN_OPTIONS=detect_leaks=0"] + options
    }
}
