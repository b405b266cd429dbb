import Testing

@testable import Sockets

@Suite struct HostPortTests {
    @Test(arguments: [
        ("localhost:http", "localhost", "http"), ("localhost:80", "localhost", "80"),
        ("localhost%lo0:http", "localhost%lo0", "http"), ("[localhost%lo0]:80", "localhost%lo0", "80"),
        ("127.0.0.1:http", "127.0.0.1", "http"), ("[::1]:http", "::1", "http"), ("[::1%lo0]:80", "::1%lo0", "80"),
        (":80", "", "80"), (":http", "", "http"), ("golang.org:", "golang.org", ""), ("127.0.0.1:", "127.0.0.1", ""),
        ("[::1]:", "::1", ""), ("golang.org:https%foo", "golang.org", "https%foo"), ("[]:80", "", "80"),
        (":", "", ""), ("bücher.example:é", "bücher.example", "é"), ("a:\u{301}", "a", "\u{301}"),
    ])
    func `text is split at the last colon`(text: String, host: String, service: String) throws {
        #expect(try HostPort(parsing: text) == HostPort(host: host, service: service))
    }

    @Test(
        arguments: [
            ("", .empty), ("golang.org", .missingPort), ("127.0.0.1", .missingPort), ("[::1]", .missingPort),
            ("[fe80::1%lo0]", .missingPort), ("[localhost]", .missingPort), ("::1", .missingBrackets),
            ("fe80::1%lo0", .missingBrackets), ("fe80::1%lo0:80", .missingBrackets),
            ("[foo]:[bar]:baz", .missingBrackets),
            ("[foo]:[bar]baz", .strayBracket), ("foo[bar]:baz", .strayBracket), ("foo]bar:baz", .strayBracket),
            ("[foo]bar:baz", .missingPort), ("[foo:80", .strayBracket), ("[[foo]:80", .strayBracket),
            ("foo:80]", .strayBracket),
        ] as [(String, AddressError.Reason)])
    func `any other text is not split`(text: String, reason: AddressError.Reason) {
        #expect(refusal(of: text, as: HostPort.self) == reason)
    }

    @Test(arguments: [
        ("::1", "[::1]:80"), ("::1%lo0", "[::1%lo0]:80"), ("", ":80"), ("localhost%lo0", "localhost%lo0:80"),
        ("127.0.0.1", "127.0.0.1:80"),
    ])
    func `a host with a colon is joined in brackets`(host: String, joined: String) throws {
        let hostPort = HostPort(host: host, port: 80)
        #expect(hostPort.description == joined)
        #expect(try HostPort(parsing: joined) == hostPort)
        #expect(hostPort.port == 80)
    }

    @Test(arguments: ["http", "", "65536", "-1"])
    func `a service that is no number has no port`(service: String) {
        #expect(HostPort(host: "", service: service).port == nil)
    }
}
