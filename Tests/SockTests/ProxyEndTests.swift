import Foundation
import Sockets
import TestSupport
import Testing

/// A proxy, and both ends of a connection through it.
private struct Line: ~Copyable {
    let listener: TCPListener
    let proxy: Program
    let client: TCPStream
    let server: TCPStream

    init(_ options: [String], faults: [String] = []) throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let words = ["proxy", "--engine", "epoll"] + options + ["127.0.0.1:0", "\(listener.localAddress)"]
        let proxy =
            try faults.isEmpty ? Program(Program.tool, words) : Program.start(Program.tool, words, faults: faults)
        let client = try TCPStream.connect(to: proxy.address), server = try listener.accept()
        try client.setOption(.receiveTimeout, to: .seconds(30))
        try server.setOption(.receiveTimeout, to: .seconds(30))
        self.listener = listener
        self.proxy = proxy
        self.client = client
        self.server = server
    }

    /// A byte goes each way, so that both directions are known to wait for more.
    func exchange() throws {
        var byte: [UInt8] = [1]
        try client.sendAll(byte.span)
        try server.receiveExactly(into: &byte)
        try server.sendAll(byte.span)
        try client.receiveExactly(into: &byte)
    }

    /// Returns when the proxy, which takes what comes in its order, has served another connection.
    func serveAnother() throws {
        let client = try TCPStream.connect(to: proxy.address), server = try listener.accept()
        // Not a close alone, which tells nothing while a process that another test starts has the descriptor, too.
        try client.shutdown(.write)
        try server.shutdown(.write)
        var none: [UInt8] = [0]
        #expect(try client.receive(into: &none) == 0)
    }
}

extension Program {
    /// Stops it, and returns when none of its threads runs any more.
    fileprivate func pause() {
        signal(SIGSTOP)
        var info = unsafe siginfo_t()
        // The call writes what it is given, and leaves the program's end to others.
        while unsafe waitid(P_PID, id_t(id), &info, WSTOPPED | WNOWAIT) != 0, errno == EINTR {}
    }
}

/// How many bytes still come, and the error after them; nil for the end of the stream.
private func rest(_ stream: borrowing TCPStream) -> (count: Int, error: SocketError.Code?) {
    var buffer = [UInt8](repeating: 0, count: 64), count = 0
    do throws(SocketError) {
        while case let more = try stream.receive(into: &buffer), more > 0 { count += more }
        return (count, nil)
    } catch { return (count, error.code) }
}

/// Ends that must not look like the end of a stream.
@Suite(.ownThread, .timeLimit(.minutes(2))) struct ProxyEndTests {
    private func expectFailure(_ proxy: Program) {
        proxy.stop()
        let errors = proxy.finish().errors
        #expect(errors.contains(" connections, 1 failed"), "\(errors)")
    }

    @Test(arguments: ProxyTests.methods, [true, false])
    func `a reset that sending meets first goes on to the other side`(
        _ options: [String], _ isFromClient: Bool
    ) throws {
        let line = try Line(options), proxy = line.proxy
        try line.exchange()
        if isFromClient {
            try breakOff(line.client, line.server, proxy)
        } else {
            try breakOff(line.server, line.client, proxy)
        }
        expectFailure(proxy)
    }

    /// When the proxy goes on there is something to send, and who is to get it is gone, after it said something itself.
    private func breakOff(_ gone: consuming TCPStream, _ other: borrowing TCPStream, _ proxy: Program) throws {
        proxy.pause()
        try other.sendAll([2].span)
        try gone.sendAll([3].span)
        try gone.reset()
        // Until then others may hold it open.
        Program.awaitStarts()
        proxy.signal(SIGCONT)
        let rest = rest(other)
        #expect(rest.count == 1)
        #expect(rest.error == .connectionReset)
    }

    private static let faults = [
        (["--copy"], "recvfrom"), (["--copy", "--idle", "1000"], "recvfrom"), (["--copy"], "sendto"),
        (["--splice"], "splice"),
    ]

    @Test(.enabled(if: Program.canHaveFaults), arguments: faults, ["ETIMEDOUT", "EHOSTUNREACH"])
    func `a connection that the system gives up is no end of the other one`(
        _ fault: (options: [String], call: String), _ code: String
    ) throws {
        // The first try to receive is made when the connection begins.
        let line = try Line(fault.options, faults: ["\(fault.call):error=\(code):when=1"])
        if fault.call == "sendto" {
            try line.client.sendAll([1].span)
            // Sending has failed by then. The other direction ends in order, and must not say so.
            try line.serveAnother()
            try line.server.shutdown(.write)
        }
        #expect(rest(line.client).error == .connectionReset)
        expectFailure(line.proxy)
    }
}
