import Glibc
import SocketServers
import Sockets
import TestSupport
import Testing

@Suite(.ownThread, .timeLimit(.minutes(1))) struct AcceptPolicyTests {
    @Test(arguments: [
        SocketError.Code.connectionAborted, .protocolError, .networkDown, .unknownOption, .hostUnreachable,
        .notSupported, .networkUnreachable, .wouldBlock, .wrongAddressFamily,
    ])
    func `an error of one client is passed over`(_ code: SocketError.Code) {
        #expect(AcceptPolicy().action(after: code) == .retry)
    }

    @Test(arguments: [SocketError.Code.tooManyDescriptors, .tooManyFiles, .noBufferSpace, .outOfMemory])
    func `a want of something makes a pause`(_ code: SocketError.Code) {
        #expect(AcceptPolicy().action(after: code) == .pause)
    }

    @Test(arguments: [SocketError.Code.badDescriptor, .invalidArgument, .notASocket, .notImplemented])
    func `a dead listener ends the server`(_ code: SocketError.Code) {
        #expect(AcceptPolicy().action(after: code) == .stop)
    }

    @Test func `an error nobody foresaw makes a pause, so that it neither ends the server nor spins`() {
        #expect(AcceptPolicy().action(after: SocketError.Code(rawValue: 4711)) == .pause)
    }

    @Test func `pauses double up to the longest, however long that is`() {
        var policy = AcceptPolicy()
        var backOff = AcceptBackOff(policy)
        let pauses = (0..<10).map { _ in backOff.nextPause() }
        #expect(pauses == [5, 10, 20, 40, 80, 160, 320, 640, 1000, 1000].map { .milliseconds($0) })
        let endless = Duration(attoseconds: .max)
        (policy.firstPause, policy.longestPause) = (endless, endless)
        backOff = AcceptBackOff(policy)
        #expect((0..<2).map { _ in backOff.nextPause() } == [endless, endless])
        // The first one may be longer than the longest.
        policy.longestPause = .seconds(1)
        backOff = AcceptBackOff(policy)
        #expect((0..<2).map { _ in backOff.nextPause() } == [endless, .seconds(1)])
    }

    @Test(arguments: Model.allCases) func `a listener that is shut down ends run with an error`(_ model: Model) throws {
        let listener = try TCPListener(on: .loopback(port: 0))
        let twin = try listener.socket.duplicate()
        let parcel = Parcel(listener)
        let running = Running { () throws(SocketError) in try model.run(parcel.open(), ServerConfiguration()) }
        try twin.shutdown(.both)
        let error = try running.end()
        #expect(error?.operation == .accept)
        #expect(error?.code == .invalidArgument)
    }

    // accept itself tells of that only where it waits; a server's does not.
    @Test(arguments: Model.allCases, [ShutdownHalf.read, .both])
    func `a Unix listener that is shut down ends run with an error`(_ model: Model, _ way: ShutdownHalf) throws {
        let folder = try TemporaryFolder()
        let listener = try UnixListener(on: folder.file("s"))
        let twin = try listener.socket.duplicate()
        let parcel = Parcel(listener)
        let running = Running { () throws(SocketError) in try model.run(parcel.open(), ServerConfiguration()) }
        try twin.shutdown(way)
        let error = try running.end()
        #expect(error?.operation == .accept)
        #expect(error?.code == .invalidArgument)
    }

    @Test func `a datagram socket that is shut down ends run with an error`() throws {
        let folder = try TemporaryFolder()
        let unix = try UnixDatagramSocket(boundTo: folder.file("s")), ip = try UDPSocket(boundTo: .loopback(port: 0))
        let twins = [Parcel(try unix.socket.duplicate()), Parcel(try ip.socket.duplicate())]
        let (one, other) = (Parcel(unix), Parcel(ip))
        let servers = [
            Running { () throws(SocketError) in try UnixDatagramServer(one.open()).run { _, _, _ in } },
            Running { () throws(SocketError) in try UDPServer(other.open()).run { _, _, _ in } },
        ]
        // It says that the socket is not connected, and is shut down nevertheless.
        for twin in twins { try? twin.open().shutdown(.both) }
        for server in servers { #expect(try server.end()?.code == .invalidArgument) }
    }

    @Test(arguments: Model.concurrent) func `after the end of its listener a server is stopped as ever`(
        _ model: Model
    ) throws {
        let folder = try TemporaryFolder(), path = folder.file("s")
        let listener = try UnixListener(on: path)
        let removal = Removal(in: folder.path)
        let twin = try listener.socket.duplicate()
        let (parcel, stop) = (Parcel(listener), try StopSignal())
        let running = Running { () throws(SocketError) in try model.run(parcel.open(), ServerConfiguration(stop: stop))
        }
        let client = try UnixStream.connect(to: path)
        try greet(client)
        try twin.shutdown(.both)
        // The server removes the listener's file when it has noticed.
        #expect(removal.wait())
        stop.stop(within: .milliseconds(20))
        #expect(try running.end()?.code == .invalidArgument)
        var buffer: [UInt8] = [0]
        let end = try client.receive(into: &buffer)
        #expect(end == 0)
    }
}

/// The removal of a file in a folder, which is heard of from now on. C: inotify(7)
private final class Removal: Sendable {
    private let descriptor = inotify_init1(Int32(IN_CLOEXEC))

    init(in folder: String) {
        // The path is C's for the length of the call.
        _ = unsafe inotify_add_watch(descriptor, folder, UInt32(IN_DELETE))
    }

    deinit { close(descriptor) }

    /// Waits for it; false when the system could not be asked.
    func wait() -> Bool {
        var event = [UInt8](repeating: 0, count: 4096)
        // The call writes at most as many bytes as there are.
        return unsafe read(descriptor, &event, event.count) > 0
    }
}
