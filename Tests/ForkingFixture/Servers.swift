import CSocketShim
import Glibc
import SocketServers
import Sockets

/// An echo server of any model, which in the end says what it did and what it left open.
///
/// Options: `backlog=N`; `share=ADDRESS`, to share the port with other servers; `unix=PATH`; `forked`, to make the server
/// in one process and run it in another, as a daemon does.
func serve(_ model: String, _ limit: Int, _ options: [String], _ configuration: ServerConfiguration) throws {
    let before = openDescriptors()
    var counters: ServerCounters?
    do throws(SocketError) { try run(model, limit, options, configuration, &counters) } catch {
        say("ended \(error.operation.rawValue) \(error.code.name)")
    }
    if let counters { sayEnd(counters, before) }
}

/// Says what a server did, and how many descriptors it left open of those that it opened.
func sayEnd(_ counters: ServerCounters, _ before: Int) {
    let end = counters.snapshot, left = openDescriptors() - before
    say("done \(end.accepted) accepted, \(end.active) active, \(end.failed) failed, \(left) left open")
}

/// What follows a name and `=` in the option that has it.
private func value(_ name: String, in options: [String]) -> String? {
    options.first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.utf8.count + 1)) }
}

private func run(
    _ model: String, _ limit: Int, _ options: [String], _ configuration: ServerConfiguration,
    _ counters: inout ServerCounters?
) throws(SocketError) {
    var configuration = configuration
    if let pause = value("pause", in: options).flatMap(Int.init) {
        configuration.acceptPolicy.firstPause = .milliseconds(pause)
    }
    let path = value("unix", in: options)
    if model == "udp" {
        try serveDatagrams(configuration, &counters)
    } else if let path {
        try serve(UnixListener(on: path), model, limit, configuration, &counters)
    } else {
        try serve(listen(options), model, limit, configuration, &counters)
    }
}

private func serve<Address>(
    _ listener: consuming StreamListener<Address>, _ model: String, _ limit: Int,
    _ configuration: ServerConfiguration, _ counters: inout ServerCounters?
) throws(SocketError) {
    say("\(listener.localAddress)")
    switch model {
    case "iterative":
        let server = try IterativeServer(listener, configuration)
        counters = server.counters
        goOnInChild()
        try server.run(echo)
    case "fork":
        let server = try ForkingServer(listener, limit: limit, configuration)
        counters = server.counters
        goOnInChild()
        try server.run(echo)
    case "threaded":
        let server = try ThreadedServer(listener, limit: limit, configuration)
        counters = server.counters
        goOnInChild()
        try server.run(echo)
    default:
        var limits = ConnectionLimits()
        limits.connections = limit
        let server = try ReadinessServer(listener, using: multiplexer(model), limits: limits, configuration)
        counters = server.counters
        goOnInChild()
        try server.run(EchoProtocol())
    }
}

/// With `forked`, makes a child that goes on and says its id, and ends as it does.
private func goOnInChild() {
    guard CommandLine.arguments.contains("forked") else { return }
    let parent = csock_getpid(), child = csock_fork()
    if child == 0 {
        _ = csock_signal_with_parent(csock_SIGKILL, parent)
        return say("\(csock_getpid())")
    }
    var status: Int32 = 1
    _ = unsafe csock_waitpid(child, &status, 0)
    exit(status)
}

private func multiplexer(_ model: String) -> Multiplexer {
    switch model {
    case "select": .select
    case "poll": .poll
    default: .epoll
    }
}

private func listen(_ options: [String]) throws(SocketError) -> TCPListener {
    var configuration = ListenerConfiguration()
    var address = IPSocketAddress.loopback(port: 0)
    for option in options {
        let parts = option.split(separator: "=").map(String.init)
        switch parts[0] {
        case "forked", "pause": break
        case "backlog": configuration.backlog = Int(parts[1]) ?? 0
        default:
            configuration.sharesPort = true
            guard let shared = IPSocketAddress(parts[1]) else { throw SocketError(.bind, .invalidInput) }
            address = shared
        }
    }
    return try TCPListener(on: address, configuration)
}

private func serveDatagrams(
    _ configuration: ServerConfiguration, _ counters: inout ServerCounters?
) throws(SocketError) {
    let server = try UDPServer(try UDPSocket(boundTo: .loopback(port: 0)), configuration)
    counters = server.counters
    say("\(try server.localAddress)")
    try server.run { bytes, datagram, socket in try socket.send(bytes, to: datagram.sender) }
}
