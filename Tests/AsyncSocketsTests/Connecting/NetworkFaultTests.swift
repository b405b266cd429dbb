import AsyncSockets
import Foundation
import TestSupport
import Testing

/// A network, name servers and tables of names of its own, with a program in it that connects by name.
enum OwnNetwork {
    /// Runs it after shell commands, when the table of hosts knows `localhost` and `only4`.
    static func run(
        _ words: String, after setup: String = "true", resolver: String = "nameserver 127.0.0.1",
        of program: String = OwnNetwork.program
    ) async throws -> Outcome {
        try await inThread { try runHere(words, setup, resolver, program) }
    }

    fileprivate static func runHere(
        _ words: String, _ setup: String, _ resolver: String, _ program: String = OwnNetwork.program
    ) throws -> Outcome {
        let folder = try TemporaryFolder()
        let files = [
            "resolv.conf": "\(resolver)\noptions timeout:3 attempts:1\n", "nsswitch.conf": "hosts: files dns\n",
            "hosts": "127.0.0.1 localhost\n127.0.0.1 only4\n",
        ]
        for (name, text) in files { try text.write(toFile: folder.file(name), atomically: false, encoding: .utf8) }
        let mounts = files.keys.map { "mount --bind \(folder.file($0)) /etc/\($0)" }.joined(separator: " && ")
        let script = "ip link set lo up && \(mounts) && (\(setup)) && exec \(program) \(words)"
        return try Program(Program.find("unshare") ?? "unshare", ["-mn", "sh", "-c", script]).finish()
    }

    static let program = Program.built("NameFixture")

    /// Whether this process may make them.
    static let isPossible = Fixture.canMakeNetworks && (try? runHere("names 1 none", "true", "#"))?.status == 0

    /// A link on which nobody answers for an address.
    static let deafLink = """
        ip link add va type veth peer name vb && ip link set va up && ip link set vb up && ip addr add 10.9.9.1/24 dev va
        """
    static let nothingLeft = "left: 0 sockets, 0 slots"
}

/// Does what waits in a thread of its own: the runtime's are few, and other tests need them.
private func inThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result(catching: body)) }
    }
}

@Suite(
    .ownThread, .enabled(if: OwnNetwork.isPossible, "a network of its own takes root, unshare, ip and mount"),
    .timeLimit(.minutes(1)))
struct NameServerFaultTests {
    @Test func `what a name server can do is told apart, and costs no other name anything`() async throws {
        let answers = [
            ("ok.t", "connected 127.0.0.1"), ("localhost", "connected 127.0.0.1"),
            // Its IPv6 addresses are asked for from a server that never answers; IPv4 does not wait for them.
            ("only4", "connected 127.0.0.1"), ("slow6.t", "connected 127.0.0.1"), ("no6.t", "connected 127.0.0.1"),
            ("nx6.t", "connected 127.0.0.1"), ("fail6.t", "connected 127.0.0.1"), ("none4.t", "connect ENETUNREACH"),
            ("servfail.t", "getaddrinfo resolver"), ("refused.t", "getaddrinfo resolver"),
            ("nx.t", "getaddrinfo name not found"), ("nodata.t", "getaddrinfo name not found"),
            ("short.t", "getaddrinfo resolver"), ("trunc.t", "connected 127.0.0.1"),
            ("loop.t", "getaddrinfo name not found"), ("pointer.t", "getaddrinfo name not found"),
            ("length.t", "getaddrinfo name not found"),
        ]
        let child = try await OwnNetwork.run("names 20000 server \(answers.map(\.0).joined(separator: " "))")
        #expect(child.lines == answers.map { "\($0): \($1)" } + [OwnNetwork.nothingLeft], "\(child.errors)")
    }

    @Test(arguments: ["drop.t", "garbage.t", "wrongid.t"]) func `what is no answer is waited for as the system says`(
        name: String
    ) async throws {
        let child = try await OwnNetwork.run("names 50000 server \(name)")
        #expect(child.lines == ["\(name): getaddrinfo resolver, slowly", OwnNetwork.nothingLeft], "\(child.errors)")
    }

    @Test func `a list of thousands of addresses is tried from its begin`() async throws {
        let child = try await OwnNetwork.run(
            "names 50000 server big.t", resolver: "nameserver 127.0.0.1\noptions attempts:9")
        #expect(child.lines.first?.hasPrefix("big.t: connected 127.0.") == true, "\(child.output) \(child.errors)")
        #expect(child.lines.last == OwnNetwork.nothingLeft)
    }

