import Foundation
import Sockets
import TestSupport
import Testing

@Suite struct OptionTests {
    static let most = Int(Int32.max)
    static let outside = [-1, 256, .max, .min]

    /// One row for each option that takes no IPv6, in the order of the source files.
    static let rows: [OptionRow] = generic + internet + linux + tcp

    static let generic: [OptionRow] = [
        OptionRow("acceptsConnections", .tcp, SocketStatus.acceptsConnections, reads: false),
        OptionRow("pendingError", .tcp, SocketStatus.pendingError, reads: 0),
        OptionRow("type", .udp, SocketStatus.type, reads: .datagram),
        OptionRow("linger", .tcp, SocketStatus.linger, reads: .inBackground),
        OptionRow("broadcast", .udp, .broadcast), OptionRow("dontRoute", .udp, .dontRoute),
        OptionRow("keepAlive", .tcp, .keepAlive), OptionRow("outOfBandInline", .tcp, .outOfBandInline),
        OptionRow("reuseAddress", .tcp, .reuseAddress), OptionRow("reusePort", .tcp, .reusePort),
        OptionRow(
            "receiveBufferSize", .tcp, .receiveBufferSize, [(10_000, 20_000), (0, 2304)],
            refused: [-1, most / 2 + 1, most, .max, .min]),
        OptionRow(
            "receiveLowWater", .tcp, .receiveLowWater, [(1, 1), (1000, 1000), (0, 1)],
            refused: [-1, most, .max, .min]),
        OptionRow(
            "sendBufferSize", .tcp, .sendBufferSize, [(10_000, 20_000), (0, 4608)],
            refused: [-1, most / 2 + 1, most, .max, .min]),
        OptionRow("receiveTimeout", .tcp, .receiveTimeout, timeouts, refused: badTimeouts),
        OptionRow("sendTimeout", .unix, .sendTimeout, timeouts, refused: badTimeouts),
    ]

    static let timeouts: [(Duration?, Duration?)] = [
        (.seconds(1), .seconds(1)), (.seconds(3600), .seconds(3600)), (.milliseconds(1500), .milliseconds(1500)),
        (nil, nil),
    ]
    static let badTimeouts: [Duration?] = [
        .zero, .nanoseconds(999), .seconds(-1), .microseconds(-1), .seconds(Int64.min),
    ]

    static let internet: [OptionRow] = [
        OptionRow("headerIncluded", .raw, .headerIncluded), OptionRow("multicastLoop", .udp, .multicastLoop),
        OptionRow("multicastTimeToLive", .udp, .multicastTimeToLive, same: [0, 1, 255], refused: outside),
        OptionRow("typeOfService", .udp, .typeOfService, same: [0, 0x10, 0xFC], refused: outside),
        OptionRow("timeToLive", .tcp, .timeToLive, same: [1, 64, 255], refused: outside + [0]),
    ]

    static let internet6: [OptionRow] = [
        OptionRow("multicastLoop6", .udp6, .multicastLoop6), OptionRow("receiveHopLimit6", .udp6, .receiveHopLimit6),
        OptionRow("receivePacketInformation6", .udp6, .receivePacketInformation6),
        OptionRow("ipv6Only", .tcp6, .ipv6Only),
        OptionRow(
            "multicastHops6", .udp6, .multicastHops6, [(0, 0), (255, 255), (-1, 1)], refused: [-2, 256, .max, .min]),
        OptionRow(
            "trafficClass6", .udp6, .trafficClass6, [(0, 0), (252, 252), (-1, 0)], refused: [-2, 256, .max, .min]),
        OptionRow("hopLimit6", .udp6, .hopLimit6, [(1, 1), (255, 255), (-1, 64)], refused: [-2, 256, .max, .min]),
    ]

