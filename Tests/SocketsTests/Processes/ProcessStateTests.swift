import Foundation
import Sockets
import TestSupport
import Testing

@Suite(.ownThread) struct ProcessStateTests {
    @Test func `a broken pipe never kills, and the process's signals stay as they were`() throws {
        let child = try Fixture.run("broken-pipes")
        #expect(child.status == 0)
        #expect(
            child.output == """
                send: send EPIPE
                sendAll: send EPIPE
                base: send EPIPE
                base with flags: send EPIPE
                reset: send ECONNRESET
                again: send EPIPE
                to: sendto EPIPE
                untouched

                """)
    }

    @Test func `a storm of signals breaks nothing off`() throws {
        let folder = try TemporaryFolder()
        let child = try Fixture.run("storm", [folder.file("s")])
        #expect(child.status == 0)
        #expect(
            child.output == """
                accept: ok
                receive: ok
                send: ok
                time-out: ok
                wait: ok
                datagram: ok
                connect: ok
                stormy

                """)
    }

    @Test func `no way of failing or of giving away leaves a descriptor`() throws {
        let folder = try TemporaryFolder()
        let child = try Fixture.run("leaks", [folder.file("s")])
        #expect(child.status == 0)
        let lines = child.output.split(separator: "\n")
        #expect(lines.count == 27)
        #expect(lines.allSatisfy { $0.hasSuffix(": clean") }, "\(child.output)")
    }

    @Test func `the limit of descriptors is an error, and nothing is lost by it`() throws {
        let child = try Fixture.run("descriptor-limit")
        let advice = "close sockets, or raise the limit: ulimit -n"
        #expect(
            child.output == """
                socket: socket EMFILE: \(advice)
                pair: socketpair EMFILE: \(advice)
                duplicate: fcntl EMFILE: \(advice)
                accept: accept EMFILE: \(advice)
                pair with one left: socketpair EMFILE: \(advice)
                accept with one left: ok
                left over 0

                """)
    }

    @Test func `a program started by exec gets no socket, unless it was made inheritable`() throws {
        let child = try Fixture.run("inherit")
        let parts = child.output.components(separatedBy: "inherited\n")
        #expect(parts.count == 2)
        #expect(!parts[0].contains("socket:"))
        #expect(parts[1].components(separatedBy: "socket:").count == 2)
    }

    @Test func `a socket that came as standard input is taken over`() throws {
        let program = try Program(Program.built("SocketFixture"), ["standard-input"])
        program.send("hello")
        #expect(program.line() == "answered 5 bytes")
    }

    @Test(.enabled(if: Fixture.canDropPrivileges, "this process may not become nobody"))
    func `what takes a privilege says so`() throws {
        let child = try Fixture.run(asNobody: "privileges")
        #expect(
            child.output == """
                raw: socket EPERM: raw sockets need root or the capability CAP_NET_RAW
                port 80: bind EACCES: ports below 1024 need root or CAP_NET_BIND_SERVICE
                mark: setsockopt EPERM: run it with the privilege that the call needs
                priority 6: ok
                priority 7: setsockopt EPERM: run it with the privilege that the call needs
                folder: bind EACCES: check who may write in the folder

                """)
    }
}