    @Test func `a server that is silent takes no longer than the limit, and leaves nothing`() async throws {
        let names = (0..<12).map { "drop.\($0)" }.joined(separator: " ")
        let child = try await OwnNetwork.run("names 20 server \(names) 127.0.0.1")
        let silent = (0..<12).map { "drop.\($0): getaddrinfo ETIMEDOUT" }
        // An address takes no thread, of which none is left.
        #expect(child.lines == silent + ["127.0.0.1: connected 127.0.0.1", OwnNetwork.nothingLeft], "\(child.errors)")
    }

    @Test(arguments: ["nameserver 127.0.0.1", "#"]) func `without a server there are still this machine's names`(
        resolver: String
    ) async throws {
        let child = try await OwnNetwork.run("names 20000 none ok.t localhost", resolver: resolver)
        let lines = ["ok.t: getaddrinfo resolver", "localhost: connected 127.0.0.1", OwnNetwork.nothingLeft]
        #expect(child.lines == lines, "\(child.errors)")
    }
}

@Suite(
    .ownThread, .enabled(if: OwnNetwork.isPossible, "a network of its own takes root, unshare, ip and mount"),
    .timeLimit(.minutes(1)))
struct NetworkFaultTests {
    static let here = "connected 127.0.0.1"
    static let prohibited = "ip route add prohibit 192.0.2.0/24"

    @Test(
        arguments: [
            // No way, a way into nothing, a forbidden way, a neighbour that does not answer, a link that is down.
            ("true", "192.0.2.1 127.0.0.1", here), ("true", "192.0.2.1", "connect ENETUNREACH"),
            ("ip route add blackhole 192.0.2.0/24", "192.0.2.1 127.0.0.1", here),
            ("ip route add blackhole 192.0.2.0/24", "192.0.2.1", "connect EINVAL"),
            (prohibited, "192.0.2.1 127.0.0.1", here), (prohibited, "192.0.2.1", "connect EACCES"),
            (OwnNetwork.deafLink, "10.9.9.2 127.0.0.1", here),
            (OwnNetwork.deafLink, "10.9.9.2", "connect EHOSTUNREACH, slowly"),
            ("\(OwnNetwork.deafLink) && ip link set va down", "10.9.9.2 127.0.0.1", here),
            ("\(OwnNetwork.deafLink) && ip link set va down", "10.9.9.2", "connect ENETUNREACH"),
            // IPv6 that leads nowhere, or was turned off.
            ("true", "2001:db8::1 127.0.0.1", here), ("true", "fe80::1 127.0.0.1", here),
            ("echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6 || true", "::1 127.0.0.1", here),
        ])
    func `a network that does not lead there costs the delay at most`(
        setup: String, addresses: String, answer: String
    ) async throws {
        let child = try await OwnNetwork.run("race 0 \(addresses)", after: setup)
        #expect(child.lines == ["host: \(answer)", OwnNetwork.nothingLeft], "\(child.errors)")
    }

    /// A second machine on the way to all others, which answers for them by ICMP, or with a reset for itself.
    static let router = """
        mount -t tmpfs tmpfs /run && ip netns add way && ip link add va type veth peer name vb && \
        ip link set vb netns way && ip addr add 10.9.9.1/24 dev va && ip link set va up && \
        ip route add default via 10.9.9.2 dev va && ip -n way addr add 10.9.9.2/24 dev vb && ip -n way link set vb up && \
        ip netns exec way sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward' && \
        ip -n way route add unreachable 192.0.2.1 && ip -n way route add prohibit 192.0.2.2
        """

    @Test(
        .enabled(if: NetworkFaultTests.canMakeRouter, "a second network on the way takes ip netns, veth and tmpfs"),
        arguments: [
            // Host unreachable, forbidden, network unreachable, a closed port.
            ("192.0.2.1", "EHOSTUNREACH"), ("192.0.2.2", "EHOSTUNREACH"), ("198.51.100.1", "ENETUNREACH"),
            ("10.9.9.2", "ECONNREFUSED"),
        ])
    func `what a machine on the way rejects fails with its reason, and the next address is tried`(
        address: String, code: String
    ) async throws {
        let alone = try await OwnNetwork.run("race 0 \(address)", after: Self.router)
        #expect(alone.lines == ["host: connect \(code)", OwnNetwork.nothingLeft], "\(alone.errors)")
        let both = try await OwnNetwork.run("race 0 \(address) 127.0.0.1", after: Self.router)
        #expect(both.lines == ["host: \(Self.here)", OwnNetwork.nothingLeft], "\(both.errors)")
    }

