import Foundation
import Sockets
import TestSupport
import Testing

@Suite struct SocketAdoptionTests {
    @Test(arguments: SocketCreationTests.kinds)
    func `an adopted descriptor tells its kind and lives on`(
        family: AddressFamily, type: SocketType, asked: SocketProtocol, given: SocketProtocol
    ) throws {
        let number = try Socket(family, type, asked).release()
        let socket = try Socket(adopting: number)
        #expect(try socket.option(.family) == family)
        #expect(try socket.option(.type) == type)
        #expect(try socket.option(.protocol) == given)
        socket.withDescriptor { #expect($0 == number) }
    }

    @Test(arguments: [-1, -2, Int32.min])
    func `a negative number is refused before any call`(number: Int32) {
        let error = expectFailure(.invalidInput) { _ = try Socket(adopting: number) }
        #expect(error?.description == "inspect: \(number) is no descriptor: numbers start at 0")
        expectFailure(.invalidInput) { _ = try OwnedDescriptor(adopting: number) }
    }

    @Test func `a number that is not open is refused`() {
        expectFailure(.badDescriptor) { _ = try Socket(adopting: .max) }
    }

    @Test func `a pipe is refused and stays open`() throws {
        let pipe = Pipe()
        let number = pipe.fileHandleForReading.fileDescriptor
        expectFailure(.notASocket) { _ = try Socket(adopting: number) }
        try pipe.fileHandleForWriting.write(contentsOf: Data([7]))
        #expect(try pipe.fileHandleForReading.read(upToCount: 1) == Data([7]))
    }

    @Test func `a received descriptor that is no socket is refused, and others of the file live on`() throws {
        let file = try #require(FileHandle(forReadingAtPath: "/dev/null"))
        let owned = try OwnedDescriptor(adopting: dup(file.fileDescriptor))
        let number = owned.number
        #expect(try owned.isSocket == false)
        expectFailure(.notASocket) { _ = try Socket(owned.duplicate()) }
        #expect(try inode(ofDescriptor: number) == "/dev/null")
    }

    @Test func `adoption keeps a descriptor as inheritable as it was`() throws {
        let socket = try Socket(.unix, .stream)
        try socket.setInherited(true)
        let adopted = try Socket(adopting: socket.release())
        #expect(try adopted.isInherited)
    }

    @Test func `a socket that was released is open, and the caller's`() throws {
        let pair = try Socket.pair()
        let number = pair.first.release()
        let again = try Socket(adopting: number)
        _ = try again.send([1].span)
        try expectReceived([1], from: pair.second)
        let descriptor = again.descriptor()
        #expect(try descriptor.isSocket)
        let socket = try Socket(descriptor)
        _ = try socket.send([2].span)
        try expectReceived([2], from: pair.second)
    }

    @Test func `a socket without an owner is gone`() throws {
        let inode: String
        do {
            let socket = try Socket(.ipv4, .stream)
            inode = try socketInode(socket)
            #expect(DescriptorLedger.sockets().contains(inode))
        }
        #expect(!DescriptorLedger.sockets().contains(inode))
    }

    @Test func `a role refuses a socket of another type or family and closes it`() throws {
        var refused: [String] = []
        func note(_ socket: borrowing Socket) throws { refused.append(try socketInode(socket)) }
        expectFailure(.wrongProtocolType) {
            let socket = try Socket(.ipv4, .datagram)
            try note(socket)
            _ = try TCPStream(socket)
        }
        expectFailure(.notConnected) {
            let socket = try Socket(.ipv4, .stream)
            try note(socket)
            _ = try TCPStream(socket)
        }
        expectFailure(.wrongAddressFamily) {
            let pair = try Socket.pair()
            try note(pair.first)
            _ = try TCPStream(pair.first)
        }
        expectFailure(.wrongProtocolType) {
            let socket = try Socket(.ipv4, .stream)
            try note(socket)
            _ = try UDPSocket(socket)
        }
        expectFailure(.wrongAddressFamily) {
            let socket = try Socket(.unix, .datagram)
            try note(socket)
            _ = try UDPSocket(socket)
        }
        expectFailure(.invalidArgument) {
            let socket = try Socket(.ipv4, .stream)
            try note(socket)
            _ = try TCPListener(socket)
        }
        expectFailure(.wrongProtocolType) {
            let socket = try Socket(.ipv4, .datagram)
            try note(socket)
            _ = try TCPListener(socket)
        }
        expectFailure(.wrongAddressFamily) {
            let listener = try Socket(.ipv4, .stream)
            try listener.listen()
            try note(listener)
            _ = try UnixListener(listener)
        }
        #expect(refused.count == 8)
        #expect(DescriptorLedger.sockets().isDisjoint(with: refused))
    }

    @Test func `roles adopt what fits`() throws {
        let listener = try Socket(.ipv4, .stream)
        try listener.bind(to: IPSocketAddress.loopback(port: 0))
        try listener.listen()
        let role = try TCPListener(listener)
        let socket = try Socket(.ipv4, .stream)
        try socket.connect(to: role.localAddress)
        let stream = try TCPStream(socket)
        let peer = stream.peerAddress
        #expect(peer == role.localAddress)
        let datagram = try Socket(.ipv4, .datagram)
        try datagram.bind(to: IPSocketAddress.loopback(port: 0))
        let udp = try UDPSocket(datagram)
        #expect(try udp.localAddress.port != 0)
        let unix = try Socket.pair()
        let end = try UnixStream(unix.first)
        let unnamed = end.peerAddress.isUnnamed
        #expect(unnamed)
    }

    @Test func `a duplicate is the same socket, closed by exec, and outlives the original`() throws {
        let pair = try Socket.pair()
        let duplicate = try pair.first.duplicate()
        #expect(try duplicate.isInherited == false)
        #expect(try socketInode(duplicate) == socketInode(pair.first))
        try duplicate.setMode(.nonBlocking)
        #expect(try pair.first.mode == .nonBlocking)
        try pair.first.setMode(.blocking)
        #expect(try duplicate.mode == .blocking)
        try pair.first.close()
        _ = try duplicate.send([5].span)
        try expectReceived([5], from: pair.second)
    }

    @Test func `a lent number is the socket's, and its mode stays as it was`() throws {
        let socket = try Socket(.ipv4, .datagram)
        let seen = try socket.withDescriptor { (number) throws in try inode(ofDescriptor: number) }
        #expect(try seen == socketInode(socket))
        #expect(try socket.mode == .blocking)
    }
}
