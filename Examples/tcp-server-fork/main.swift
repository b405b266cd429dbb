// A concurrent TCP server: each client is served by a process of its own. A crash costs one client only.
//
//     swift run tcp-server-fork 127.0.0.1:7777           ends with Ctrl-C
import ExampleSupport
import SocketServers
import Sockets

func echo(_ client: borrowing TCPStream) throws(SocketError) {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case let count = try client.receive(into: &buffer), count > 0 {
        // To show that the children are processes: a client that sends "crash" gets one.
        if buffer.text(count) == "crash\n" { fatalError("the child crashes, as it was told to") }
        try client.sendAll(buffer.span.extracting(..<count))
    }
}

example {
    let stop = try StopSignal(on: [.interrupt, .terminate])
    let listener = try TCPListener(on: argument(0, or: "127.0.0.1:0"))
    print("listening on \(listener.localAddress)")

    // At most 64 children at once; further clients wait in the listener's queue.
    let configuration = ServerConfiguration(stop: stop) { event in print("event: \(event)") }
    let server = try ForkingServer(listener, limit: 64, configuration)
    let counters = server.counters

    // After accept, fork makes a second process. Both have both sockets, so each closes one: the child the listener, the
    // parent the client. Otherwise the connection would stay open after the child closed it. The server does that, and
    // it waits for each child by its id when it ends, so that none stays behind as a zombie. There is no handler for
    // SIGCHLD: it would interrupt calls all over the program.
    //
    // fork copies the calling thread only. So the server refuses to run in a process that has more of them.
    try server.run { client in try echo(client) }
    print("stopped: \(counters.snapshot)")
}
