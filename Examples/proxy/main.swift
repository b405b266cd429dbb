// A TCP proxy: what clients send goes to another server, and its answers come back. `sock proxy` is one with more to it.
//
//     swift run proxy 127.0.0.1:7777 127.0.0.1:80      ends with Ctrl-C
import AsyncSockets
import ExampleSupport
import Sockets

/// Moves bytes until one side ends, and hands the end on: the other direction may go on for long.
func copy(from source: borrowing AsyncTCPStream, to target: borrowing AsyncTCPStream) async throws {
    var buffer = [UInt8](repeating: 0, count: 16384)
    while case let count = try await source.receive(into: &buffer), count > 0 {
        try await target.sendAll(buffer.span.extracting(..<count))
    }
    try target.shutdown(.write)
}

await example {
    let address = try IPSocketAddress(parsing: argument(1, or: "127.0.0.1:80"))
    let listener = try AsyncTCPListener(on: IPSocketAddress(parsing: argument(0, or: "127.0.0.1:0")))
    print("listening on \(listener.localAddress)")

    var configuration = ServeConfiguration()
    // A target that refuses costs the client that wanted it.
    configuration.onEvent = { event in
        if case .handlerFailed(let error) = event { print("failed: \(error)") }
    }
    try await listener.serve(configuration) { client in
        let target = try await AsyncTCPStream.connect(to: address, within: .seconds(10))
        // One socket can receive and send at the same time, in two tasks. When one of them fails, the other is cancelled.
        try await client.concurrently(
            { client in try await copy(from: client, to: target) },
            { client in try await copy(from: target, to: client) })
    }
}
