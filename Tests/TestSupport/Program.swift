internal import CSocketShim
import Dispatch
import Foundation
import Synchronization

/// What a finished program left.
public struct Outcome: Sendable {
    /// Its exit status, or 128 and the number of the signal that ended it.
    public let status: Int32
    /// Whether a signal ended it.
    public var wasSignalled: Bool { status > 128 }
    /// What of its standard output nobody had read.
    public let output: String
    /// What it wrote to standard error.
    public let errors: String

    /// The output, line by line.
    public var lines: [String] { output.split(separator: "\n").map(String.init) }
}

/// A program that runs, with its streams in the test's hands.
///
/// Every stream is a pipe that exec closes, so that of programs started at the same time none holds another one's open,
/// and the end of a stream is seen. Foundation's own type does not see to that, and holds signals back. A program that
/// takes longer than any test should is killed.
public final class Program: Sendable {
    /// The process id.
    public let id: Int32
    private let input: Stream
    private let output: Stream
    private let errorStream: Stream
    private let state = Mutex(State())

    fileprivate struct State {
        var unread: [UInt8] = []
        var errors: [UInt8] = []
        var status: Int32?
    }

    /// How long a program may take.
    private static let patience = DispatchTimeInterval.seconds(60)
    /// A queue of its own: tests that wait can have all threads of the common ones.
    private static let clock = DispatchQueue(label: "patience")

    /// Starts a program; `joined` puts its errors into its output.
    public init(_ path: String, _ arguments: [String] = [], joined: Bool = false, closedOutput: Bool = false) throws {
        // The input is a socket, because writing to a pipe that nobody reads any more would raise SIGPIPE.
        let input = try Pipe(sockets: true), output = try Pipe(), errors = try Pipe()
        let streams = [(input.read, 0), (output.write, 1), (joined ? output.write : errors.write, 2)]
        id = try Self.spawn(path, arguments, streams.map { csock_inherited_t(from: $0.0.number, to: Int32($0.1)) })
        self.input = input.write
        self.output = output.read
        errorStream = errors.read
        for stream in [input.read, output.write, errors.write] { stream.close() }
        if closedOutput { output.read.close() }
        killLater()
    }

    deinit {
        end()
        _ = finish()
    }

    private static func spawn(_ path: String, _ arguments: [String], _ streams: [csock_inherited_t]) throws -> Int32 {
        // Children that crash on purpose need no report, whose maker would hold their pipes open.
        let words = ["env", "SWIFT_BACKTRACE=enable=no", path] + arguments
        let texts = words.map { $0 + "\0" }.joined() + "\0"
        let id = starting.withLock { _ in
            unsafe streams.withUnsafeBufferPointer {
                unsafe csock_spawn("/usr/bin/env", texts, $0.baseAddress.unsafelyUnwrapped, $0.count)
            }
        }
        guard id > 0 else { throw Failure(description: "\(path) cannot be started: \(-id)") }
        return id
    }

    /// Returns when no program is being started.
    ///
    /// Each of them has copies of all descriptors until its exec. So a socket that was closed may go on to listen, to receive or
    /// to hold its port, until this has been called.
    public static func awaitStarts() {
        starting.withLock { _ in }
    }

    /// csock_spawn returns after the exec.
    private static let starting = Mutex(())

    private func killLater() {
        Self.clock.asyncAfter(deadline: .now() + Self.patience) { [weak self] in self?.end() }
    }

    /// A program that is built beside the tests.
    public static func built(_ name: String) -> String {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent(name).path
    }

