// An echo server on tasks, for the benchmarks: async-echo PORT ENGINE [lent]. With `lent`, the bytes are sent from the memory
// they were received into, and an idle connection holds none.
import AsyncSockets
import Sockets

let arguments = CommandLine.arguments
guard arguments.count >= 3, let port = Port(arguments[1]) else { fatalError("usage: async-echo PORT ENGINE [lent]") }
let isLent = arguments.count > 3 && arguments[3] == "lent"
let loop = try EventLoop(engine: EngineKind(rawValue: arguments[2]))

/// Bytes received at once.
let room = 65536

func serve(_ listener: borrowing AsyncTCPListener) async throws {
    try await listener.serve { client in
        var buffer = [UInt8](repeating: 0, count: room)
        while case let count = try await client.receive(into: &buffer), count > 0 {
            try await client.sendAll(buffer.span.extracting(..<count))
        }
    }
}

func serveLent(_ listener: borrowing AsyncTCPListener) async throws {
    try await listener.serve { client in
        while try await client.receive({ bytes async throws in
            try await client.sendAll(bytes)
            return bytes.count
        }) > 0 {}
    }
}

Task(executorPreference: loop) {
    let listener = try AsyncTCPListener(on: .loopback(port: port), loop: loop)
    // Accepted sockets inherit it.
    try listener.socket.withSocket { (socket) throws(SocketError) in try socket.setOption(.noDelay, to: true) }
    if isLent { try await serveLent(listener) } else { try await serve(listener) }
}

// A synchronous main thread that waits for nothing: tools that count instructions cannot follow an asynchronous one.
let pair = try UnixStream.pair()
var byte: [UInt8] = [0]
_ = try pair.first.receive(into: &byte)
