// A client of Redis: commands and replies over TCP or a Unix socket, one by one and many in one go.
//
//     swift run redis-client 127.0.0.1:6379      or the path of its socket
import AsyncSockets
import ExampleSupport
import Sockets

/// A connection to a server, and what came of the next reply.
struct Redis<Address: SocketAddressProtocol>: ~Copyable {
    private let stream: AsyncStreamSocket<Address>
    private var pending: ArraySlice<UInt8> = []
    private var buffer = [UInt8](repeating: 0, count: 4096)

    init(_ stream: consuming AsyncStreamSocket<Address>) { self.stream = stream }

    /// Sends all commands at once, and waits for all replies: the way there and back is paid for once.
    mutating func send(_ commands: [[String]]) async throws -> [Reply] {
        let text = commands.map { words in
            "*\(words.count)\r\n" + words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()
        }.joined()
        try await stream.sendAll(text.utf8.span, within: .seconds(5))
        var replies: [Reply] = []
        for _ in commands { replies.append(try await reply()) }
        return replies
    }

    mutating func send(_ words: String...) async throws -> Reply { try await send([words])[0] }

    /// The next reply: its first byte says what it is. Depth is limited, because the server decides on it.
    private mutating func reply(depth: Int = 0) async throws -> Reply {
        let line = try await line(), rest = String(line.dropFirst())
        switch (line.first, Int(rest)) {
        case ("+", _): return .status(rest)
        case ("-", _): return .failure(rest)
        case (":", let number?): return .number(number)
        case ("$", -1), ("*", -1): return .null
        case ("$", let count?) where 0...536_870_912 ~= count:
            return .text(String(decoding: try await take(count), as: UTF8.self))
        case ("*", let count?) where 0...1_000_000 ~= count && depth < 8:
            var list: [Reply] = []
            for _ in 0..<count { list.append(try await reply(depth: depth + 1)) }
            return .list(list)
        default: throw SocketError(.recv, .protocolError, detail: "a reply begins with \(line)")
        }
    }

    private mutating func line() async throws -> String {
        while true {
            if let end = pending.firstIndex(of: UInt8(ascii: "\r")), end + 1 < pending.endIndex {
                defer { pending = pending[(end + 2)...] }
                return String(decoding: pending[..<end], as: UTF8.self)
            }
            guard pending.count < 65536 else { throw SocketError(.recv, .messageTooLarge) }
            try await receive()
        }
    }

    private mutating func take(_ count: Int) async throws -> ArraySlice<UInt8> {
        while pending.count < count + 2 { try await receive() }
        defer { pending = pending.dropFirst(count + 2) }
        return pending.prefix(count)
    }

    private mutating func receive() async throws {
        let count = try await stream.receive(into: &buffer, within: .seconds(5))
        if count == 0 { throw SocketError(.recv, .unexpectedEnd) }
        pending = ArraySlice(pending + buffer.prefix(count))
    }
}

await example {
    let place = argument(0, or: "127.0.0.1:6379")
    if place.hasPrefix("/") { return try await session(Redis(try await AsyncUnixStream.connect(to: place))) }
    try await session(Redis(try await AsyncTCPStream.connect(to: IPSocketAddress(parsing: place))))
}
