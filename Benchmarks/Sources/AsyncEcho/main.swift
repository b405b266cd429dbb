// Servers on tasks, for the benchmarks: async-echo PORT ENGINE [VARIANT]. Without a variant each client has a buffer of its
// own, as the echo of the documentation has it. The variants:
//
//   lent   the bytes are sent from the memory they were received into, and an idle connection holds none
//   limit  as without, but a receive takes at most 30 seconds
//   bulk   streams in one direction, as c/bulk.h says
//   udp    sends every datagram back
import AsyncSockets
import Sockets

let arguments = CommandLine.arguments
guard arguments.count >= 3, let port = Port(arguments[1]) else {
    fatalError("usage: async-echo PORT ENGINE [lent|limit|bulk|udp]")
}
let variant = arguments.count > 3 ? arguments[3] : ""
let engine = EngineKind(rawValue: arguments[2])

// In the main thread and without others, as the servers in C.
try EventLoop.run(engine: engine) { _ in
    switch variant {
    case "": try await serve(listen(port))
    case "lent": try await serveLent(listen(port))
    case "limit": try await serveLimited(listen(port))
    case "bulk": try await serveBulk(listen(port))
    case "udp": try await echoDatagrams(AsyncUDPSocket(boundTo: .loopback(port: port)))
    default: fatalError("there is no variant \(variant)")
    }
}