    static let linux: [OptionRow] = [
        OptionRow(
            "boundInterface", .udp, .boundInterface, [("lo", "lo"), ("", "")],
            refused: ["0123456789abcdef", "lo\0", "\0"]),
        OptionRow(
            "congestionControl", .tcp, .congestionControl, [("reno", "reno")],
            refused: [String(repeating: "x", count: 16), "re\0no"]),
        OptionRow("cookie", .tcp, SocketStatus.cookie, reads: nil),
        OptionRow("family", .udp, SocketStatus.family, reads: .ipv4),
        OptionRow("protocol", .udp, SocketStatus.protocol, reads: .udp),
        OptionRow("incomingCPU", .tcp, SocketStatus.incomingCPU, reads: nil),
        OptionRow("mark", .udp, .mark, [(7, 7), (.max, .max), (0, 0)]),
        OptionRow("passCredentials", .unix, .passCredentials), OptionRow("bindWithoutPort", .tcp, .bindWithoutPort),
        OptionRow("freeBind", .tcp, .freeBind), OptionRow("receivePacketInformation", .udp, .receivePacketInformation),
        OptionRow("receiveErrors", .udp, .receiveErrors), OptionRow("receiveHopLimit", .udp, .receiveHopLimit),
        OptionRow("cork", .tcp, .cork),
        OptionRow("quickAcknowledge", .tcp, .quickAcknowledge, [(false, false), (true, true)]),
        OptionRow("peekOffset", .unix, .peekOffset, same: [0, 5, -1], refused: [-2, most + 1, .min]),
        OptionRow("priority", .udp, .priority, same: [0, 6], refused: [-1, most + 1, .min]),
        OptionRow("fastOpenQueue", .tcp, .fastOpenQueue, same: [5, 0], refused: [-1, 65_536, .max]),
        OptionRow("connectRetries", .tcp, .connectRetries, same: [1, 127], refused: [0, 128, -1, .max]),
        OptionRow(
            "deferAccept", .tcp, .deferAccept, [(.seconds(1), .seconds(1)), (.zero, .zero)],
            refused: [.seconds(-1), .milliseconds(1), .seconds(32_768), .seconds(Int64.max)]),
        OptionRow(
            "userTimeout", .tcp, .userTimeout,
            [(.seconds(5), .seconds(5)), (.milliseconds(most), .milliseconds(most)), (.zero, .zero)],
            refused: [.milliseconds(-1), .microseconds(1), .milliseconds(most + 1), .seconds(Int64.min)]),
        OptionRow("tcpInfo", .tcp, SocketStatus.tcpInfo, reads: nil),
    ]

    static let tcp: [OptionRow] = [
        OptionRow("keepAliveCount", .tcp, .keepAliveCount, same: [1, 127], refused: [0, 128, -1, .max, .min]),
        OptionRow(
            "maximumSegmentSize", .tcp, .maximumSegmentSize, [], refused: [0, 1, 87, 32_768, -1, .max]),
        OptionRow("keepAliveIdle", .tcp, .keepAliveIdle, keepAliveTimes, refused: badKeepAliveTimes),
        OptionRow("keepAliveInterval", .tcp, .keepAliveInterval, keepAliveTimes, refused: badKeepAliveTimes),
        OptionRow("noDelay", .tcp, .noDelay),
    ]

    static let keepAliveTimes: [(Duration, Duration)] = [
        (.seconds(1), .seconds(1)), (.seconds(32_767), .seconds(32_767)),
    ]
    static let badKeepAliveTimes: [Duration] = [
        .zero, .seconds(-1), .milliseconds(999), .milliseconds(1500), .seconds(32_768), .seconds(Int64.max),
    ]

    /// Rows that cannot be read on a socket that is not connected have a test of their own.
    static let elsewhere = ["pathMTU"]

    @Test(arguments: rows) func `a valid value reads back`(row: OptionRow) throws { try accept(row) }

    @Test(.needsIPv6, arguments: internet6) func `a valid value of an IPv6 option reads back`(row: OptionRow) throws {
        try accept(row)
    }

    private func accept(_ row: OptionRow) throws {
        do {
            let socket = try row.kind.make()
            for (expected, actual) in try row.accept(socket) { #expect(actual == expected) }
        } catch let error as SocketError where error.code == .notPermitted {
            withKnownIssue("\(row.name) takes a privilege", isIntermittent: true) { Issue.record(error) }
        }
    }

    @Test(arguments: rows)
    func `a value out of range is refused before the call`(row: OptionRow) throws {
        guard row.kind != .raw else { return }
        try refuse(row)
    }

    @Test(.needsIPv6, arguments: internet6)
    func `a value out of an IPv6 option's range is refused before the call`(row: OptionRow) throws { try refuse(row) }

    private func refuse(_ row: OptionRow) throws {
        let socket = try row.kind.make()
        for error in row.refuse(socket) {
            #expect(error == SocketError(.setsockopt, .invalidInput))
            #expect(error?.detail?.isEmpty == false)
        }
    }

    @Test func `no option is missing in the table`() throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path
        let folder = tests.replacing("Tests/SocketsTests", with: "Sources/Sockets")
        var declared: [String] = []
        for file in try FileManager.default.contentsOfDirectory(atPath: folder) where file.hasSuffix("Options.swift") {
            let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
            declared += text.matches(of: /public static let `?(\w+)`? =/).map { String($0.output.1) }
        }
        #expect(declared.count > 40)
        #expect(Set(declared) == Set((Self.rows + Self.internet6).map(\.name) + Self.elsewhere))
        #expect(Set(declared).count == declared.count)
    }

    @Test func `an option of another kind of socket is refused by the kernel`() throws {
        let udp = try Socket(.ipv4, .datagram), unix = try Socket(.unix, .stream), tcp = try Socket(.ipv4, .stream)
        expectFailure(.unknownOption) { try udp.setOption(.noDelay, to: true) }
        expectFailure(.notSupported) { _ = try udp.option(.keepAliveCount) }
        expectFailure(.notSupported) { try unix.setOption(.timeToLive, to: 3) }
        expectFailure(.notSupported) { _ = try unix.option(.tcpInfo) }
        expectFailure(.unknownOption) { try tcp.setOption(.headerIncluded, to: true) }
        try tcp.setOption(.broadcast, to: true)
        try tcp.setOption(.noDelay, to: true)
        let error = expectFailure(.unknownOption) { try udp.setOption(.noDelay, to: true) }
        #expect(error?.operation == .setsockopt)
    }

