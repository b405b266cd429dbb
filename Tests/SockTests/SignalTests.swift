import Foundation
import TestSupport
import Testing

@Suite(.ownThread) struct SignalTests {
    @Test(arguments: [SIGINT, SIGTERM]) func `a stopped connection is summed up`(_ signal: Int32) throws {
        let server = try Program.sock("listen", "127.0.0.1:0"), address = server.address
        let client = try Program.sock("connect", "-v", address)
        client.send("12345\n")
        #expect(server.line() == "12345")
        server.send("abc\n")
        #expect(client.line() == "abc")
        client.signal(signal)
        let outcome = client.finish()
        #expect(outcome.status == 0)
        #expect(!outcome.wasSignalled)
        #expect(outcome.errors.contains("4 bytes in, 6 bytes out"))
        #expect(outcome.errors.contains("TCP 127.0.0.1:"))
        #expect(outcome.errors.contains("-> \(address)"))
        server.endInput()
        #expect(server.finish().status == 0)
    }

    @Test func `a listener without clients stops cleanly`() throws {
        let server = try Program.sock("listen", "127.0.0.1:0")
        _ = server.address
        server.signal(SIGINT)
        let outcome = server.finish()
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains("stopped, no client connected"))
    }

    @Test func `a receiver says what it got`() throws {
        let receiver = try Program.sock("receive", "127.0.0.1:0")
        _ = try sock("send", receiver.address, "1234")
        #expect(receiver.line()?.hasSuffix(" 4: 1234") == true)
        receiver.signal(SIGTERM)
        let outcome = receiver.finish()
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains("1 datagrams, 4 bytes in"))
    }

    @Test func `a ping ends with its statistics`() throws {
        let ping = try Program.sock("ping", "--interval", "100", "127.0.0.1")
        guard ping.line() != nil else { return }
        #expect(ping.line()?.contains("seq 1") == true)
        ping.signal(SIGINT)
        let outcome = ping.finish()
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("1 sent, 1 received, 0% lost"))
    }
}
