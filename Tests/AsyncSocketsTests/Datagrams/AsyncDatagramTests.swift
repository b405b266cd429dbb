import AsyncSockets
import Sockets
import TestSupport
import Testing

@Suite(.ownThread, .timeLimit(.minutes(1))) struct AsyncDatagramTests {
    @Test(arguments: EngineKind.available, Place.allCases)
    func `datagrams come with their sender, cut ones and empty ones too`(_ kind: EngineKind, _ place: Place)
        async throws
    {
        try await withLoop(kind) { loop in
            try await place.run(loop) {
                let receiver = try AsyncUDPSocket(boundTo: "127.0.0.1:0", loop: loop)
                let sender = try AsyncUDPSocket(boundTo: .loopback(port: 0), loop: loop)
                let (to, from) = (try receiver.localAddress, try sender.localAddress)
                for size in [10, 0, 4, 3] { try await sender.send(pattern(size).span, to: to) }
                var buffer = [UInt8](repeating: 0, count: 4)
                for size in [10, 0, 4, 3] {
                    let datagram = try await receiver.receive(into: &buffer)
                    #expect(datagram.size == size && datagram.count == min(4, size))
                    #expect(datagram.isTruncated == (size > 4))
                    #expect(datagram.sender == from)
                    #expect(Array(buffer[..<datagram.count]) == Array(pattern(size).prefix(4)))
                }
                let error = await socketError { () async throws(SocketError) in
                    _ = try await receiver.receive(into: &buffer, within: .milliseconds(1))
                }
                #expect(error?.code == .timedOut)
                let large = await socketError { () async throws(SocketError) in
                    try await sender.send(pattern(65_508).span, to: to)
                }
                #expect(large?.code == .messageTooLarge)
                #expect(large?.peerAddress?.ip == to)
            }
        }
    }

    @Test(arguments: EngineKind.available, [SocketType.datagram, .sequencedPacket])
    func `an empty datagram ends the wait for bytes, and is not lost`(
        _ kind: EngineKind, _ type: SocketType
    ) async throws {
        try await withLoop(kind) { loop in
            try await Place.loop.run(loop) {
                let pair = try Socket.pair(type), peer = Shared(pair.second)
                let socket = try AsyncSocket(pair.first, on: loop)
                for _ in 0..<10 {
                    let sender = Task(executorPreference: loop) {
                        await turns(3, of: loop)
                        for size in [0, 3] { _ = try peer.value.send(pattern(size).span) }
                    }
                    var buffer = [UInt8](repeating: 9, count: 4)
                    for size in [0, 3] {
                        #expect(try await socket.receive(into: &buffer) == size)
                        #expect(Array(buffer.prefix(size)) == pattern(size) && buffer.last == 9)
                    }
                    try await sender.value
                }
            }
        }
    }

    @Test(arguments: EngineKind.available, Place.allCases)
    func `a sequence of datagrams answers each of them`(_ kind: EngineKind, _ place: Place) async throws {
        try await withLoop(kind) { loop in
            let socket = Shared(try AsyncUDPSocket(boundTo: "127.0.0.1:0", loop: loop))
            let server = Task {
                try await place.run(loop) {
                    for try await datagram in socket.value.datagrams(upTo: 100) {
                        #expect(datagram.isTruncated == (datagram.size > 100))
                        try await socket.value.send(datagram.bytes.span, to: datagram.sender)
                        if datagram.bytes == [9] { return }
                    }
                }
            }
            let client = try AsyncConnectedUDPSocket.connect(to: socket.value.localAddress, loop: loop)
            for size in [1, 0, 100, 101] {
                try await client.send(pattern(size).span)
                var buffer = [UInt8](repeating: 0, count: 200)
                let answer = try await client.receive(into: &buffer)
                #expect(buffer[..<answer.count] == pattern(size).prefix(100))
                #expect(answer.sender == client.peerAddress)
            }
            try await client.send([9].span)
            try await server.value
        }
    }

    @Test(arguments: EngineKind.available, Place.allCases)
    func `a connected socket has a sequence, too, which hears that nobody is there`(
        _ kind: EngineKind, _ place: Place
    ) async throws {
        try await withLoop(kind) { loop in
            let peer = try UDPSocket(boundTo: .loopback(port: 0))
            let address = try peer.localAddress
            let client = Shared(try AsyncConnectedUDPSocket.connect(to: address, loop: loop))
            let local = try client.value.localAddress
            for size in [3, 0, 5] { try peer.send(pattern(size).span, to: local) }
            let sizes = try await place.run(loop) {
                var sizes: [Int] = []
                for try await datagram in client.value.datagrams(upTo: 4) {
                    #expect(datagram.sender == address && datagram.bytes == Array(pattern(datagram.size).prefix(4)))
                    sizes.append(datagram.size)
                    if sizes.count == 3 { break }
                }
                return sizes
            }
            #expect(sizes == [3, 0, 5])
            // The port stays taken: its socket hears of one other peer only from here on.
            try peer.socket.connect(to: IPSocketAddress.loopback(port: 9))
            let error = await failure {
                while true {
                    try await client.value.send([1].span)
                    for try await _ in client.value.datagrams(within: .seconds(20)) {}
                }
            }
            #expect(error == .connectionRefused)
            try peer.close()
        }
    }

    @Test(arguments: EngineKind.available, Place.allCases)
    func `cancelling and closing lose no datagram`(_ kind: EngineKind, _ place: Place) async throws {
        try await withLoop(kind) { loop in
            let receiver = Shared(try AsyncUDPSocket(boundTo: "127.0.0.1:0", loop: loop))
            let sender = try UDPSocket()
            let address = try receiver.value.localAddress
            var got: [UInt8] = []
            for round in 0..<100 {
                let task = Task { () -> UInt8? in
                    try await place.run(loop) {
                        var buffer: [UInt8] = [0]
                        do throws(SocketError) {
                            _ = try await receiver.value.receive(into: &buffer)
                            return buffer[0]
                        } catch {
                            #expect(error.code == .cancelled)
                            return nil
                        }
                    }
                }
                for _ in 0..<(round % 4) { await Task.yield() }
                try sender.send([UInt8(round)].span, to: address)
                task.cancel()
                if let byte = try await task.value { got.append(byte) }
            }
            var buffer: [UInt8] = [0]
            while got.count < 100 {
                _ = try await receiver.value.receive(into: &buffer, within: .seconds(30))
                got.append(buffer[0])
            }
            #expect(got == Array(0..<100))
        }
    }

    @Test(arguments: EngineKind.available, Place.allCases)
    func `a port where nobody is refuses once, and the socket goes on`(_ kind: EngineKind, _ place: Place) async throws
    {
        try await withLoop(kind) { loop in
            try await place.run(loop) {
                // The port stays taken, or another test may get it: its socket hears of one other peer only.
                let owner = try UDPSocket(boundTo: .loopback(port: 0))
                let address = try owner.localAddress
                try owner.socket.connect(to: IPSocketAddress.loopback(port: 9))
                let socket = try AsyncUDPSocket(loop: loop).connected(to: address)
                try await socket.send([1].span)
                var buffer: [UInt8] = [0]
                let error = await socketError { () async throws(SocketError) in
                    _ = try await socket.receive(into: &buffer, within: .seconds(30))
                }
                #expect(error?.code == .connectionRefused)
                #expect(error?.peerAddress?.ip == address)
                try owner.socket.connect(to: socket.localAddress)
                try await socket.send([2].span)
                #expect(try owner.receive(into: &buffer).count == 1)
                #expect(buffer == [2])
            }
        }
    }

    @Test(arguments: EngineKind.available, Place.allCases)
    func `a full receiver makes the sender wait`(_ kind: EngineKind, _ place: Place) async throws {
        let folder = try TemporaryFolder()
        try await withLoop(kind) { loop in
            let receiver = Shared(try UnixDatagramSocket(boundTo: folder.file("full")))
            let address = try UnixAddress(path: folder.file("full"))
            let sender = Shared(try AsyncUnixDatagramSocket(loop: loop).connected(to: address))
            try await place.run(loop) {
                var sent = 0
                while await socketError({ () async throws(SocketError) in
                    try await sender.value.send([UInt8(truncatingIfNeeded: sent)].span, within: .milliseconds(1))
                }) == nil { sent += 1 }
                #expect(sent > 0)
                let last = UInt8(truncatingIfNeeded: sent)
                async let more: Int = sender.value.send([last].span)
                await Task.yield()
                var got: [UInt8] = []
                var buffer: [UInt8] = [0]
                _ = try receiver.value.receive(into: &buffer)
                got.append(buffer[0])
                _ = try await more
                while got.count <= sent {
                    _ = try receiver.value.receive(into: &buffer)
                    got.append(buffer[0])
                }
                #expect(got == (0...sent).map { UInt8(truncatingIfNeeded: $0) })
            }
        }
    }

    @Test(arguments: EngineKind.available, Place.allCases)
    func `a full receiver makes a sender without a peer wait, which costs no time`(
        _ kind: EngineKind, _ place: Place
    ) async throws {
        let folder = try TemporaryFolder()
        try await withLoop(kind) { loop in
            let receiver = Shared(try UnixDatagramSocket(boundTo: folder.file("full")))
            let address = try UnixAddress(path: folder.file("full"))
            let sender = Shared(try AsyncUnixDatagramSocket(loop: loop))
            try await place.run(loop) {
                var sent: UInt8 = 0
                while await send(sent, from: sender.value, to: address, within: .milliseconds(1)) == nil { sent += 1 }
                if place == .loop {
                    let before = processorTime()
                    #expect(await send(sent, from: sender.value, to: address, within: .milliseconds(200)) == .timedOut)
                    #expect(processorTime() - before < 0.1)
                }
                // Sockets of the other kinds would hear of room.
                let tried = await socketError { () async throws(SocketError) in
                    try await sender.value.socket.retrying(.send, within: .milliseconds(5)) {
                        (socket) throws(SocketError) in try sendNow(100, on: socket, to: address)
                    }
                }
                #expect(tried?.code == .timedOut)
                let task = Task { await send(100, from: sender.value, to: address) }
                task.cancel()
                #expect(await task.value == .cancelled)
                let last = sent
                async let more = send(last, from: sender.value, to: address)
                await Task.yield()
                var (buffer, got): ([UInt8], [UInt8]) = ([0], [])
                for byte in 0...last {
                    _ = try receiver.value.receive(into: &buffer)
                    got += buffer
                    // From here on there is room for it.
                    if byte == 0 { #expect(await more == nil) }
                }
                #expect(got == Array(0...last))
            }
        }
    }

    @Test(arguments: EngineKind.available, Place.allCases)
    func `control messages go along with datagrams`(_ kind: EngineKind, _ place: Place) async throws {
        try await withLoop(kind) { loop in
            try await place.run(loop) {
                let receiver = try AsyncUDPSocket(boundTo: "127.0.0.1:0", loop: loop)
                try receiver.setOption(.receivePacketInformation, to: true)
                #expect(try receiver.option(.receivePacketInformation))
                let to = try receiver.localAddress
                let sender = try AsyncUDPSocket(loop: loop)
                var control = OutgoingControl()
                try control.append(HopLimit(7, .v4))
                try await sender.sendMessage([1, 2].span, control: control, to: to)
                var buffer = [UInt8](repeating: 0, count: 8), incoming = IncomingControl()
                let message = try await receiver.receiveMessage(into: &buffer, control: &incoming)
                #expect(message.count == 2 && buffer[..<2] == [1, 2])
                let information = incoming.first(PacketInformation.self)
                #expect(information?.address == to.address)
                var none = IncomingControl(capacity: 0)
                try await sender.sendMessage([3].span, control: .init(), to: to)
                let cut = try await receiver.receiveMessage(into: &buffer, control: &none)
                #expect(cut.count == 1 && cut.isControlTruncated)
            }
        }
    }

    @Test(arguments: EngineKind.available)
    func `a Unix socket's file goes with its owner`(_ kind: EngineKind) async throws {
        let folder = try TemporaryFolder()
        try await withLoop(kind) { loop in
            for _ in 0..<2 {
                let socket = try AsyncUnixDatagramSocket(boundTo: folder.file("own"), loop: loop)
                let listener = try AsyncUnixListener(on: folder.file("listener"), loop: loop)
                let sender = try AsyncUnixDatagramSocket(loop: loop)
                try await sender.send([1].span, to: socket.localAddress)
                var buffer: [UInt8] = [0]
                let datagram = try await socket.receive(into: &buffer)
                #expect(datagram.sender == .unnamed)
                try await listener.close()
            }
        }
    }
}

/// What sending a byte ends with, by both ways in turn.
private func send(
    _ byte: UInt8, from socket: borrowing AsyncUnixDatagramSocket, to address: UnixAddress,
    within limit: TimeLimit = .forever
) async -> SocketError.Code? {
    await socketError { () async throws(SocketError) in
        if byte.isMultiple(of: 2) {
            try await socket.send([byte].span, to: address, within: limit)
        } else {
            try await socket.sendMessage([byte].span, control: OutgoingControl(), to: address, within: limit)
        }
    }?.code
}

/// A call of one's own: nil when there is no room.
private func sendNow(
    _ byte: UInt8, on socket: borrowing Socket, to address: UnixAddress
) throws(SocketError) -> Void? {
    do throws(SocketError) {
        _ = try socket.send([byte].span, to: address, flags: .dontWait)
        return ()
    } catch {
        if error.code == .wouldBlock { return nil }
        throw error
    }
}
