import Sockets
import TestSupport
import Testing

@Suite(.ownThread) struct ResolverTests {
    @Test(arguments: ["127.0.0.1", "::1", "::ffff:1.2.3.4", "fe80::1%1"])
    func `an address answers itself`(text: String) throws {
        let answers = try Resolver.addresses(of: text, port: 80)
        #expect(answers.map(\.address.description) == [text])
        #expect(answers.first?.port == 80)
    }

    @Test func `localhost is this machine`() throws {
        let answers = try Resolver.addresses(of: "localhost", port: 7)
        #expect(!answers.isEmpty)
        #expect(answers.allSatisfy { $0.address.isLoopback && $0.port == 7 })
        #expect(Set(answers).count == answers.count)
    }

    @Test(arguments: [
        "", "a\0b", "127.1", "0x7f.1", "1234", "010.0.0.1", "[::1]", "::1%nope", "１.2.3.4", "a b",
        String(repeating: "a", count: 255),
    ])
    func `what is no name is refused before the resolver sees it`(text: String) {
        let error = socketError { () throws(SocketError) in _ = try Resolver.addresses(of: text, port: 1) }
        #expect(error?.code == .invalidInput)
    }

    @Test func `an address of the other version is not found`() {
        var query = Resolver.Query()
        query.version = .v6
        let asked = query
        let error = socketError { () throws(SocketError) in
            _ = try Resolver.addresses(of: "127.0.0.1", port: 1, asked)
        }
        #expect(error?.code == .nameNotFound)
    }

    @Test func `a service has a port, and an unknown one an error`() throws {
        let numbered = try Resolver.addresses(of: "127.0.0.1", service: "8080")
        #expect(numbered == [.loopback(port: 8080)])
        let error = socketError { () throws(SocketError) in
            _ = try Resolver.addresses(of: "127.0.0.1", service: "no-such-service")
        }
        #expect(error?.code == .unknownService)
    }

    @Test(arguments: ["", "99999", "65536", "+80", "-1", " 80", "4294967376", "80\0", "a\0b", "http ", "１２"])
    func `what is no port and no service is refused before the resolver cuts it`(service: String) {
        let error = socketError { () throws(SocketError) in
            _ = try Resolver.addresses(of: "127.0.0.1", service: service)
        }
        #expect(error?.code == .invalidInput)
    }

    @Test func `a name that cannot exist is an error that names it`() {
        let error = socketError { () throws(SocketError) in _ = try Resolver.addresses(of: "no.such.invalid", port: 1) }
        #expect([.nameNotFound, .nameTryAgain, .nameFailure].contains(error?.code))
        #expect(error?.description.contains("no.such.invalid") == true)
    }

    @Test func `connecting by name tries all addresses`() throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let port = listener.localAddress.port
        let stream = try TCPStream.connect(to: "localhost", port: port)
        let peer = stream.peerAddress
        #expect(peer == .loopback(port: port))
        let timed = try TCPStream.connect(to: "localhost", port: port, within: .seconds(10))
        let mode = try timed.socket.mode
        #expect(mode == .blocking)
    }

    @Test func `an address has names`() throws {
        let name = try Resolver.name(of: .loopback(port: 9))
        #expect(!name.host.isEmpty && !name.service.isEmpty)
    }
}
