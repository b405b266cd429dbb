// An echo server for the benchmarks: async-echo PORT ENGINE
import AsyncSockets
import Sockets

let port = Port(CommandLine.arguments[1])!
let loop = try EventLoop(engine: EngineKind(rawValue: CommandLine.arguments[2]))
let listener = try AsyncTCPListener(on: .loopback(.v4, port: port), loop: loop)
try await listener.serve { client in
    try client.socket.withSocket { socket in try socket.setOption(.noDelay, to: true) }
    var buffer = [UInt8](repeating: 0, count: 65536)
    while case let count = try await client.receive(into: &buffer), count > 0 {
        try await client.sendAll(buffer.span.extracting(..<count))
    }
}
