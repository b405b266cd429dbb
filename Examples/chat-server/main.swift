// A chat: the first line of a client is its name, and what it says after that, all others hear.
//
//     swift run chat-server 127.0.0.1:7777      then, more than once: nc 127.0.0.1 7777; ends with Ctrl-C
import AsyncSockets
import ExampleSupport
import Sockets

/// Hands over line by line, for as long as `body` wants more.
func lines(of client: borrowing AsyncTCPStream, _ body: (String) async throws -> Bool) async throws {
    var buffer = [UInt8](repeating: 0, count: 1024), line: [UInt8] = []
    while case let count = try await client.receive(into: &buffer), count > 0 {
        for byte in buffer.prefix(count) {
            if byte == UInt8(ascii: "\n") {
                guard try await body(printable(line)) else { return }
                line = []
            } else {
                line.append(byte)
            }
            if line.count > 1000 { throw SocketError(.recv, .messageTooLarge, detail: "a line has at most 1000 bytes") }
        }
    }
}

/// The text, without what would stir the others' terminals.
func printable(_ bytes: [UInt8]) -> String {
    let scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars
    return String(String.UnicodeScalarView(scalars.filter { $0.properties.generalCategory != .control }))
}

/// One client: a task reads what it says, and another one writes what it hears.
func chat(_ client: borrowing AsyncTCPStream, in room: Room) async throws {
    let (inbox, outbox) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingNewest(100))
    try await client.concurrently(
        { client in for await line in inbox { try await client.sendAll(line.utf8.span, within: .seconds(10)) } },
        { client in
            var name: String?
            do {
                try await lines(of: client) { line in
                    if let name {
                        await room.tell(line, from: name)
                    } else if await room.enter(line, outbox) {
                        name = line
                    }
                    return name != nil
                }
            } catch { print("\(client.peerAddress): \(error)") }
            // Also ends the writer.
            if let name { await room.leave(name) } else { outbox.finish() }
        })
}

await example {
    let listener = try AsyncTCPListener(on: IPSocketAddress(parsing: argument(0, or: "127.0.0.1:0")))
    print("listening on \(listener.localAddress)")
    let room = Room(on: listener.socket.loop)
    try await listener.serve { client in try await chat(client, in: room) }
}
