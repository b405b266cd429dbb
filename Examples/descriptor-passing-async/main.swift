// Passing an open socket to another process, over a Unix socket, in tasks.
//
//     swift run descriptor-passing-async
import AsyncSockets
import ExampleSupport
import Sockets

/// The one that opens a port, and gives it away.
func give(_ listener: consuming TCPListener, over stream: borrowing AsyncUnixStream) async throws {
    var control = OutgoingControl(capacity: 32)
    try control.append(passing: listener.socket)
    // A stream passes descriptors beside at least one byte.
    _ = try await stream.socket.sendMessage("L".utf8.span, control: control)
    print("gave away the listener on \(listener.localAddress)")
}  // Its own descriptor closes here.

/// The one that gets a port, without having opened it.
func take(over stream: borrowing AsyncUnixStream) async throws -> AsyncTCPListener? {
    var buffer: [UInt8] = [0]
    var control = IncomingControl(capacity: 32)
    let message = try await stream.socket.receiveMessage(into: &buffer, control: &control, within: .seconds(10))
    // What is not taken out of `control` is closed by it: received descriptors cannot leak.
    guard message.count > 0, let descriptor = control.takeDescriptor() else { return nil }
    // A listener again, for tasks. The descriptor stays the same.
    return try AsyncTCPListener(TCPListener(try Socket(descriptor)))
}

await example {
    // Both ends are here; one of them usually goes to another process.
    let pair = try UnixStream.pair()
    let giver = try AsyncUnixStream(pair.first)
    let taker = try AsyncUnixStream(pair.second)

    try await give(try TCPListener(on: .loopback(port: 0)), over: giver)
    guard let listener = try await take(over: taker) else { return print("nothing was passed") }
    print("took the listener on \(listener.localAddress)")

    // The port is still open: a client is served by the new owner.
    let client = try await AsyncTCPStream.connect(to: listener.localAddress)
    let server = try await listener.accept(within: .seconds(10))
    try await server.sendAll("hello".utf8.span)
    var buffer = [UInt8](repeating: 0, count: 16)
    let count = try await client.receive(into: &buffer, within: .seconds(10))
    print("the client got: \(buffer.text(count))")
}
