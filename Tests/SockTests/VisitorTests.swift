import Foundation
import Sockets
import TestSupport
import Testing

@testable import sock

/// Whether the tour's clients notice a server that is wrong.
@Suite(.ownThread) struct VisitorTests {
    /// Serves one client wrongly, in a thread of its own, and says where.
    private func server(_ handler: @escaping @Sendable (borrowing TCPStream) throws -> Void) throws -> Endpoint {
        let listener = try TCPListener(on: .loopback(port: 0))
        let address = listener.localAddress
        let socket = Shared(listener)
        Thread.detachNewThread {
            if let client = try? socket.listener.accept() { try? handler(client) }
        }
        return try Endpoint(argument: "\(address)")
    }

    private final class Shared: Sendable {
        let listener: TCPListener
        init(_ listener: consuming TCPListener) { self.listener = listener }
    }

    private func problem(_ behaviour: StreamVisitor.Behaviour, _ server: Endpoint) -> String? {
        do throws(SocketError) {
            return try StreamVisitor(server: server, seed: 1, behaviour: behaviour).run().problem
        } catch { return error.description }
    }

    @Test func `a changed byte is found out`() throws {
        let server = try server { client in
            var buffer = [UInt8](repeating: 0, count: 65_536), total = 0
            while case let count = try client.receive(into: &buffer), count > 0 {
                total += count
                if total > 9000 { buffer[count - 1] ^= 1 }
                try client.sendAll(buffer.span.extracting(..<count))
            }
        }
        #expect(problem(.halfClose, server)?.contains("10000 of 10000 bytes came back, the first wrong one at") == true)
    }

    @Test func `a missing end is found out`() throws {
        let server = try server { client in
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = try client.receive(into: &buffer)
            try client.sendAll(buffer.span.extracting(..<(count / 2)))
            while try client.receive(into: &buffer) > 0 {}
        }
        #expect(problem(.halfClose, server)?.contains(" of 10000 bytes came back") == true)
    }

    @Test func `a server that leaves is found out`() throws {
        for behaviour in [StreamVisitor.Behaviour.talk, .pour(1 << 20), .halfClose] {
            let server = try server { client in
                var buffer = [UInt8](repeating: 0, count: 1)
                try client.receiveExactly(into: &buffer)
            }
            #expect(problem(behaviour, server) != nil)
        }
    }
}
