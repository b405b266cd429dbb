// bind gives a socket its address: a local IP address and a port.
//
//     swift run bind-port-zero
import ExampleSupport
import Sockets

func tryToBind(_ address: IPSocketAddress, reuse: Bool) {
    do throws(SocketError) {
        let socket = try Socket(.ipv4, .stream)
        try socket.setOption(.reuseAddress, to: reuse)
        try socket.bind(to: address)
        print("    reuse \(reuse): bound to \(try socket.localAddress)")
    } catch {
        print("    reuse \(reuse): \(error)")
    }
}

example {
    // Port 0 asks the kernel for any free port. The address of the socket then tells which one it chose.
    let socket = try Socket(.ipv4, .stream)
    try socket.bind(to: IPSocketAddress.loopback(port: 0))
    print("asked for port 0, got \(try socket.localAddress)")

    // The wildcard 0.0.0.0 means all addresses of this machine, on all interfaces. A server that binds to 127.0.0.1 is
    // reached from this machine only; one that binds to the address of one interface is reached through that alone.
    let listener = try TCPListener(on: .any(port: 0))
    let port = listener.localAddress.port
    let client = try TCPStream.connect(to: .loopback(port: port))
    print("the listener on \(listener.localAddress) is reached as \(client.peerAddress)")

    // Two listeners cannot have the same address and port.
    let address = IPSocketAddress.loopback(port: port)
    print("while somebody listens on port \(port):")
    tryToBind(address, reuse: true)

    // After the server closed a connection first, its port stays reserved for a minute (TIME-WAIT), in case late packets
    // come. A server that restarts must not wait for that: so listeners of this library set SO_REUSEADDR.
    let accepted = try listener.accept()
    try accepted.close()
    var byte: [UInt8] = [0]
    _ = try client.receive(into: &byte)
    try client.close()
    try listener.close()
    print("after the server closed the connection and its listener:")
    tryToBind(address, reuse: false)
    tryToBind(address, reuse: true)

    // An address that no interface of this machine has (it is reserved for documentation).
    print("with an address of another machine:")
    tryToBind(IPSocketAddress(IPv4Address(192, 0, 2, 1), port: 0), reuse: false)
}
