import AsyncSockets
import Sockets
import TestSupport
import Testing

@Suite(.ownThread, .timeLimit(.minutes(1))) struct AsyncPassingTests {
    @Test(arguments: EngineKind.available, Place.allCases)
    func `a socket is passed to another task and used there`(_ kind: EngineKind, _ place: Place) async throws {
        try await withLoop(kind) { loop in
            try await place.run(loop) {
                let pair = try AsyncUnixStream.pair(on: loop)
                let (first, second) = (Shared(pair.first), Shared(pair.second))
                async let passed: [UInt8] = {
                    var buffer: [UInt8] = [0, 0, 0]
                    var message = try await second.value.receiveDescriptor(into: &buffer)
                    #expect(message.count == 1 && buffer[0] == 7)
                    guard let descriptor = message.descriptor.take() else { return [] }
                    let stream = try UnixStream(Socket(descriptor))
                    let count = try stream.receive(into: &buffer)
                    return Array(buffer[..<count])
                }()
                let inner = try UnixStream.pair()
                try inner.second.sendAll([8, 9].span)
                _ = try await first.value.send([7].span, passing: inner.first.socket)
                #expect(try await passed == [8, 9])
            }
        }
    }

    @Test(arguments: EngineKind.available)
    func `descriptors that nobody asked for are closed`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let pair = try AsyncUnixStream.pair(on: loop)
            let peers = try (0..<3).map { _ in Shared(try UnixStream.pair()) }
            // A receive without room for them, one with room for two that takes one, and one that takes what there is.
            var control = OutgoingControl(capacity: 128)
            for peer in peers { try control.append(passing: peer.value.first.socket) }
            let inodes = try Set(peers.map { try socketInode($0.value.first.socket) })
            for kindOfReceive in 0..<3 {
                _ = try await pair.first.sendMessage([1].span, control: control)
                var buffer: [UInt8] = [0]
                if kindOfReceive == 0 {
                    let count = try await pair.second.receive(into: &buffer)
                    #expect(count == 1)
                } else if kindOfReceive == 1 {
                    let message = try await pair.second.receiveDescriptor(into: &buffer)
                    #expect(message.count == 1)
                } else {
                    var room = IncomingControl(capacity: 1)
                    let message = try await pair.second.receiveMessage(into: &buffer, control: &room)
                    #expect(message.isControlTruncated)
                }
            }
            // Each of them has the one descriptor of its owner, and nobody else's.
            for peer in peers {
                #expect(try inodes.contains(socketInode(peer.value.first.socket)))
                #expect(try count(of: socketInode(peer.value.first.socket)) == 1)
            }
        }
    }

    private func count(of inode: String) -> Int { openDescriptors().count { $0 == inode } }

    @Test(arguments: EngineKind.available)
    func `bytes before a descriptor stay with it, and those behind it come later`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let pair = try AsyncUnixStream.pair(on: loop)
            let inner = try UnixStream.pair()
            try await pair.first.sendAll([1].span)
            _ = try await pair.first.send([2].span, passing: inner.first.socket)
            try await pair.first.sendAll([3].span)
            var got: [UInt8] = []
            var descriptors = 0
            while got.count < 3 {
                var buffer = [UInt8](repeating: 0, count: 8)
                var message = try await pair.second.receiveDescriptor(into: &buffer)
                got += buffer[..<message.count]
                if message.descriptor.take() != nil {
                    descriptors += 1
                    #expect(got == [1, 2])
                }
            }
            #expect(got == [1, 2, 3] && descriptors == 1)
        }
    }
}
