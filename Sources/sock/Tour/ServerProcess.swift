internal import CSocketShim
import Sockets

/// An echo server of the tour: this program, started once more, which tells its address on its standard output.
///
/// A process of its own because forking wants one thread, and the tour's clients are threads.
struct ServerProcess: ~Copyable {
    private let process: Int32
    private let output: Socket
    private var text = ""
    private var isGone = false

    /// How long a server may take to start or to end.
    private static let patience = Duration.seconds(5)

    /// Starts `sock echo` with a model and an address.
    init(_ model: EchoModel, at address: String) throws(SocketError) {
        let pair = try Socket.pair()
        var words = ["sock", "echo", address, "--model", model.rawValue, "--report-address", "--with-parent"]
        // Datagrams have no end at which a client's process could end, too.
        if model.isDatagram { words += ["--idle", "1.5"] }
        // The tour tells the calls of this one.
        if model.isAsynchronous { words += ["--engine", "epoll"] }
        let ours = try pair.first.duplicate()
        process = try pair.second.withDescriptor { (number) throws(SocketError) in
            try Self.start(words, output: number)
        }
        output = ours
    }

    deinit {
        guard !isGone else { return }
        var status: Int32 = 0
        _ = csock_kill(process, csock_SIGKILL)
        _ = unsafe csock_waitpid(process, &status, 0)
    }

    private static func start(_ words: [String], output: Int32) throws(SocketError) -> Int32 {
        let arguments = words.flatMap { (word) -> [CChar] in Array(word.utf8CString) } + [0]
        let inherited = [csock_inherited_t(from: -1, to: 0), csock_inherited_t(from: output, to: 1)]
        var result: Int32 = -csock_ENOENT
        for path in ["/proc/self/exe", CommandLine.arguments[0]] where result == -csock_ENOENT {
            // The texts and the two entries live until the call returns, which copies what it needs.
            result = unsafe arguments.withUnsafeBufferPointer { texts in
                guard let texts = texts.baseAddress else { return -csock_EINVAL }
                return unsafe inherited.withUnsafeBufferPointer { entries in
                    guard let first = entries.baseAddress else { return -csock_EINVAL }
                    return unsafe csock_spawn(path, texts, first, entries.count)
                }
            }
        }
        return Int32(try checked(.fork, Int64(result)))
    }

    /// The next line that the server prints.
    mutating func line() throws(SocketError) -> String {
        while true {
            if let end = text.firstIndex(of: "\n") {
                let line = String(text[..<end])
                text = String(text[text.index(after: end)...])
                return line
            }
            guard try receive() else { throw SocketError(.read, .unexpectedEnd, detail: "the server ended: \(text)") }
        }
    }

    /// Asks the server to stop, and returns its last line once it and all its children are gone.
    mutating func stop() throws(SocketError) -> String {
        _ = try checked(.kill, Int64(csock_kill(process, csock_SIGTERM)))
        let summary = try line()
        // The end comes when the last process that has the descriptor is gone: the server and every child it forked.
        while try receive() {}
        let status = try wait()
        guard status == 0 else {
            throw SocketError(.waitpid, .protocolError, detail: "the server's status is \(status)")
        }
        return summary
    }

    /// Receives some text; false at the end.
    private mutating func receive() throws(SocketError) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1024)
        guard try !output.wait(for: .readable, until: .after(Self.patience)).isEmpty else {
            throw SocketError(.read, .timedOut, detail: "the server said nothing")
        }
        let count = try output.receive(into: &buffer)
        text += String(decoding: buffer[..<count], as: UTF8.self)
        return count > 0
    }

    /// The exit status of the process, which is reaped by its id. It has closed its output, so this takes no time.
    private mutating func wait() throws(SocketError) -> Int32 {
        var status: Int32 = 0
        let result = unsafe csock_waitpid(process, &status, 0)
        isGone = true
        _ = try checked(.waitpid, Int64(result))
        guard csock_kill(process, 0) == -csock_ESRCH else {
            throw SocketError(.waitpid, .protocolError, detail: "process \(process) is still there")
        }
        return status
    }
}
