import Foundation
import Sockets
import TestSupport
import Testing

@Suite struct DatagramSocketTests {
    @Test func `a datagram arrives whole, with its sender`() throws { try sendDatagram(.v4) }

    @Test(.needsIPv6) func `a datagram of IPv6 arrives whole, with its sender`() throws { try sendDatagram(.v6) }

    private func sendDatagram(_ version: IPVersion) throws {
        let one = try UDPSocket(boundTo: .loopback(version, port: 0))
        let other = try UDPSocket(boundTo: .loopback(version, port: 0))
        let sent = try one.send([1, 2, 3].span, to: other.localAddress)
        #expect(sent == 3)
        var buffer = [UInt8](repeating: 0, count: 9)
        let datagram = try other.receive(into: &buffer)
        #expect(datagram.count == 3)
        #expect(datagram.size == 3)
        #expect(!datagram.isTruncated)
        #expect(try datagram.sender == one.localAddress)
        #expect(buffer == [1, 2, 3, 0, 0, 0, 0, 0, 0])
    }

    @Test(arguments: [0, 1, 4, 9, 10, 11], ["UDP", "connected UDP", "Unix"])
    func `what does not fit is reported, and the next datagram is whole`(room: Int, kind: String) throws {
        let bytes = pattern(10)
        var buffer = [UInt8](repeating: 0xEE, count: room), next = [UInt8](repeating: 0, count: 4)
        func check(_ count: Int, _ size: Int, _ truncated: Bool, next: Int) {
            #expect(count == min(room, 10))
            #expect(size == 10)
            #expect(truncated == (room < 10))
            #expect(buffer[..<count].elementsEqual(bytes[..<count]))
            #expect(next == 1)
        }
        if kind == "Unix" {
            let folder = try TemporaryFolder()
            let receiver = try UnixDatagramSocket(boundTo: folder.file("d")), sender = try UnixDatagramSocket()
            for each in [bytes, [7]] { try sender.send(each.span, to: receiver.localAddress) }
            let datagram = try receiver.receive(into: &buffer), after = try receiver.receive(into: &next)
            check(datagram.count, datagram.size, datagram.isTruncated, next: after.count)
            #expect(datagram.sender.isUnnamed)
            return
        }
        let bound = try UDPSocket(boundTo: .loopback(port: 0)), address = try bound.localAddress
        let sender = try UDPSocket(boundTo: .loopback(port: 0)), from = try sender.localAddress
        for each in [bytes, [7]] { try sender.send(each.span, to: address) }
        if kind == "UDP" {
            let datagram = try bound.receive(into: &buffer), after = try bound.receive(into: &next)
            check(datagram.count, datagram.size, datagram.isTruncated, next: after.count)
            #expect(datagram.sender == from)
        } else {
            let connected = try bound.connected(to: from)
            let datagram = try connected.receive(into: &buffer), after = try connected.receive(into: &next)
            check(datagram.count, datagram.size, datagram.isTruncated, next: after.count)
            #expect(datagram.sender == from)
        }
    }

    @Test func `an empty datagram is a datagram`() throws {
        let receiver = try UDPSocket(boundTo: .loopback(port: 0)), sender = try UDPSocket()
        for bytes in [[], [1]] as [[UInt8]] { try sender.send(bytes.span, to: receiver.localAddress) }
        var buffer = [UInt8](repeating: 0, count: 4)
        let empty = try receiver.receive(into: &buffer), next = try receiver.receive(into: &buffer)
        #expect(empty.count == 0)
        #expect(!empty.isTruncated)
        #expect(empty.sender.port != 0)
        #expect(next.count == 1)
        let connected = try ConnectedUDPSocket.connect(to: receiver.localAddress)
        try connected.send([UInt8]().span)
        let third = try receiver.receive(into: &buffer)
        #expect(third.count == 0)
        #expect(try third.sender == connected.localAddress)
    }

    @Test func `the largest datagram goes, and one byte more does not`() throws { try sendLargest(.v4, 65_507) }

