import Foundation
import Sockets
import TestSupport
import Testing

/// What a machine's network can do to a connect, in a network of its own.
@Suite(.ownThread, .enabled(if: Fixture.canMakeNetworks, "making a network takes root, unshare and ip"))
struct NetworkTests {
    static let up = "ip link set lo up"
    static let network = "check the network, the route and the firewall"

    @Test(
        arguments: [
            ("true", "127.0.0.1:9", "ENETUNREACH: \(network)"), ("true", "192.0.2.1:9", "ENETUNREACH: \(network)"),
            (up, "192.0.2.1:9", "ENETUNREACH: \(network)"),
            ("\(up); ip route add blackhole 192.0.2.0/24", "192.0.2.1:9", "EINVAL"),
            (
                "\(up); ip route add prohibit 192.0.2.0/24", "192.0.2.1:9",
                "EACCES: a broadcast address needs the option broadcast; a route or a firewall can forbid others"
            ),
            ("\(up); ip route add unreachable 192.0.2.0/24", "192.0.2.1:9", "EHOSTUNREACH: \(network)"),
        ])
    func `a network that does not lead there is told apart`(setup: String, address: String, answer: String) throws {
        try connect(setup, address, answer)
    }

    @Test(.needsIPv6) func `IPv6 that was turned off is told apart`() throws {
        try connect(
            "\(Self.up); echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6", "[::1]:9",
            "EADDRNOTAVAIL: use an address of this machine; a full range of local ports looks the same")
    }

    private func connect(_ setup: String, _ address: String, _ answer: String) throws {
        for arguments in [[address], [address, "60000"]] {
            let child = try Fixture.run(inNetworkWith: setup, "connect", arguments)
            #expect(child.output == "connect: connect \(answer)\n", "\(child.errors)")
        }
    }

    @Test func `a port range that is used up says so, without going round`() throws {
        let setup = "\(Self.up); echo 40000 40009 > /proc/sys/net/ipv4/ip_local_port_range"
        let child = try Fixture.run(inNetworkWith: setup, "exhaust")
        #expect(child.output == "10 then connect EADDRNOTAVAIL\n", "\(child.errors)")
    }

    @Test(arguments: ["127.0.0.1:40000", "0.0.0.0:40000", "10.9.9.9:40000"])
    func `a connect that meets itself is refused`(address: String) throws { try connectToItself(address) }

    @Test(.needsIPv6) func `a connect that meets itself over IPv6 is refused`() throws {
        try connectToItself("[::1]:40000")
    }

    private func connectToItself(_ address: String) throws {
        let setup = """
            \(Self.up); ip addr add 10.9.9.9/32 dev lo
            echo 40000 40000 > /proc/sys/net/ipv4/ip_local_port_range
            """
        for arguments in [[address], [address, "60000"]] {
            let child = try Fixture.run(inNetworkWith: setup, "connect", arguments)
            #expect(
                child.output == "connect: connect ECONNREFUSED: check the address and port, and that the server runs\n",
                "\(child.errors)")
        }
    }

    @Test(
        .enabled(if: hasHandOver, "this kernel hands no queue over"),
        arguments: [
            ("0", ["accept: accept EAGAIN", "receive: recv ECONNRESET", "got 0"]),
            ("1", ["accept: ok", "receive: ok", "got 9"]),
        ])
    func `the queue of a closed listener is reset, or given to another one on its port`(
        setting: String, answer: [String]
    ) throws {
        let setup = "\(Self.up); echo \(setting) > /proc/sys/net/ipv4/tcp_migrate_req"
        #expect(try Fixture.run(inNetworkWith: setup, "hand-over").lines == answer)
    }

    static let hasHandOver = FileManager.default.fileExists(atPath: "/proc/sys/net/ipv4/tcp_migrate_req")
}
