import AsyncSockets
import Glibc
import Sockets

/// A loop and a listener on all IPv4 addresses, and which descriptors were open when there was nothing else.
final class Place: Sendable {
    let loop: EventLoop
    let port: Port
    private let listener: TCPListener
    private let base: Set<Int32>

    init() async throws(SocketError) {
        loop = try EventLoop()
        // The runtime opens descriptors of its own when the main thread waits for the first time.
        try await loop.sleep(within: .milliseconds(1))
        let listener = try TCPListener(on: .any(port: 0))
        port = listener.localAddress.port
        self.listener = listener
        base = openDescriptors()
    }

    /// How many descriptors there can be so that none is left: a limit is one of their numbers.
    var descriptors: Int { (0..<1024).first { !openDescriptors().contains(Int32($0)) } ?? 1024 }

    /// Connects, and prints what came of it, and whether it took less than two seconds.
    func report(_ name: String, _ connect: () async throws(SocketError) -> AsyncTCPStream) async {
        let start = ContinuousClock.now
        var text: String
        do throws(SocketError) {
            let stream = try await connect()
            text = "connected \(stream.peerAddress.address)"
        } catch { text = "\(error.operation.rawValue) \(error.code.name)" }
        if ContinuousClock.now - start >= .seconds(2) { text += ", slowly" }
        print("\(name): \(text)")
    }

    func connect(_ name: String) async {
        await report(name) { () throws(SocketError) in
            try await AsyncTCPStream.connect(to: name, port: port, within: .seconds(20), loop: loop)
        }
    }

    /// Does something under a limit of the process.
    func limit(_ resource: UInt32, to value: Int, _ body: () async -> Void) async {
        var before = rlimit()
        unsafe getrlimit(__rlimit_resource_t(resource), &before)
        var limit = before
        limit.rlim_cur = rlim_t(value)
        unsafe setrlimit(__rlimit_resource_t(resource), &limit)
        await body()
        unsafe setrlimit(__rlimit_resource_t(resource), &before)
    }

    /// Prints what is left once threads that still ask name servers have ended.
    func sum() async {
        var patience = 4000
        // The threads first: the system's resolver opens and closes a socket for each address that it found.
        while patience > 0, Lookups.shared.threadCount > 0 || !left.isEmpty || loop.slotCount > 0 {
            try? await loop.sleep(within: .milliseconds(5))
            patience -= 1
        }
        print("left: \(left.count) sockets, \(loop.slotCount) slots")
    }

    private var left: Set<Int32> { openDescriptors().filter(isSocket).subtracting(base) }
}

private func openDescriptors() -> Set<Int32> { Set((0..<1024).filter { fcntl($0, F_GETFD) != -1 }) }

/// The runtime opens descriptors of other kinds when it likes.
private func isSocket(_ number: Int32) -> Bool {
    var type: Int32 = 0, size = socklen_t(MemoryLayout<Int32>.size)
    return unsafe getsockopt(number, SOL_SOCKET, SO_TYPE, &type, &size) == 0
}
