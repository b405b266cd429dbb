import Sockets
import TestSupport
import Testing

@Suite(.ownThread, .enabled(if: Fixture.canTrace, "strace is absent or may not trace"))
struct SystemCallTests {
    /// A peer for one connection, which sends nothing and closes when the other side has.
    private func withPeer(_ body: (String) throws -> Void) throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let address = listener.localAddress.description
        let peer = Background {
            do throws(SocketError) {
                let stream = try listener.accept()
                var buffer = [UInt8](repeating: 0, count: 64)
                while try stream.receive(into: &buffer) > 0 {}
            } catch {}
        }
        do { try body(address) } catch { Issue.record(error) }
        // When nobody came, the accept ends by this.
        try? listener.socket.shutdown(.read)
        peer.join()
    }

    /// What makes the close of a scenario's socket fail, and none of those that start the program.
    private func closeFailing(_ code: String, _ scenario: String) throws -> String {
        let (_, lines) = try Fixture.trace(["-e", "trace=network,close"], scenario)
        let before = lines.prefix { !$0.hasPrefix("socket(") }.count { $0.hasPrefix("close(") }
        return "inject=close:error=\(code):when=\(before + 1)"
    }

    @Test func `a client makes one system call a method, in order`() throws {
        try withPeer { address in
            let (child, lines) = try Fixture.trace(
                ["-e", "trace=network,close,poll,ppoll,fcntl,ioctl"], "exchange", [address])
            #expect(child.output == "done\n")
            let start = try #require(lines.firstIndex { $0.hasPrefix("socket(AF_INET,") })
            let number = try #require(lines[start].split(separator: " ").last)
            #expect(lines[start].hasPrefix("socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP)"))
            let calls = lines[start...].prefix { !$0.hasPrefix("+++") }
            #expect(
                calls.dropFirst().map { $0.prefix { $0 != "," && $0 != ")" } } == [
                    "connect(\(number)", "getsockname(\(number)", "sendto(\(number)", "shutdown(\(number)",
                    "recvfrom(\(number)", "close(\(number)",
                ])
            #expect(calls.first { $0.hasPrefix("sendto") }?.contains("MSG_NOSIGNAL") == true)
        }
    }

    @Test func `text and times that are refused make no call`() throws {
        for arguments in [["127.1:80"], ["[fe80::1]:80"], ["127.0.0.1:80", "0"], ["127.0.0.1:80", "-1"]] {
            let (child, lines) = try Fixture.trace(["-e", "trace=network"], "connect", arguments)
            #expect(child.output.hasSuffix(" invalid input\n"), "\(child.output)")
            #expect(!lines.contains { $0.hasPrefix("socket(") }, "\(lines)")
        }
    }

    @Test(
        arguments: [
            ("socket", "EMFILE"), ("socket", "ENFILE"), ("socket", "ENOBUFS"), ("socket", "ENOMEM"),
            ("socket", "EAFNOSUPPORT"), ("socket", "EPROTONOSUPPORT"), ("socket", "ESOCKTNOSUPPORT"),
            ("socket", "EPERM"), ("connect", "ENETUNREACH"), ("connect", "EHOSTUNREACH"), ("connect", "ETIMEDOUT"),
            ("connect", "EACCES"), ("connect", "EPERM"), ("connect", "EADDRNOTAVAIL"), ("connect", "EAGAIN"),
            ("connect", "ENETDOWN"), ("connect", "EHWPOISON"), ("getsockname", "ENOBUFS"), ("sendto", "ENOBUFS"),
            ("sendto", "ENOMEM"), ("sendto", "EPIPE"), ("sendto", "EHOSTUNREACH"), ("sendto", "EACCES"),
            ("shutdown", "ENOTCONN"), ("recvfrom", "ECONNRESET"), ("recvfrom", "ETIMEDOUT"), ("recvfrom", "ENOMEM"),
            ("recvfrom", "EFAULT"),
        ])
    func `every error of every call has its name, and the descriptor is closed once`(
        call: String, code: String
    ) throws {
        try withPeer { address in
            let (child, lines) = try Fixture.trace(
                ["-e", "trace=network,close", "-e", "inject=\(call):error=\(code)"], "exchange", [address])
            let operation = ["sendto": "send", "recvfrom": "recv"][call] ?? call
            #expect(child.status == 1)
            if code != "EHWPOISON" { #expect(child.output == "\(operation) \(code)\n") }
            guard let start = lines.firstIndex(where: { $0.hasPrefix("socket(AF_INET,") }), call != "socket" else {
                return
            }
            let number = lines[start].split(separator: " ").last ?? ""
            #expect(lines[start...].count { $0.hasPrefix("close(\(number))") } == 1)
        }
    }

    @Test(
        arguments: [
            "connect", "sendto", "recvfrom", "accept4", "shutdown", "getsockname", "bind", "listen", "setsockopt",
            "socket",
        ])
    func `a call that a signal interrupted is made again`(call: String) throws {
        for scenario in ["server", "datagrams"] {
            let (child, _) = try Fixture.trace(
                ["-e", "trace=network", "-e", "inject=\(call):error=EINTR:when=1..2"], scenario)
            #expect(child.output == "done\n", "\(scenario)")
            #expect(child.status == 0)
        }
    }

    @Test(arguments: [("EIO", "close EIO"), ("EINTR", "closed"), ("EDQUOT", "close errno 122")])
    func `a close is never made twice, and tells what the kernel said`(code: String, answer: String) throws {
        let (child, lines) = try Fixture.trace(
            ["-e", "trace=network,close", "-e", closeFailing(code, "close")], "close")
        let words = child.output.split(separator: "\n")
        let number = try #require(words.first?.split(separator: " ").last)
        #expect(words.last.map(String.init) == answer)
        let start = try #require(lines.firstIndex { $0.hasPrefix("socket(AF_INET,") })
        #expect(lines[start...].count { $0.hasPrefix("close(\(number))") } == 1)
    }
}
