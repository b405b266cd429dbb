// A concurrent UDP server: each client is served by a process of its own, with a socket connected to that client.
//
//     swift run udp-server-fork 127.0.0.1:7777 own       own or same; ends with Ctrl-C
import ExampleSupport
import SocketServers
import Sockets

/// The whole conversation with one client. UDP has no end of a stream, so it ends when the client is silent.
func echo(_ client: inout DatagramClient) throws(SocketError) {
    try client.socket.setOption(.receiveTimeout, to: .seconds(2))
    var buffer = [UInt8](repeating: 0, count: 512)
    print("for \(client.peerAddress): a child at port \(try client.socket.localAddress.port)")
    while true {
        let datagram = try client.receive(into: &buffer)
        // In C, send: the child's socket is connected, so no address is needed.
        try client.send(buffer.span.extracting(..<datagram.count))
    }
}

example {
    // With `own`, the child's socket has a port of its own. The client finds it out from the first answer, and goes on
    // there; the examples' client takes answers from any port. With `same`, all children share the server's port, and
    // the kernel sorts the datagrams: those of a client go to the socket that is connected to it.
    let port: ChildPort = argument(1, or: "own") == "same" ? .same : .own

    let stop = try StopSignal(on: [.interrupt, .terminate])
    let socket = try UDPSocket(boundTo: try IPSocketAddress(parsing: argument(0, or: "127.0.0.1:0")))
    print("receiving on \(try socket.localAddress)")

    // The first datagram of a client makes the child, which gets it as its first. Children are waited for when they end.
    let server = try ForkingUDPServer(socket, childPort: port, ServerConfiguration(stop: stop))
    let counters = server.counters
    try server.run { client in try echo(&client) }
    print("stopped: \(counters.snapshot)")
}
