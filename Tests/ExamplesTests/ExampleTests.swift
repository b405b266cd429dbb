import Foundation
import TestSupport
import Testing

/// What an example that ends by itself prints: patterns for lines, in this order, with any lines between.
struct ExampleCase: Sendable, CustomTestStringConvertible {
    let sentence: String
    let example: String
    let arguments: [String]
    let lines: [String]

    init(_ sentence: String, _ example: String, _ lines: [String], arguments: [String] = []) {
        self.sentence = sentence
        self.example = example
        self.arguments = arguments
        self.lines = lines
    }

    var testDescription: String { "\(example): \(sentence)" }
}

let cases: [ExampleCase] = [
    ExampleCase(
        "sockets of every family and type can be made", "socket-tour-of-types",
        [
            "^IPv4 is family 2, AF_INET and PF_INET in C$", "^IPv4 stream, protocol TCP: descriptor [0-9]+$",
            "^IPv4 datagram, protocol UDP: ", "^Unix sequenced packet, ",
            "^IPv4 raw, protocol ICMP: |^IPv4 raw: socket: operation not permitted \\(EPERM\\)$",
            "^inherited by exec: false, mode: blocking$", "^asked for: nonBlocking$",
        ]),
    ExampleCase(
        "both ends know the same five parts", "five-tuple",
        [
            "^client 1: TCP 127\\.0\\.0\\.1:[0-9]+ -> 127\\.0\\.0\\.1:[0-9]+$",
            "^the server's end of client 1: TCP 127", "^mirrored: true$", "^unconnected: UDP 127\\.0\\.0\\.1:[0-9]+$",
        ]),
    ExampleCase(
        "the table has every socket with its state and queues", "socket-table",
        [
            "LISTEN 127", "ESTABLISHED 127.* -> 127", "ESTABLISHED.*receive queue 5,", "IPv4 datagram unconnected 127",
            "Unix stream connected unnamed", "half-close", "FIN-WAIT-[12]", "CLOSE-WAIT.*receive queue 5,",
        ]),
    ExampleCase(
        "port 0 gives a free port, and reuse frees it after a restart", "bind-port-zero",
        [
            "got 127\\.0\\.0\\.1:[1-9]", "on 0\\.0\\.0\\.0:[1-9][0-9]* is reached as 127\\.0\\.0\\.1:[1-9]",
            "reuse true: .*EADDRINUSE", "reuse false: .*EADDRINUSE", "reuse true: bound to",
            "bind 192\\.0\\.2\\.1:0: .*EADDRNOTAVAIL",
        ]),
    ExampleCase(
        "a full queue makes clients wait until accept makes room", "listen-backlog",
        ["^waiting in the queue", "^the third one: connect to .*ETIMEDOUT", "^accepted 127", "^now there is room"]),
    ExampleCase(
        "a connected datagram socket has one peer and hears ICMP errors", "udp-connected",
        [
            "^fixed: UDP .* -> 127", "^answer: welcome$", "^heard the stranger: false$",
            "^reported: recv from 127.0.0.1:[0-9]+: connection refused", "^the new server got: and now\\?$",
        ]),
    ExampleCase(
        "transfers are partial, and flags change them", "partial-transfers",
        [
            "^nothing there yet: .*EAGAIN", "^peeked: hello world$", "^exactly five: hello$", "^wait-all got 6: world$",
            "^partial send: true$", "^all of them came: true$", "^urgent: !$", "^in order: ab, at the mark: true$",
            "^end of stream: 0$", "^then: recv from 127.0.0.1:[0-9]+: the stream ended early",
        ]),
    ExampleCase(
        "errors name the call, the code, the peer and advice", "errors",
        [
            "^caught by name$", "^nobody listens: connect to 127.*ECONNREFUSED",
            "^    call connect, code ECONNREFUSED, peer 127", "^    advice: check the address",
            "^no address: .*above 65535", "^the peer is gone: send.*EPIPE", "^the peer reset .*ECONNRESET",
            "^nothing there: recv.*EAGAIN", "^unknown: recv: .*errno 4711",
        ]),
    ExampleCase(
        "a socket closes with its scope, a connection with its last descriptor", "close-and-shutdown",
        [
            "^inside: 4 sockets, still open$", "^outside: 2 sockets, still open$",
            "^the peer got 8 bytes, then 0 bytes$", "^the way back is open: 6 bytes$",
            "^one of two closed: still open$", "^both closed: 0 bytes$", "^after a reset: .*ECONNRESET",
        ]),
    ExampleCase(
        "numbers travel most significant byte first", "byte-order",
        [
            "^ntohs\\([0-9]+\\) = 8080$", "^64 bits, there and back: 42$",
            "^in the packet: 12 34 12 34 56 78 12 34 56 78 9a bc de f0$", "^16 bits: true$", "^32 bits: true$",
            "^64 bits: true$", "^refused: 8 bytes at offset 10",
        ]),
    ExampleCase(
        "text is read strictly, and leniently under a name that says so", "address-text",
        [
            "^192\\.0\\.2\\.1 -> 192\\.0\\.2\\.1$", "\"127\\.1\" is no IPv4 address", "leading zero", "above 255",
            "^classic 127\\.1 -> 127\\.0\\.0\\.1$", "^classic 255\\.255\\.255\\.255 -> 255\\.255\\.255\\.255$",
            "^classic nonsense -> no address$", "^both at once: 192\\.0\\.2\\.1 192\\.0\\.2\\.2$", "-> 2001:db8::1$",
            "^\\[::1\\]:8080 -> ", "in brackets", "above 65535",
        ]),
    ExampleCase(
        "bytes are zeroed, copied, also overlapping, and compared within bounds", "bytes",
        [
            "^copied: abcdXY$", "^moved up, overlapping: ababcd$", "^moved down, overlapping: cdefef$",
            "^filled: c\\.\\.\\.ef$", "^equal to itself: true, to another: false$", "^3 and 200: before, .* after$",
            "^zeroed: \\[0, 0, 0, 0, 0, 0\\]$", "^refused: 8 bytes at offset 2 .*\\[0, 0, 0, 0, 0, 0\\]$",
        ]),
    ExampleCase(
        "paths, abstract names and passed descriptors work", "unix-sockets",
        [
            "^over /tmp/.*: hello$", "^from user [0-9]+$", "^abstract: true$",
            "^the passed listener accepted true$",
        ]),
    ExampleCase(
        "names are looked up, literals are not, and old notations are refused", "resolve",
        [
            "^localhost http: .*:80$", "^IPv4 only: \\[\"127\\.0\\.0\\.1:80\"\\]$",
            "^a literal: \\[127\\.0\\.0\\.1:80\\]$",
            "^back: .*:(http|80)$", "^refused: .*87\\.0\\.0\\.1$", "^connecting by name: ",
        ]),
    ExampleCase(
        "interfaces have addresses, and link-local ones a scope", "interfaces",
        [
            "^[0-9]+ lo: up$", "^    127\\.0\\.0\\.1/8$", "^loopback is lo$",
            "^a scope: fe80::1%[0-9]+ has number [0-9]+$",
        ]),
    ExampleCase(
        "options have typed values with limits", "options",
        [
            "^no delay: false$", "^no delay, set: true$", "^receive buffer: 131072$", "^keep-alive after 30",
            "^refused: setsockopt: 256", "^the listener listens: true$", "^state ESTABLISHED, ",
            "^TCP's option on UDP: ",
        ]),
]

