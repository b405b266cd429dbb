import AsyncSockets
import Glibc
import Sockets

/// Connects from a network named `way`, cuts the connection by commands, and tells what becomes of it.
///
/// With `probes` the stream has nothing to send, with `patience` it has a byte that nobody acknowledges.
func vanish(_ loop: EventLoop, _ scenario: String, _ commands: String) async throws {
    let listener = try AsyncTCPListener(on: "10.9.9.1:0", loop: loop)
    let peer = try connect(to: listener.localAddress)
    let stream = try await listener.accept()
    try beImpatient(stream, scenario == "probes")
    // The text lives for the length of the call.
    _ = unsafe system(commands)
    if scenario == "patience" { try await stream.sendAll([1].span) }
    var buffer: [UInt8] = [0]
    let error = await failure { _ = try await stream.receive(into: &buffer) }
    say(error.map { describe($0) } ?? "received \(buffer)")
    // Others are not concerned.
    say(try await exchange(loop))
    try peer.close()
}

private func beImpatient(_ stream: borrowing AsyncTCPStream, _ probes: Bool) throws(SocketError) {
    guard probes else { return try stream.setOption(.userTimeout, to: .milliseconds(500)) }
    try stream.setOption(.keepAlive, to: true)
    try stream.setOption(.keepAliveIdle, to: .seconds(1))
    try stream.setOption(.keepAliveInterval, to: .seconds(1))
    try stream.setOption(.keepAliveCount, to: 1)
}

/// Connects in the other network, which only this thread visits.
private func connect(to address: IPSocketAddress) throws(SocketError) -> TCPStream {
    try enter("/proc/thread-self/ns/net") { () throws(SocketError) in try TCPStream.connect(to: address) }
}

/// Does something in the other network, and comes back to this one. C: setns(2)
private func enter(
    _ home: String, _ body: () throws(SocketError) -> TCPStream
) throws(SocketError) -> TCPStream {
    let here = unsafe open(home, O_RDONLY), there = unsafe open("/run/netns/way", O_RDONLY)
    // The C library has it, with this type, and the module does not.
    let setns = unsafe unsafeBitCast(dlsym(nil, "setns"), to: (@convention(c) (Int32, Int32) -> Int32).self)
    defer {
        for network in [here, there] { close(network) }
    }
    guard setns(there, 0) == 0 else { throw SocketError(.socket, .notSupported) }
    defer { _ = setns(here, 0) }
    return try body()
}