    /// The full path of a tool, or nil when this machine does not have it.
    public static func find(_ name: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return (folders + ["/usr/sbin", "/sbin"]).map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Gives the program something to read.
    public func send(_ text: String) { input.write(Array(text.utf8)) }

    /// Tells the program that there is no more to read.
    public func endInput() { input.close() }

    /// Sends a signal, if it still runs.
    public func signal(_ number: Int32) {
        state.withLock { if $0.status == nil { _ = csock_kill(id, number) } }
    }

    /// Asks it to end, as service managers do.
    public func stop() { signal(csock_SIGTERM) }

    /// Ends it at once.
    public func end() { signal(csock_SIGKILL) }

    /// Whether it still runs.
    public var isRunning: Bool { state.withLock { reap(&$0, csock_WNOHANG) == nil } }

    /// The processes that it started and has not reaped.
    public var children: [Int32] {
        // Not as a String of a file: Foundation leaks its buffer when the file is empty.
        let file = FileHandle(forReadingAtPath: "/proc/\(id)/task/\(id)/children")
        let text = String(decoding: (try? file?.readToEnd()) ?? Data(), as: UTF8.self)
        return text.split(separator: " ").compactMap { Int32($0) }
    }

    /// The next line of its output, without the end of the line, or nil at the end of its output.
    public func line() -> String? {
        while true {
            if let line = state.withLock({ $0.takeLine() }) { return line }
            let more = output.read()
            if more.isEmpty { return state.withLock { $0.takeRest() } }
            state.withLock { $0.unread += more }
        }
    }

    /// What follows the given words in the next line that has them, such as the address a server tells.
    public func rest(after words: String) -> String? {
        while let line = line() {
            if let range = line.range(of: words) { return String(line[range.upperBound...]) }
        }
        return nil
    }

    /// Waits for standard error to have a text, or to end, and returns all of it so far.
    @discardableResult
    public func errors(containing text: String) -> String {
        while true {
            let errors = self.errors
            if errors.contains(text) { return errors }
            let more = errorStream.read()
            if more.isEmpty { return errors }
            state.withLock { $0.errors += more }
        }
    }

    /// What of standard error was read so far.
    public var errors: String { state.withLock { String(decoding: $0.errors, as: UTF8.self) } }

    /// Ends its input and waits for its end.
    @discardableResult
    public func finish() -> Outcome {
        endInput()
        let rest = output.readToEnd()
        let errors = errorStream.readToEnd()
        return state.withLock { state in
            state.unread += rest
            state.errors += errors
            let status = reap(&state, 0) ?? 0
            defer { state.unread = [] }
            return Outcome(
                status: status, output: String(decoding: state.unread, as: UTF8.self),
                errors: String(decoding: state.errors, as: UTF8.self))
        }
    }

    private func reap(_ state: inout State, _ flags: Int32) -> Int32? {
        if state.status == nil {
            var status: Int32 = 0
            if unsafe csock_waitpid(id, &status, flags) == id { state.status = status }
        }
        return state.status
    }

    /// Runs a program to its end with this standard input, which has to fit into a pipe.
    public static func run(_ path: String, _ arguments: [String], input: String = "") throws -> Outcome {
        let program = try Program(path, arguments)
        program.send(input)
        return program.finish()
    }
}

extension Program.State {
    fileprivate mutating func takeLine() -> String? {
        guard let end = unread.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        defer { unread.removeFirst(end + 1) }
        return String(decoding: unread[..<end], as: UTF8.self)
    }

    fileprivate mutating func takeRest() -> String? {
        defer { unread = [] }
        return unread.isEmpty ? nil : String(decoding: unread, as: UTF8.self)
    }
}

extension Program {
    /// Waits for the end of a process that somebody else started; false when it takes longer than any test should.
    public static func hasEnded(_ process: Int32) -> Bool {
        let descriptor = csock_process_descriptor(process)
        // No such process any more.
        if descriptor < 0 { return true }
        defer { _ = csock_close(descriptor) }
        var entry = csock_pollfd_t(descriptor: descriptor, events: Int16(csock_POLLIN), ready: 0)
        return unsafe csock_poll(&entry, 1, 30_000_000_000) == 1
    }
}

/// Why a program was not started.
struct Failure: Error, CustomStringConvertible {
    let description: String
}

/// One end of a pipe.
private final class Stream: Sendable {
    private let state: Mutex<Int32>

    init(_ number: Int32) { state = Mutex(number) }

    deinit { close() }

    var number: Int32 { state.withLock { $0 } }

    func close() {
        state.withLock { number in
            if number >= 0 { _ = csock_close(number) }
            number = -1
        }
    }

    /// A program that has ended does not read what it was sent; nobody misses it.
    func write(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let result = unsafe bytes[sent...].withUnsafeBytes {
                unsafe csock_send(number, $0.baseAddress.unsafelyUnwrapped, $0.count, csock_MSG_NOSIGNAL)
            }
            guard result > 0 || result == -Int64(csock_EINTR) else { return }
            sent += Int(max(0, result))
        }
    }

    /// Some bytes, or none at the end.
    func read() -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe csock_read(number, $0.baseAddress.unsafelyUnwrapped, $0.count)
            }
            if count == -Int64(csock_EINTR) { continue }
            return Array(buffer.prefix(Int(max(0, count))))
        }
    }

    func readToEnd() -> [UInt8] {
        var all: [UInt8] = []
        while case let more = read(), !more.isEmpty { all += more }
        return all
    }
}

/// Both ends of a pipe, closed by exec.
private struct Pipe {
    let read: Stream
    let write: Stream

    init(sockets: Bool = false) throws {
        var numbers: [Int32] = [-1, -1]
        let type = csock_SOCK_STREAM | csock_SOCK_CLOEXEC
        let result = unsafe numbers.withUnsafeMutableBufferPointer { numbers in
            let base = unsafe numbers.baseAddress.unsafelyUnwrapped
            return sockets
                ? unsafe csock_socketpair(csock_AF_UNIX, type, 0, base) : unsafe csock_pipe(base, csock_SOCK_CLOEXEC)
        }
        guard result == 0 else { throw Failure(description: "no pipe: \(-result)") }
        read = Stream(numbers[0])
        write = Stream(numbers[1])
    }
}
