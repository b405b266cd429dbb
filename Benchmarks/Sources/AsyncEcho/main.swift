// An echo server on tasks, for the benchmarks: async-echo PORT ENGINE [lent]. With `lent`, the bytes are sent from the memory
// they were received into, and an idle connection holds none.
import AsyncSockets
import Sockets

let arguments = CommandLine.arguments
guard arguments.count >= 3, let port = Port(arguments[1]) else { fatalError("usage: async-echo PORT ENGINE [lent]") }
let isLent = arguments.count > 3 && arguments[3] == "lent"
let engine = EngineKind(rawValue: arguments[2])

// In the main thread and without others, as the servers in C.
try EventLoop.run(engine: engine) { _ in
    let listener = try AsyncTCPListener(on: .loopback(port: port))
    // Accepted sockets inherit it.
    try listener.socket.withSocket { (socket) throws(SocketError) in try socket.setOption(.noDelay, to: true) }
    if isLent { try await serveLent(listener) } else { try await serve(listener) }
}
