import Foundation
import Sockets
import TestSupport
import Testing

@testable import sock

@Suite(.ownThread) struct PingTests {
    static let request = EchoMessage(identifier: 0x1234, sequence: 7, payload: [1, 2, 3, 4, 5])

    /// An ICMP message with a right checksum.
    private static func message(_ type: UInt8, _ code: UInt8 = 0, _ rest: [UInt8]) -> [UInt8] {
        var bytes = [type, code, 0, 0] + rest
        let checksum = EchoMessage.checksum(bytes)
        bytes[2] = UInt8(checksum >> 8)
        bytes[3] = UInt8(checksum & 0xFF)
        return bytes
    }

    private static let header: [UInt8] = [0x45, 0, 0, 33, 0, 0, 0, 0, 61, 1, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1]
    private static let reply = message(0, 0, [0x12, 0x34, 0, 7, 1, 2, 3, 4, 5])

    private func answer(_ packet: [UInt8], own: Bool = true) -> EchoAnswer {
        Self.request.answer(in: packet[...], .v4, ownsIdentifier: own)
    }

    @Test func `the request has the right checksum`() {
        let bytes = Self.request.request(.v4)
        #expect(bytes[0] == 8)
        #expect(EchoMessage.checksum(bytes) == 0)
        #expect(EchoMessage.checksum([0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7]) == 0x220D)
    }

    @Test func `an answer is known with and without an IP header`() {
        #expect(answer(Self.header + Self.reply) == .reply(size: 13, hopLimit: 61))
        #expect(answer(Self.reply) == .reply(size: 13, hopLimit: nil))
        let other = Self.message(0, 0, [0, 99, 0, 7, 1, 2, 3, 4, 5])
        #expect(answer(other) == .foreign)
        #expect(answer(other, own: false) == .reply(size: 13, hopLimit: nil))
    }

    @Test func `packets for others, broken and short ones are left alone`() {
        let packet = Self.header + Self.reply
        for count in 0..<packet.count { #expect(answer(Array(packet.prefix(count))) == .foreign) }
        for index in 20..<packet.count {
            var broken = packet
            broken[index] ^= 0x11
            #expect(answer(broken) == .foreign)
        }
        #expect(answer(Self.message(0, 0, [0x12, 0x34, 0, 8, 1, 2, 3, 4, 5])) == .foreign)
        #expect(answer(Self.message(0, 0, [0x12, 0x34, 0, 7, 9, 2, 3, 4, 5])) == .foreign)
        #expect(answer(Self.request.request(.v4)) == .foreign)
        for length in UInt8(0)...15 { _ = answer([0x40 | length] + packet.dropFirst()) }
    }

    @Test func `an error message counts when it quotes the request`() {
        let quote = Self.header + Self.request.request(.v4).prefix(8)
        #expect(
            answer(Self.header + Self.message(3, 1, [0, 0, 0, 0] + quote))
                == .failure("destination unreachable, code 1"))
        #expect(answer(Self.header + Self.message(11, 0, [0, 0, 0, 0] + quote)) == .failure("time to live exceeded"))
        for count in 0..<quote.count {
            #expect(answer(Self.message(3, 1, [0, 0, 0, 0] + quote.prefix(count))) == .foreign)
        }
    }

    @Test func `random packets do no harm`() {
        for _ in 0..<20_000 {
            let packet = (0..<Int.random(in: 0...80)).map { _ in UInt8.random(in: 0...255) }
            for version in [IPVersion.v4, .v6] {
                _ = Self.request.answer(in: packet[...], version, ownsIdentifier: .random())
            }
        }
    }

    /// Whether this process may send echo requests.
    static let isPermitted = (try? PingSocket.open(to: .loopback())) != nil

    @Test(.enabled(if: isPermitted, "neither raw nor ping sockets are permitted"))
    func `a ping over loopback is answered`() throws { try ping("127.0.0.1") }

    @Test(.enabled(if: isPermitted, "neither raw nor ping sockets are permitted"), .needsIPv6)
    func `a ping over loopback of IPv6 is answered`() throws { try ping("::1") }

    private func ping(_ host: String) throws {
        let outcome = try sock("ping", host, "--count", "3", "--interval", "0.01")
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("\(host): seq 3, 64 bytes"))
        #expect(outcome.output.contains("3 sent, 3 received, 0% lost"))
        #expect(outcome.output.contains("round trip: min "))
        let rows = try sock("ping", host, "-c", "2", "-i", "0", "--json").lineObjects
        try #require(rows.count == 3)
        #expect(rows[0]?["outcome"] as? String == "reply")
        #expect(rows[2]?["received"] as? Int == 2)
    }

    static let setpriv = Program.find("setpriv")
    /// Whether this process can become one that may not ping, and that finds the tool.
    static let canBeDenied = (try? denied("--version").status == 0) == true && !isOpenToAll

    private static var isOpenToAll: Bool {
        let range = (try? String(contentsOfFile: "/proc/sys/net/ipv4/ping_group_range", encoding: .utf8)) ?? ""
        let limits = range.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        return limits.count == 2 && limits[0] <= limits[1]
    }

    private static func denied(_ arguments: String...) throws -> Outcome {
        let nobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups", "--bounding-set=-all"]
        return try Program.run(try #require(setpriv), nobody + [Program.tool] + arguments)
    }

    @Test(.enabled(if: canBeDenied, "needs root, setpriv and a kernel that does not let everybody ping"))
    func `without the privilege it says which one is missing`() throws {
        let outcome = try Self.denied("ping", "127.0.0.1")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("EPERM"))
        #expect(outcome.errors.contains("ping_group_range"))
        #expect(outcome.errors.contains("\n    raw sockets need root or the capability CAP_NET_RAW"))
    }
}
