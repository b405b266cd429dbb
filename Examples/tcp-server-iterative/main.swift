// The simplest TCP server: it serves one client after the other, and sends back what it receives.
//
//     swift run tcp-server-iterative 127.0.0.1:7777      ends with Ctrl-C
import ExampleSupport
import SocketServers
import Sockets

/// Sends back what comes, until the client has no more to send.
func echo(_ client: borrowing TCPStream) throws(SocketError) {
    print("serving \(client.peerAddress)")
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case let count = try client.receive(into: &buffer), count > 0 {
        try client.sendAll(buffer.span.extracting(..<count))
    }
}

example {
    // Ctrl-C and kill stop the server between two clients, instead of in the middle of one.
    let stop = try StopSignal(on: [.interrupt, .terminate])

    // socket, bind, listen.
    let listener = try TCPListener(on: argument(0, or: "127.0.0.1:0"))
    print("listening on \(listener.localAddress)")

    let server = try IterativeServer(listener, ServerConfiguration(stop: stop))
    let counters = server.counters

    // accept, echo, close, and again. While one client is served, others wait in the listener's queue: a client that is
    // silent holds up everybody. The other servers in this folder are ways out of that.
    try server.run { client in try echo(client) }
    print("stopped: \(counters.snapshot)")
}
