// An async TCP server: a task for each client, and one thread for all of them.
//
//     swift run async-echo 127.0.0.1:7777      ends with Ctrl-C
import AsyncSockets
import ExampleSupport
import Sockets

await example {
    let listener = try AsyncTCPListener(on: IPSocketAddress(parsing: argument(0, or: "127.0.0.1:0")))
    print("listening on \(listener.localAddress)")

    // A client's task waits where a thread would: without a thread. Whoever says nothing for 30 seconds is sent away.
    try await listener.serve { client in
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = try await client.receive(into: &buffer, within: .seconds(30)), count > 0 {
            try await client.sendAll(buffer.span.extracting(..<count))
        }
    }
}
