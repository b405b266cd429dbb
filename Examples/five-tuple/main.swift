// Five parts tell one connection from all others: the protocol, and the address and port of either end.
// So a server can have many clients on one port, and a client many connections to one server.
//
//     swift run five-tuple
import ExampleSupport
import Sockets

example {
    let listener = try TCPListener(on: .loopback(port: 0))
    print("the server listens on \(listener.localAddress)")

    // The kernel gives each client a port of its own.
    let first = try TCPStream.connect(to: listener.localAddress)
    let second = try TCPStream.connect(to: listener.localAddress)
    print("client 1: \(try first.fiveTuple)")
    print("client 2: \(try second.fiveTuple)")

    // accept gives a new socket for each client. The old one keeps listening.
    let accepted = try listener.accept()
    let tuple = try accepted.fiveTuple
    print("the server's end of client 1: \(tuple)")

    // Both ends know the same two addresses, the other way round.
    let mirrored = try first.fiveTuple
    print("mirrored: \(tuple.local == mirrored.peer && tuple.peer == mirrored.local)")

    // A socket that is not connected has no peer, so its tuple ends early.
    let socket = try UDPSocket(boundTo: .loopback(port: 0))
    print("unconnected: \(try socket.socket.fiveTuple)")
}
