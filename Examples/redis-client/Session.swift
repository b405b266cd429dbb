/// What Redis answers.
enum Reply: CustomStringConvertible {
    case status(String), failure(String), number(Int), text(String), null
    case list([Reply])

    var description: String {
        switch self {
        case .status(let text): text
        case .failure(let text): "error: \(text)"
        case .number(let number): "\(number)"
        case .text(let text): "\"\(text)\""
        case .null: "nothing"
        case .list(let replies): "[\(replies.map(\.description).joined(separator: ", "))]"
        }
    }
}

/// A few commands that any server knows.
func session<Address>(_ connection: consuming Redis<Address>) async throws {
    var redis = connection
    print("SET: \(try await redis.send("SET", "greeting", "hello\r\nworld"))")
    print("GET: \(try await redis.send("GET", "greeting"))")
    print("missing: \(try await redis.send("GET", "no such key"))")
    print("INCR: \(try await redis.send("INCR", "visits"))")
    print("wrong: \(try await redis.send("INCR", "greeting"))")
    let replies = try await redis.send((1...1000).map { ["RPUSH", "numbers", "\($0)"] })
    print("pipeline: \(replies.count) replies, the last one is \(replies[999])")
    print("list: \(try await redis.send("LRANGE", "numbers", "-3", "-1"))")
    let big = String(repeating: "x", count: 1_000_000)
    _ = try await redis.send("SET", "big", big)
    if case .text(let text) = try await redis.send("GET", "big") { print("big: \(text == big)") }
    _ = try await redis.send("DEL", "greeting", "visits", "numbers", "big")
}
