import AsyncSockets
import Sockets

/// What a client receives: byte number N is N % 251, over and over.
private let chunk: [UInt8] = (0..<251 * 260).map { UInt8($0 % 251) }

/// The client's first byte says in which direction it goes on.
func serveBulk(_ listener: borrowing AsyncTCPListener) async throws {
    try await listener.serve { client in
        var first: InlineArray<1, UInt8> = [0]
        guard try await client.receive(into: &first) > 0 else { return }
        if first[0] == UInt8(ascii: "<") { try await sendForEver(client) } else { try await receiveAll(client) }
    }
}

/// Ends when the client has enough and is gone.
private func sendForEver(_ client: borrowing AsyncTCPStream) async throws {
    while true { try await client.sendAll(chunk.span) }
}

private func receiveAll(_ client: borrowing AsyncTCPStream) async throws {
    var buffer = [UInt8](repeating: 0, count: most)
    var total: UInt64 = 0
    while case let count = try await client.receive(into: &buffer), count > 0 { total += UInt64(count) }
    let answer = (0..<8).map { UInt8(truncatingIfNeeded: total >> (8 * $0)) }
    try await client.sendAll(answer.span)
}