    @Test(.needsIPv6) func `the largest datagram of IPv6 goes, and one byte more does not`() throws {
        try sendLargest(.v6, 65_527)
    }

    private func sendLargest(_ version: IPVersion, _ most: Int) throws {
        let receiver = try UDPSocket(boundTo: .loopback(version, port: 0)), sender = try UDPSocket(version)
        try receiver.setOption(.receiveBufferSize, to: 1 << 18)
        try sender.setOption(.sendBufferSize, to: 1 << 18)
        let address = try receiver.localAddress, bytes = pattern(most)
        try sender.send(bytes.span, to: address)
        let error = expectFailure(.messageTooLarge) { try sender.send(pattern(most + 1).span, to: address) }
        #expect(error?.description == "sendto to \(address): message too large (EMSGSIZE)")
        #expect(error?.advice == "send it in smaller datagrams")
        var buffer = [UInt8](repeating: 0, count: most + 1)
        let datagram = try receiver.receive(into: &buffer)
        #expect(datagram.count == most)
        #expect(buffer[..<most].elementsEqual(bytes))
        try sender.send([1].span, to: address)
        #expect(try receiver.receive(into: &buffer).count == 1)
    }

    @Test func `connecting fixes the peer, again another one, and disconnecting ends it`() throws {
        let one = try UDPSocket(boundTo: .loopback(port: 0)), other = try UDPSocket(boundTo: .loopback(port: 0))
        let socket = try Socket(.ipv4, .datagram)
        try socket.connect(to: one.localAddress)
        #expect(try socket.peerAddress.ip == one.localAddress)
        try socket.connect(to: other.localAddress)
        #expect(try socket.peerAddress.ip == other.localAddress)
        _ = try socket.send([5].span)
        var buffer: [UInt8] = [0, 0]
        #expect(try other.receive(into: &buffer).count == 1)
        try socket.disconnect()
        expectFailure(.notConnected) { _ = try socket.peerAddress }
        #expect(try socket.localAddress.ip?.address.isUnspecified == true)
        expectFailure(.destinationRequired) { _ = try socket.send([5].span) }
    }

    @Test func `an unconnected socket has no peer and needs a destination`() throws {
        let socket = try UDPSocket(boundTo: .loopback(port: 0))
        expectFailure(.notConnected) { _ = try socket.socket.peerAddress }
        expectFailure(.destinationRequired) { _ = try socket.socket.send([1].span) }
    }

    @Test func `a connected socket hears only its peer`() throws {
        let peer = try UDPSocket(boundTo: .loopback(port: 0)), stranger = try UDPSocket()
        let socket = try ConnectedUDPSocket.connect(to: peer.localAddress)
        let address = try socket.localAddress
        try stranger.send([1].span, to: address)
        try peer.send([2].span, to: address)
        var buffer: [UInt8] = [0, 0]
        let datagram = try socket.receive(into: &buffer)
        #expect(datagram.count == 1)
        #expect(buffer[0] == 2)
        #expect(try datagram.sender == peer.localAddress)
        expectFailure(.wouldBlock) { _ = try socket.receive(into: &buffer, flags: .dontWait) }
    }

    @Test func `an address given to a connected socket is sent to`() throws {
        let peer = try UDPSocket(boundTo: .loopback(port: 0)), other = try UDPSocket(boundTo: .loopback(port: 0))
        let socket = try ConnectedUDPSocket.connect(to: peer.localAddress)
        try socket.socket.send([3].span, to: other.localAddress)
        var buffer: [UInt8] = [0]
        #expect(try other.receive(into: &buffer).count == 1)
        #expect(buffer == [3])
    }

