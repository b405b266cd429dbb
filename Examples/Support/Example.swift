internal import Sockets

#if canImport(Glibc)
@unsafe @preconcurrency internal import Glibc
#elseif canImport(Musl)
@unsafe @preconcurrency internal import Musl
#else
@unsafe @preconcurrency internal import Darwin
#endif

/// Runs an example. An error ends it: what happened and what helps are printed, and the exit status is 1.
public func example(_ body: () throws -> Void) {
    writeLines()
    do { try body() } catch { fail(error) }
}

/// Runs an example of tasks; otherwise as without.
public func example(_ body: () async throws -> Void) async {
    writeLines()
    do { try await body() } catch { fail(error) }
}

/// Into a pipe, too, each line goes out at once: whoever starts a server waits for its address.
private func writeLines() {
    // The stream is open for as long as the process lives.
    unsafe setvbuf(stdout, nil, _IOLBF, 0)
}

private func fail(_ error: any Error) -> Never {
    print("error: \(error)")
    if let advice = (error as? SocketError)?.advice { print("advice: \(advice)") }
    exit(1)
}

/// The argument at a place, counted from 0, or what the example uses when it is not given.
public func argument(_ place: Int, or usual: String) -> String {
    CommandLine.arguments.dropFirst(place + 1).first ?? usual
}

extension [UInt8] {
    /// The first bytes, as text.
    public func text(_ count: Int) -> String { String(decoding: prefix(count), as: UTF8.self) }
}
