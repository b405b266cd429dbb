// Unix sockets connect processes of one machine. Their addresses are paths, and they can pass open descriptors.
//
//     swift run unix-sockets /tmp/example.socket
import ExampleSupport
import Sockets

example {
    let path = argument(0, or: "/tmp/sockets-example-\(UInt32.random(in: 0 ... .max))")
    try paths(path)
    try abstractNames()
    try passing()
}

/// A path: bind makes a file there, which says who may connect, by its permissions.
func paths(_ path: String) throws(SocketError) {
    let listener = try UnixListener(on: path)
    let client = try UnixStream.connect(to: path)
    let server = try listener.accept()
    try client.sendAll("hello".utf8.span)
    var buffer = [UInt8](repeating: 0, count: 16)
    let count = try server.receive(into: &buffer)
    print("over \(listener.localAddress): \(buffer.text(count))")

    // The kernel knows who is at the other end, and nobody can lie about it.
    if let peer = try server.socket.peerCredentials { print("from user \(peer.user)") }
}  // The listener removes its file. One that was left behind by a crash: see `ListenerConfiguration.staleFile`.

/// Linux: a name without a file, which goes with its socket. Anybody on the machine may connect.
func abstractNames() throws(SocketError) {
    let address = try UnixAddress(abstract: "sockets-example-\(UInt32.random(in: 0 ... .max))")
    let listener = try UnixListener(on: address)
    let client = try UnixStream.connect(to: address)
    print("abstract: \(client.peerAddress == listener.localAddress)")
}

/// A pair has no name: both ends are here. One usually goes to a child process. Over it, any descriptor can be passed:
/// the receiver gets a duplicate, as if it had opened it. So one process opens a port, and another one serves it.
func passing() throws(SocketError) {
    let pair = try UnixStream.pair()
    let listener = try TCPListener(on: .loopback(port: 0))

    // A stream passes descriptors beside at least one byte.
    _ = try pair.first.send("L".utf8.span, passing: listener.socket)
    try listener.close()

    var byte: [UInt8] = [0]
    var span = byte.mutableSpan
    var control = IncomingControl()
    _ = try pair.second.socket.receiveMessage(into: &span, control: &control)
    // What is not taken out of `control` is closed by it: received descriptors cannot leak.
    guard let descriptor = control.takeDescriptor() else { return print("nothing was passed") }
    let passed = try TCPListener(try Socket(descriptor))

    // The sender closed its listener, and still the port is open.
    let client = try TCPStream.connect(to: passed.localAddress)
    let accepted = try passed.accept()
    print("the passed listener accepted \(try client.localAddress == accepted.peerAddress)")
}
