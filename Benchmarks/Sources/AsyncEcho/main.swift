// Servers on tasks, for the benchmarks: async-echo PORT ENGINE [VARIANT [BYTES]]. Each client of the plain variant has a
// buffer of its own, as the echo of the documentation has it, of this many bytes (4096). The variants:
//
//   plain  what is used when none is named
//   lent   the bytes are sent from the memory they were received into, and an idle connection holds none
//   limit  as plain, but each receive and send takes at most 30 seconds
//   bulk   streams in one direction, as c/bulk.h says
//   udp    sends every datagram back
//
// The engine `bare` is none: tasks on epoll without AsyncSockets, in the plain variant.
import AsyncSockets
import Sockets

let arguments = CommandLine.arguments
guard arguments.count >= 3, let port = Port(arguments[1]) else {
    fatalError("usage: async-echo PORT ENGINE [plain|lent|limit|bulk|udp [BYTES]]")
}
let variant = arguments.count > 3 ? arguments[3] : "plain"
guard let room = Int(arguments.count > 4 ? arguments[4] : "4096"), room > 0 else {
    fatalError("BYTES is a number above 0, not \(arguments[4])")
}
if arguments[2] == "bare" { try serveBare(port, room) }
let engine = EngineKind(rawValue: arguments[2])

// In the main thread and without others, as the servers in C.
try EventLoop.run(engine: engine) { _ in
    switch variant {
    case "plain": try await serve(listen(port), room)
    case "lent": try await serveLent(listen(port))
    case "limit": try await serveLimited(listen(port), room)
    case "bulk": try await serveBulk(listen(port))
    case "udp": try await echoDatagrams(AsyncUDPSocket(boundTo: .loopback(port: port)))
    default: fatalError("there is no variant \(variant)")
    }
}