    @Test func `peeking twice leaves a datagram in the queue`() throws {
        let receiver = try UDPSocket(boundTo: .loopback(port: 0)), sender = try UDPSocket(boundTo: .loopback(port: 0))
        try sender.send([1, 2].span, to: receiver.localAddress)
        var buffer: [UInt8] = [0], none: [UInt8] = []
        let who = try receiver.receive(into: &none, flags: .peek)
        #expect(try who.sender == sender.localAddress)
        #expect(who.isTruncated)
        for flags in [ReceiveFlags.peek, .peek, []] {
            let datagram = try receiver.receive(into: &buffer, flags: flags)
            #expect(datagram.size == 2)
        }
        expectFailure(.wouldBlock) { _ = try receiver.receive(into: &buffer, flags: .dontWait) }
    }

    @Test func `a broadcast takes permission`() throws {
        let socket = try UDPSocket()
        let address = try #require(IPSocketAddress("127.255.255.255:9"))
        #expect(try socket.option(.broadcast) == false)
        let error = expectFailure(.accessDenied) { try socket.send([1].span, to: address) }
        #expect(error?.advice?.contains("broadcast") == true)
        for _ in 0..<2 { try socket.setOption(.broadcast, to: true) }
        #expect(try socket.option(.broadcast))
        let after = socketError { () throws(SocketError) in try socket.send([1].span, to: address) }
        #expect(after?.code != .accessDenied)
    }

    @Test func `a closed port refuses a connected socket once, which stays usable`() throws { try sendToNobody(.v4) }

    @Test(.needsIPv6) func `a closed port of IPv6 refuses a connected socket once, which stays usable`() throws {
        try sendToNobody(.v6)
    }

    private func sendToNobody(_ version: IPVersion) throws {
        let receiver = try UDPSocket(boundTo: .loopback(version, port: 0))
        let address = try receiver.localAddress
        // The port stays taken, or another test may get it: its socket hears of one other peer only.
        try receiver.socket.connect(to: IPSocketAddress.loopback(version, port: 9))
        let socket = try ConnectedUDPSocket.connect(to: address)
        try socket.send([1].span)
        #expect(try socket.socket.wait(for: .readable).contains(.error))
        var buffer: [UInt8] = [0]
        expectFailure(.connectionRefused) { _ = try socket.receive(into: &buffer) }
        expectFailure(.wouldBlock) { _ = try socket.receive(into: &buffer, flags: .dontWait) }
        try socket.send([1].span)
        try socket.socket.wait(for: .readable)
        expectFailure(.connectionRefused) { try socket.send([1].span) }
        try receiver.socket.connect(to: socket.localAddress)
        try socket.send([2].span)
        #expect(try receiver.receive(into: &buffer).count == 1)
    }

    @Test func `an unconnected socket does not hear of a closed port`() throws {
        let socket = try UDPSocket()
        let address = try closedAddress()
        for _ in 0..<3 { try socket.send([1].span, to: address) }
        #expect(try socket.socket.takeError() == nil)
    }

