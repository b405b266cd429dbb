import Foundation
import Sockets
import TestSupport
import Testing

/// More clients than a server likes, of those who want nothing.
@Suite(.ownThread, .serialized, .timeLimit(.minutes(1))) struct FloodTests {
    /// Clients that connect and leave, one in twenty with a reset, and then one that wants something: it is the last in
    /// the queue, so that all before it were accepted when it is served.
    private func flood(_ server: ServerProgram, _ count: Int) throws {
        for number in 0..<count {
            let client = try server.connect()
            if number % 20 == 0 { try client.reset() } else { try client.close() }
        }
        let client = try server.connect()
        try greet(client)
    }

    @Test(arguments: ProcessModel.allCases)
    func `hundreds who connect and leave cost neither memory nor descriptors, and others are served`(
        _ model: ProcessModel
    ) throws {
        // Few at once, so that what the last ones still have is little beside what would be lost.
        let server = try ServerProgram(model, limit: 4)
        // Each leaves its port in TIME-WAIT for a minute, of which a small system has 8192. Thousands come below.
        let count = 200
        try flood(server, count)
        let before = try server.program.residentMemory()
        for _ in 0..<2 { try flood(server, count) }
        let growth = try server.program.residentMemory() - before
        // The sanitizers keep what was given back.
        #expect(growth < 1 << 20 || Sanitizer.address || Sanitizer.thread)
        let failed = 3 * count / 20
        let lines = server.end()
        // Of a child both the error and the end are told.
        #expect(lines.count == (model == .fork ? 2 : 1) * failed + 1)
        #expect(lines.last == "done \(3 * count + 3) accepted, 0 active, \(failed) failed, 0 left open")
    }

    // Over Unix sockets, which leave nothing behind.
    @Test(arguments: ProcessModel.allCases)
    func `thousands who connect and leave cost neither memory nor descriptors`(_ model: ProcessModel) throws {
        let folder = try TemporaryFolder(), path = folder.file("s")
        let server = try Program.fixture("serve", "4", model.rawValue, "unix=\(path)")
        #expect(server.line() == path)
        let count = model == .fork ? 300 : 3000
        try flood(path, count)
        let before = try server.residentMemory()
        for _ in 0..<2 { try flood(path, count) }
        let growth = try server.residentMemory() - before
        #expect(growth < 1 << 20 || Sanitizer.address || Sanitizer.thread)
        server.stop()
        #expect(server.finish().lines == ["done \(3 * count + 3) accepted, 0 active, 0 failed, 0 left open"])
    }

    private func flood(_ path: String, _ count: Int) throws {
        for _ in 0..<count { try UnixStream.connect(to: path).close() }
        let client = try UnixStream.connect(to: path)
        try greet(client)
    }

    @Test(arguments: ProcessModel.allCases)
    func `a queue that overflows turns clients away, and those in it lose nothing`(_ model: ProcessModel) throws {
        let server = try ServerProgram(model, limit: 1, "backlog=1")
        let served = try server.connect()
        try greet(served)
        // A backlog of one is a queue for two.
        let first = try server.connect(), second = try server.connect()
        let bytes = pattern(30_000)
        try first.sendAll(bytes.span)
        try second.sendAll(bytes.span)
        let address = server.address
        let error = socketError { () throws(SocketError) in
            _ = try TCPStream.connect(to: address, within: .milliseconds(100))
        }
        #expect(error?.code == .timedOut)
        try served.close()
        var (one, other) = ([UInt8](repeating: 0, count: bytes.count), [UInt8](repeating: 0, count: bytes.count))
        try first.receiveExactly(into: &one)
        try first.close()
        try second.receiveExactly(into: &other)
        try second.close()
        #expect(one == bytes && other == bytes)
        let late = try server.connect()
        try greet(late)
        try late.close()
        #expect(server.end() == ["done 4 accepted, 0 active, 0 failed, 0 left open"])
    }
}

extension Program {
    /// How much memory it has, in bytes.
    fileprivate func residentMemory() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
        return try #require(Int(line.filter(\.isNumber))) * 1024
    }
}
