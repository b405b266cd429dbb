extension Program {
    /// Starts a program some of whose system calls fail, its children's too.
    ///
    /// A fault is written as for strace: `accept4:error=ENFILE:when=2..5` for the second to the fifth call. Each process
    /// and each thread counts its own calls.
    public static func start(_ path: String, _ arguments: [String], faults: [String]) throws -> Program {
        // The tracer is a grandchild, so that signals reach the program, and its children are its own.
        try Program(find("strace") ?? "strace", ["-D"] + tampering(faults) + [path] + arguments)
    }

    /// Whether calls of a child can be made to fail.
    public static let canHaveFaults =
        (try? run(find("strace") ?? "strace", tampering(["getppid:error=EPERM"]) + ["true"]).status) == 0

    private static func tampering(_ faults: [String]) -> [String] {
        let calls = Set(faults.map { String($0.prefix { $0 != ":" }) }).sorted().joined(separator: ",")
        // A program that is traced cannot look for its own leaks.
        return ["-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-E", "ASAN_OPTIONS=detect_leaks=0"]
            + ["-e", "trace=\(calls)"] + faults.flatMap { ["-e", "inject=\($0)"] }
    }
}
