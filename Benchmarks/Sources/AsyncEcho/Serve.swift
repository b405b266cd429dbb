import AsyncSockets
import Sockets

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
