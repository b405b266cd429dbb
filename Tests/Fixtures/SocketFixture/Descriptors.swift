import Glibc
import Sockets

/// The numbers that are open, found without opening any.
func openDescriptors() -> [Int32] { (0..<256).filter { fcntl($0, F_GETFD) != -1 } }

/// Closes what the parent left open: another test's socket could be among it, and the input is one.
private func closeInherited() {
    for number in 3..<Int32(1024) { Glibc.close(number) }
    let nothing = unsafe open("/dev/null", O_RDONLY)
    dup2(nothing, 0)
    Glibc.close(nothing)
}

/// Runs a program in place of this one's copy and waits for it.
private func run(_ path: String, _ arguments: [String]) {
    var process: pid_t = 0
    // The words are copied for C, live until the program has been started, and are given back then.
    var words = unsafe ([path] + arguments).map { unsafe strdup($0) } + [nil]
    unsafe posix_spawn(&process, path, nil, nil, &words, environ)
    unsafe words.forEach { unsafe free($0) }
    waitpid(process, nil, 0)
}

/// Opens one socket in every way there is, and shows what a program started by exec has.
let inherit: Scenario = { _ throws(SocketError) in
    closeInherited()
    let listener = try TCPListener(on: .loopback(port: 0))
    let client = try TCPStream.connect(to: listener.localAddress, within: .seconds(60))
    let server = try listener.accept(.nonBlocking)
    let pair = try Socket.pair()
    let duplicate = try server.duplicate()
    let datagrams = try UDPSocket(boundTo: .loopback(port: 0))
    let connected = try ConnectedUDPSocket.connect(to: datagrams.localAddress)
    print("sockets \(openDescriptors().count - 3)")
    fflush(nil)
    run("/bin/ls", ["-l", "/proc/self/fd"])
    print("inherited")
    fflush(nil)
    try pair.first.setInherited(true)
    run("/bin/ls", ["-l", "/proc/self/fd"])
    for text in [try client.localAddress, try duplicate.localAddress, try connected.localAddress] { _ = text }
    _ = try pair.second.mode
}

/// Reaches the limit of descriptors with every call that makes one, then goes on.
let descriptorLimit: Scenario = { _ throws(SocketError) in
    // Gaps below the limit would be room.
    closeInherited()
    let listener = try TCPListener(on: .loopback(port: 0))
    let client = try TCPStream.connect(to: listener.localAddress)
    let free = openDescriptors().count
    setLimit(free)
    report("socket") { _ = try Socket(.ipv4, .stream) }
    report("pair") { _ = try Socket.pair() }
    report("duplicate") { _ = try client.duplicate() }
    report("accept") { _ = try listener.accept() }
    setLimit(free + 1)
    report("pair with one left") { _ = try Socket.pair() }
    report("accept with one left") { _ = try listener.accept() }
    print("left over \(openDescriptors().count - free)")
}

private func setLimit(_ count: Int) {
    var limit = rlimit()
    unsafe getrlimit(__rlimit_resource_t(7), &limit)
    limit.rlim_cur = rlim_t(count)
    unsafe setrlimit(__rlimit_resource_t(7), &limit)
}

/// Every way of failing after a socket was made, and every way of giving one away: each leaves as many as it found.
let leaks: Scenario = { arguments throws(SocketError) in
    let closed = try TCPListener(on: .loopback(port: 0))
    let address = closed.localAddress
    try closed.close()
    let path = arguments[0]
    let cases: [(String, () throws -> Void)] = [
        ("refused", { _ = try TCPStream.connect(to: address) }),
        ("refused within", { _ = try TCPStream.connect(to: address, within: .seconds(9)) }),
        ("refused from", { _ = try TCPStream.connect(to: address, from: .loopback(port: 0)) }),
        ("wrong local", { _ = try TCPStream.connect(to: address, from: IPSocketAddress(checking: "192.0.2.1:0")) }),
        ("itself", { _ = try TCPStream.connect(to: address, from: address) }),
        ("time gone", { _ = try TCPStream.connect(to: address, within: .zero) }),
        ("link-local", { _ = try TCPStream.connect(to: "[fe80::1]:80") }),
        ("not here", { _ = try TCPListener(on: "192.0.2.1:0") }),
        ("backlog", { _ = try TCPListener(on: address, configured { $0.backlog = -1 }) }),
        ("dual-stack", { _ = try TCPListener(on: address, configured { $0.isDualStack = true }) }),
        ("adopted no stream", { _ = try TCPStream(Socket(.ipv4, .datagram)) }),
        ("adopted unconnected", { _ = try TCPStream(Socket(.ipv4, .stream)) }),
        ("adopted no listener", { _ = try TCPListener(Socket(.ipv4, .stream)) }),
        ("adopted no datagrams", { _ = try UDPSocket(Socket(.ipv4, .stream)) }),
        ("adopted family", { _ = try UDPSocket(Socket(.unix, .datagram)) }),
        ("lingering", { try TCPStream(connected(address)).close(lingering: .zero) }),
        ("reset", { try Socket(.ipv4, .stream).reset() }),
        ("Unix", { _ = try UnixListener(on: path) }),
        ("Unix missing", { _ = try UnixStream.connect(to: path) }),
        ("Unix stale", { _ = try UnixStream.connect(to: makeStale(path)) }),
        ("Unix replaced", { _ = try UnixListener(on: path, configured { $0.staleFile = .replace }) }),
        ("pair", { _ = try Socket.pair() }), ("streams", { _ = try UnixStream.pair() }),
        ("duplicate", { _ = try Socket(.ipv4, .stream).duplicate().descriptor().duplicate() }),
        ("roles", { _ = try connected(address) }),
        ("datagrams", { _ = try UDPSocket(boundTo: .loopback(port: 0)).connected(to: address) }),
        ("datagrams refused", { _ = try UDPSocket().connected(to: .loopback(.v6, port: 9)) }),
    ]
    let before = openDescriptors()
    for (name, body) in cases {
        do { try body() } catch {}
        let after = openDescriptors()
        print(after == before ? "\(name): clean" : "\(name): LEAK \(after)")
    }
}

private func connected(_ address: IPSocketAddress) throws(SocketError) -> Socket {
    let listener = try TCPListener(on: address)
    let stream = try TCPStream.connect(to: address)
    _ = try listener.accept()
    return stream.intoSocket()
}

private func configured(_ change: (inout ListenerConfiguration) -> Void) -> ListenerConfiguration {
    var configuration = ListenerConfiguration()
    change(&configuration)
    return configuration
}

/// Leaves a file behind that nobody listens on.
private func makeStale(_ path: String) throws(SocketError) -> UnixAddress {
    let socket = try Socket(.unix, .stream), address = try UnixAddress(path: path)
    try socket.bind(to: address)
    return address
}
