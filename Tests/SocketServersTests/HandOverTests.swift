import Foundation
import Sockets
import TestSupport
import Testing

/// Two servers on one port, such as an old and a new version of a program.
@Suite(.ownThread, .serialized, .timeLimit(.minutes(1))) struct HandOverTests {
    /// Connects and asks; returns the descriptor, because sockets do not go into arrays.
    private func ask(_ address: IPSocketAddress) throws -> Int32 {
        let client = try TCPStream.connect(to: address)
        try client.sendAll([7].span)
        return client.intoSocket().release()
    }

    /// What came of a client: nil when it was answered.
    private func outcome(_ descriptor: Int32) -> SocketError? {
        socketError { () throws(SocketError) in
            var buffer: [UInt8] = [0]
            _ = try Socket(adopting: descriptor).receive(into: &buffer)
            guard buffer == [7] else { throw SocketError(.recv, .protocolError) }
        }
    }

    static let givesQueuesAway =
        (try? String(contentsOfFile: "/proc/sys/net/ipv4/tcp_migrate_req", encoding: .utf8)) == "1\n"

    @Test(
        .enabled(if: !givesQueuesAway, "this machine gives the queue of a closed listener to another one"),
        arguments: ProcessModel.allCases)
    func `when one of two servers stops, its queue is reset, and the other one has all who come later`(
        _ model: ProcessModel
    ) throws {
        let old = try ServerProgram(model, limit: 1, "share=127.0.0.1:0"), address = old.address
        let first = try old.connect()
        try greet(first)
        // The old one is full, so that it accepts nobody of its share of these.
        let new = try ServerProgram(.epoll, limit: 256, "share=\(address)")
        let clients = try (0..<32).map { _ in try ask(address) }
        old.program.stop()
        try first.close()
        #expect(old.program.finish().lines == ["done 1 accepted, 0 active, 0 failed, 0 left open"])
        let outcomes = clients.map(outcome)
        let answered = outcomes.count { $0 == nil }
        #expect(answered > 0 && answered < 32)
        #expect(outcomes.allSatisfy { $0 == nil || $0?.code == .connectionReset })
        for _ in 0..<32 { #expect(outcome(try ask(address)) == nil) }
        #expect(new.end() == ["done \(answered + 32) accepted, 0 active, 0 failed, 0 left open"])
    }

    /// In a child, the sanitizer of threads has one of its own, so that a server rightly refuses to fork there.
    static let movable = ProcessModel.allCases.filter { $0 != .fork || !Sanitizer.thread }

    @Test(arguments: movable)
    func `a server that was made before a fork serves in the child`(_ model: ProcessModel) throws {
        let server = try ServerProgram(model, "forked")
        let child = try #require(server.program.line().flatMap(Int32.init))
        let client = try server.connect()
        try greet(client)
        try client.close()
        kill(child, SIGTERM)
        let outcome = server.program.finish()
        #expect(outcome.lines == ["done 1 accepted, 0 active, 0 failed, 0 left open"])
        #expect(outcome.status == 0)
    }
}