    @Test func `a role reads a status as its socket does`() throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let (udp, stream) = (
            try UDPSocket().option(.type), try TCPStream.connect(to: listener.localAddress).option(.type)
        )
        let connected = try ConnectedUDPSocket.connect(to: .loopback(port: 9)).option(.type)
        #expect([udp, stream, connected] == [.datagram, .stream, .datagram])
    }

    @Test func `an option of any numbers can be made`() throws {
        let socket = try Socket(.ipv4, .stream)
        let unknown = SocketOption<Int>(level: 1, name: 4711, coding: .int)
        expectFailure(.unknownOption) { _ = try socket.option(unknown) }
        expectFailure(.unknownOption) { try socket.setOption(unknown, to: 1) }
        let noDelay = SocketOption<OptionBytes>(level: 6, name: 1, coding: .bytes)
        try socket.setOption(noDelay, to: try OptionBytes([1, 0, 0, 0].span))
        #expect(try socket.option(.noDelay))
        #expect(try socket.option(noDelay).array.prefix(1) == [1])
        expectFailure(.invalidArgument) { try socket.setOption(noDelay, to: try OptionBytes([1].span)) }
        for number in [Int(Int32.max) + 1, Int(Int32.min) - 1] {
            expectFailure(.invalidInput) { try socket.setOption(unknown, to: number) }
        }
    }

    @Test func `too short an answer of the kernel is no value`() throws {
        let socket = try Socket(.ipv4, .stream)
        let coding = OptionCoding<UInt64>(capacity: 8) { (_) throws(SocketError) in
            throw SocketError(.setsockopt, .invalidInput)
        } decode: {
            $0.load(as: UInt64.self)
        }
        let wide = SocketStatus<UInt64>(level: 6, name: 1, coding: coding)
        let error = expectFailure(.notSupported) { _ = try socket.option(wide) }
        #expect(error?.detail == "the kernel answered with 4 bytes")
    }

    @Test func `an unknown congestion control is not found`() throws {
        let socket = try Socket(.ipv4, .stream)
        expectFailure(.notFound) { try socket.setOption(.congestionControl, to: "no-such") }
    }

    @Test func `a segment size is taken before connecting and cut to the path's`() throws {
        let socket = try Socket(.ipv4, .stream)
        #expect(try socket.option(.maximumSegmentSize) == 536)
        for size in [88, 32_767] { try socket.setOption(.maximumSegmentSize, to: size) }
        try socket.setOption(.maximumSegmentSize, to: 1000)
        let listener = try TCPListener(on: .loopback(port: 0))
        try socket.connect(to: listener.localAddress)
        #expect(try socket.option(.maximumSegmentSize) <= 1000)
    }

    @Test func `a cookie is a socket's own, and stays`() throws {
        let one = try Socket(.ipv4, .stream), other = try Socket(.ipv4, .stream)
        let (first, second) = (try one.option(.cookie), try other.option(.cookie))
        #expect(first != second)
        #expect(try one.option(.cookie) == first)
    }

    @Test func `a connection tells how it is doing`() throws {
        let connection = try Connection()
        let info = try connection.client.option(.tcpInfo)
        #expect(info.state == .established)
        #expect(info.congestionWindow > 0)
        #expect(info.sendSegmentSize > 0)
        #expect(info.totalRetransmissions == 0)
        try connection.server.shutdown(.write)
        try expectReceived([], from: connection.client.socket)
        #expect(try connection.client.option(.tcpInfo).state == .closeWait)
        let listener = try TCPListener(on: .loopback(port: 0))
        #expect(try listener.socket.option(.tcpInfo).state.description == "LISTEN")
        #expect(try connection.client.option(.pathMTU) > 500)
        let socket = try Socket(.ipv4, .datagram)
        expectFailure(.notConnected) { _ = try socket.option(.pathMTU) }
    }

    @Test func `corked bytes wait until the cork is out`() throws {
        let connection = try Connection()
        try connection.client.setOption(.cork, to: true)
        try connection.client.sendAll([1].span)
        try connection.client.sendAll([2].span)
        try connection.client.setOption(.cork, to: false)
        var buffer = [UInt8](repeating: 0, count: 2)
        try connection.server.receiveExactly(into: &buffer)
        #expect(buffer == [1, 2])
    }

    @Test func `parts of a datagram with more to come are joined`() throws {
        let receiver = try UDPSocket(boundTo: .loopback(port: 0))
        let sender = try ConnectedUDPSocket.connect(to: receiver.localAddress)
        try sender.send([1].span, flags: .more)
        try sender.send([2].span)
        var buffer: [UInt8] = [0, 0, 0]
        #expect(try receiver.receive(into: &buffer).count == 2)
        #expect(buffer == [1, 2, 0])
    }
}