    static let canMakeRouter = (try? OwnNetwork.runHere("names 1 none", router, "#"))?.status == 0

    static let neighbour = """
        mount -t tmpfs tmpfs /run && ip netns add way && ip link add va type veth peer name vb && \
        ip link set vb netns way && ip addr add 10.9.9.1/24 dev va && ip link set va up && \
        ip -n way addr add 10.9.9.2/24 dev vb && ip -n way link set vb up
        """
    static let cutsOfWays = [
        // The peer is gone, with or without the link to it, or this end's address is, or the route.
        "ip -n way addr del 10.9.9.2/24 dev vb", "ip netns exec way ip link del vb", "ip addr del 10.9.9.1/24 dev va",
        "ip route add unreachable 10.9.9.2/32",
    ]

    @Test(
        .enabled(if: NetworkFaultTests.canMakeRouter, "a second network takes ip netns, veth and tmpfs"),
        arguments: EngineKind.available, cutsOfWays)
    func `a stream whose peer vanishes ends when its patience does, and no other one`(
        _ kind: EngineKind, _ cut: String
    ) async throws {
        for means in ["probes", "patience"] {
            let child = try await OwnNetwork.run(
                "\(means) \(kind) '\(cut)'", after: Self.neighbour, of: Program.built("AsyncFixture"))
            #expect(child.lines == ["recv ETIMEDOUT, 0 sent", "equal", nothingLeftOpen, "done"], "\(child)")
        }
    }

    @Test func `a connect that would meet itself does not`() async throws {
        let range = "echo 40000 40000 > /proc/sys/net/ipv4/ip_local_port_range"
        let child = try await OwnNetwork.run("race 40000 127.0.0.1", after: range)
        #expect(child.status == 0 && child.lines.last == OwnNetwork.nothingLeft, "\(child.output) \(child.errors)")
        // The listener has the only port, so the kernel has none left; with one left, it would be the target.
        #expect(["host: connect EADDRNOTAVAIL", "host: connect ECONNREFUSED"].contains(child.lines.first))
    }

    @Test func `connects by name that end at any moment leave nothing`() async throws {
        let child = try await OwnNetwork.run("leaks 10.9.9.2 192.0.2.1 127.0.0.1", after: OwnNetwork.deafLink)
        #expect(child.lines == [OwnNetwork.nothingLeft], "\(child.errors)")
    }
}

@Suite(.ownThread, .timeLimit(.minutes(1))) struct WantTests {
    @Test func `without a descriptor a connect fails, and leaves none`() async throws {
        let child = try await inThread { try Program(OwnNetwork.program, ["no-descriptor"]).finish() }
        #expect(child.lines.first == "127.0.0.1: socket EMFILE", "\(child.errors)")
        // The system's resolver cannot open its tables, which it takes for tables without the name.
        #expect(child.lines.dropFirst().first?.hasPrefix("localhost: getaddrinfo") == true, "\(child.output)")
        #expect(child.lines.suffix(2) == ["localhost: connected 127.0.0.1", OwnNetwork.nothingLeft], "\(child.output)")
    }

    @Test(.enabled(if: canBeNobody, "becoming nobody takes root and setpriv"))
    func `without a thread a name cannot be looked up, and the next time it can`() async throws {
        let child = try await inThread { try asNobody("no-thread") }
        #expect(
            child.lines == [
                "localhost: pthread_create EAGAIN", "localhost: connected 127.0.0.1", OwnNetwork.nothingLeft,
            ], "\(child.errors)")
    }
}

private func asNobody(_ command: String) throws -> Outcome {
    let words = ["--reuid=65534", "--regid=65534", "--clear-groups", OwnNetwork.program, command]
    return try Program(Program.find("setpriv") ?? "setpriv", words).finish()
}

/// Nobody may run the program, which says that it knows no such command.
private let canBeNobody = (try? asNobody("none"))?.status == 2