@Suite(.ownThread, .timeLimit(.minutes(2))) struct ExampleTests {
    @Test(arguments: cases) func `an example prints what it says, and succeeds`(_ each: ExampleCase) throws {
        let outcome = try Program(example: each.example, each.arguments).finish()
        #expect(outcome.status == 0)
        var rest = outcome.lines[...]
        for pattern in each.lines {
            let regex = try Regex(pattern)
            let found = rest.firstIndex { $0.firstMatch(of: regex) != nil }
            let place = try #require(found, "no line like \(pattern) in \(outcome.lines)")
            rest = rest[(place + 1)...]
        }
    }

    @Test func `an ICMP echo is answered, or the missing privilege explained`() throws {
        let outcome = try Program(example: "icmp-echo").finish()
        if outcome.status == 0 {
            #expect(outcome.lines.last?.hasPrefix("answer from 127.0.0.1: 16 bytes in ") == true)
        } else {
            #expect(outcome.lines.last == "advice: raw sockets need root or the capability CAP_NET_RAW")
        }
    }

    @Test(
        .enabled(if: getuid() == 0 && Program.find("setpriv") != nil, "it takes root and setpriv to lose a privilege"))
    func `without the privilege an ICMP echo says what is missing`() throws {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let example = URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("icmp-echo").path
        // The user stays, because another one may not be allowed to read this folder.
        let arguments = ["--bounding-set", "-net_raw", "--inh-caps", "-net_raw", example]
        let outcome = try Program(try #require(Program.find("setpriv")), arguments).finish()
        if outcome.status == 0 { return }  // the administrator permits ping sockets
        #expect(outcome.status == 1)
        #expect(outcome.lines.first == "error: socket: operation not permitted (EPERM)")
        #expect(outcome.lines.last == "advice: raw sockets need root or the capability CAP_NET_RAW")
    }

    @Test func `a client without a server says what happened and what helps`() throws {
        let outcome = try Program(example: "tcp-client", ["127.0.0.1:1"]).finish()
        #expect(outcome.status == 1)
        #expect(
            outcome.lines == [
                "error: connect to 127.0.0.1:1: connection refused (ECONNREFUSED)",
                "advice: check the address and port, and that the server runs",
            ])
    }

    @Test(arguments: [
        "tcp-client", "tcp-server-iterative", "tcp-server-fork", "tcp-server-threads", "tcp-server-select",
    ])
    func `what is no address is refused with the reason`(_ name: String) throws {
        let outcome = try Program(example: name, ["localhost:http"]).finish()
        #expect(outcome.status == 1)
        #expect(outcome.lines.first?.contains("localhost:http") == true)
    }
}