    @Test func `two sockets on a port that both allow it live together`() throws {
        let first = try Socket(.ipv4, .datagram), second = try Socket(.ipv4, .datagram)
        try first.setOption(.reuseAddress, to: true)
        try second.setOption(.reuseAddress, to: true)
        try first.bind(to: IPSocketAddress.loopback(port: 0))
        try second.bind(to: first.localAddress)
        expectFailure(.addressInUse) {
            let third = try Socket(.ipv4, .datagram)
            try third.bind(to: first.localAddress)
        }
        let sender = try UDPSocket()
        try sender.send([1].span, to: #require(first.localAddress.ip))
        // The last one to bind gets what is sent to one address.
        try expectReceived([1], from: second)
        expectFailure(.wouldBlock) { try expectReceived([], from: first, flags: .dontWait) }
    }

    @Test func `a socket of another family is refused by send`() throws {
        let socket = try UDPSocket(.v4)
        let address = IPSocketAddress.loopback(.v6, port: 9)
        let error = expectFailure(.familyNotSupported) { try socket.send([1].span, to: address) }
        #expect(error?.peerAddress?.ip == address)
    }

    @Test func `datagrams come in the order they were sent, on one machine`() throws {
        let receiver = try UDPSocket(boundTo: .loopback(port: 0)), sender = try UDPSocket()
        for number in 0..<100 { try sender.send([UInt8(number)].span, to: receiver.localAddress) }
        var buffer: [UInt8] = [0]
        for number in 0..<100 {
            _ = try receiver.receive(into: &buffer)
            #expect(buffer[0] == UInt8(number))
        }
    }

    @Test func `a socket that others made bound or connected is taken over as it is`() throws {
        let peer = try UDPSocket(boundTo: .loopback(port: 0))
        let raw = try Socket(.ipv4, .datagram)
        try raw.connect(to: peer.localAddress)
        let socket = try UDPSocket(raw)
        try peer.send([4].span, to: socket.localAddress)
        var buffer: [UInt8] = [0]
        let datagram = try socket.receive(into: &buffer)
        #expect(try datagram.sender == peer.localAddress)
        _ = try socket.socket.send([5].span)
        #expect(try peer.receive(into: &buffer).count == 1)
    }

    @Test(.needsIPv6) func `an IPv4 sender is one in IPv6 form to a dual-stack socket`() throws {
        let receiver = try Socket(.ipv6, .datagram)
        try receiver.setOption(.ipv6Only, to: false)
        try receiver.bind(to: IPSocketAddress.any(.v6, port: 0))
        let role = try UDPSocket(receiver)
        let sender = try UDPSocket(boundTo: .loopback(port: 0))
        try sender.send([1].span, to: .loopback(port: role.localAddress.port))
        var buffer: [UInt8] = [0]
        let datagram = try role.receive(into: &buffer)
        #expect(datagram.sender.version == .v6)
        #expect(try datagram.sender.unmapped == sender.localAddress)
    }

    @Test func `a receiver that is full holds a Unix sender back and loses nothing`() throws {
        let folder = try TemporaryFolder()
        let receiver = try UnixDatagramSocket(boundTo: folder.file("d")), sender = try UnixDatagramSocket()
        let address = try receiver.localAddress
        var sent = 0
        let error = expectFailure(.wouldBlock) {
            while sent < 100_000 {
                try sender.send([UInt8(truncatingIfNeeded: sent)].span, to: address, flags: .dontWait)
                sent += 1
            }
        }
        #expect(error?.peerAddress == nil)
        var buffer: [UInt8] = [0]
        for number in 0..<sent {
            _ = try receiver.receive(into: &buffer)
            #expect(buffer[0] == UInt8(truncatingIfNeeded: number))
        }
        try sender.send([1].span, to: address, flags: .dontWait)
    }

    @Test func `an error to a Unix receiver names its path`() throws {
        let folder = try TemporaryFolder()
        let sender = try UnixDatagramSocket()
        let path = folder.file("none")
        let error = expectFailure(.notFound) { try sender.send([1].span, to: UnixAddress(path: path)) }
        #expect(error?.description.hasPrefix("sendto to \(path): ") == true)
        let stale = folder.file("stale")
        let left = try Socket(.unix, .datagram)
        try left.bind(to: UnixAddress(path: stale))
        try left.close()
        Program.awaitStarts()
        expectFailure(.connectionRefused) { try sender.send([1].span, to: UnixAddress(path: stale)) }
    }

    @Test func `five parts tell one connection from another`() throws {
        let connection = try Connection()
        let tuple = try connection.client.fiveTuple
        let (local, peer) = (try connection.client.localAddress, connection.client.peerAddress)
        #expect(tuple.description == "TCP \(local) -> \(peer)")
        let listener = try TCPListener(on: .loopback(port: 0))
        let address = listener.localAddress
        #expect(try listener.socket.fiveTuple.description == "TCP \(address)")
        let udp = try ConnectedUDPSocket.connect(to: address)
        let own = try udp.localAddress
        #expect(try udp.fiveTuple.description == "UDP \(own) -> \(address)")
        let pair = try Socket.pair()
        #expect(try pair.first.fiveTuple.description == "Unix stream unnamed -> unnamed")
        let unconnected = try Socket(.unix, .datagram)
        #expect(try unconnected.fiveTuple.description == "Unix datagram unnamed")
    }
}
