// A concurrent TCP server in one thread: it asks the kernel which of its sockets are ready, and serves those.
//
//     swift run tcp-server-select 127.0.0.1:7777 poll    select, poll or epoll; ends with Ctrl-C
import ExampleSupport
import SocketServers
import Sockets

/// Echoes, and counts lines. It is a value: each connection has its own copy, so nothing is shared.
struct LineCounter: ConnectionHandler {
    var lines = 0

    mutating func received(_ bytes: Span<UInt8>, _ connection: inout Connection) throws {
        for index in bytes.indices where bytes[index] == UInt8(ascii: "\n") { lines += 1 }
        // Sending never waits: what the kernel does not take now is queued, and goes when there is room.
        try connection.send(bytes)
    }

    mutating func ended(_ connection: inout Connection) throws {
        try connection.send("lines: \(lines)\n".utf8.span)
    }
}

func multiplexer(named name: String) throws -> Multiplexer {
    switch name {
    // The oldest: sets of descriptors, copied in and out of the kernel at each call.
    case "select": .select
    // The same with a list instead of sets. Both cost more the more clients there are, also silent ones.
    case "poll": .poll
    // Linux: the kernel keeps the list, and tells only who is ready.
    case "epoll": .epoll
    default: throw SocketError(.parse, .invalidInput, detail: "\"\(name)\" is not select, poll or epoll")
    }
}

example {
    let multiplexer = try multiplexer(named: argument(1, or: "select"))
    let stop = try StopSignal(on: [.interrupt, .terminate])
    let listener = try TCPListener(on: argument(0, or: "127.0.0.1:0"))
    print("listening on \(listener.localAddress)")

    let server = try ReadinessServer(listener, using: multiplexer, ServerConfiguration(stop: stop))
    let counters = server.counters
    try server.run(LineCounter())
    print("stopped: \(counters.snapshot)")
}
