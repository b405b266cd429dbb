import AsyncSockets
import Sockets

/// Bytes received at once of a stream in one direction, and the most that a datagram has.
let most = 65536

func listen(_ port: Port) throws -> AsyncTCPListener {
    let listener = try AsyncTCPListener(on: .loopback(port: port))
    // Accepted sockets inherit it.
    try listener.socket.withSocket { (socket) throws(SocketError) in try socket.setOption(.noDelay, to: true) }
    return listener
}

func serve(_ listener: borrowing AsyncTCPListener, _ room: Int) async throws {
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

/// What a server does that waits for nobody for ever.
func serveLimited(_ listener: borrowing AsyncTCPListener, _ room: Int) async throws {
    try await listener.serve { client in
        var buffer = [UInt8](repeating: 0, count: room)
        while case let count = try await client.receive(into: &buffer, within: .seconds(30)), count > 0 {
            try await client.sendAll(buffer.span.extracting(..<count), within: .seconds(30))
        }
    }
}

func echoDatagrams(_ socket: consuming AsyncUDPSocket) async throws {
    var buffer = [UInt8](repeating: 0, count: most)
    while true {
        let datagram = try await socket.receive(into: &buffer)
        // An answer that cannot be sent is a datagram lost, as on any network.
        _ = try? await socket.send(buffer.span.extracting(..<datagram.count), to: datagram.sender)
    }
}
