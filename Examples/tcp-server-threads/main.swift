// A concurrent TCP server: each client is served by a thread of its own. The threads share the program's memory.
//
//     swift run tcp-server-threads 127.0.0.1:7777        ends with Ctrl-C
import ExampleSupport
import SocketServers
import Sockets
import Synchronization

/// What the threads share. Access has to be atomic or locked; the compiler insists on it.
final class Total: Sendable {
    let bytes = Atomic<Int>(0)
}

example {
    // Made first, because threads that exist already would still get the signals.
    let stop = try StopSignal(on: [.interrupt, .terminate])
    let listener = try TCPListener(on: argument(0, or: "127.0.0.1:0"))
    print("listening on \(listener.localAddress)")

    let server = try ThreadedServer(listener, limit: 256, ServerConfiguration(stop: stop))
    let counters = server.counters
    let total = Total()

    // Descriptors belong to the process, not to the thread: a thread that ends closes nothing. Here the client is a value
    // that closes when its handler is done.
    try server.run { client in
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = try client.receive(into: &buffer), count > 0 {
            total.bytes.add(count, ordering: .relaxed)
            try client.sendAll(buffer.span.extracting(..<count))
        }
    }
    print("stopped: \(counters.snapshot)")
    print("bytes of all threads: \(total.bytes.load(ordering: .relaxed))")
}
