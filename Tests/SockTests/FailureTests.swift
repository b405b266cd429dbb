import Sockets
import TestSupport
import Testing

@Suite(.ownThread) struct FailureTests {
    @Test func `a refused connection is one line and advice, with status 1`() throws {
        let address = "\(try closedAddress())"
        let outcome = try sock("connect", address)
        #expect(outcome.status == 1)
        let lines = outcome.errors.split(separator: "\n")
        #expect(lines.first == "sock connect: connect to \(address): connection refused (ECONNREFUSED)")
        #expect(lines.dropFirst() == ["    check the address and port, and that the server runs"])
    }

    @Test func `a taken port is reported with its address`() throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let address = "\(listener.localAddress)"
        let outcome = try sock("listen", address)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("bind from \(address)") || outcome.errors.contains("bind \(address)"))
        #expect(outcome.errors.contains("EADDRINUSE"))
        #expect(outcome.errors.contains("\n    choose another port"))
    }

    @Test func `an unknown host is told by name`() throws {
        let outcome = try sock("resolve", "no-such-host.invalid")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("no-such-host.invalid"))
    }

    @Test func `a service without a number is looked up`() throws {
        let outcome = try sock("connect", "127.0.0.1:no-such-service")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("no such service"))
    }

    @Test(arguments: [["options"], ["--help"], ["tour", "-m", "iterative"], ["help", "listen"]])
    func `output that nobody reads ends it quietly, and not by a signal`(_ arguments: [String]) throws {
        let program = try Program(Program.tool, arguments, closedOutput: true)
        let outcome = program.finish()
        #expect(!outcome.wasSignalled)
        #expect(outcome.status == 0)
        #expect(outcome.errors.isEmpty)
    }
}
