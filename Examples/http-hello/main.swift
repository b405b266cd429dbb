// An HTTP/1.1 server that says hello: connections stay open for further requests, also for some sent at once.
//
//     swift run http-hello 127.0.0.1:8080      then: curl http://127.0.0.1:8080/; ends with Ctrl-C
import AsyncSockets
import ExampleSupport
import Sockets

/// What the server has to know of a request: its first line, and two of its fields.
struct Request {
    let method: Substring
    let isPersistent: Bool
    let hasBody: Bool

    /// Reads the lines of a head, or nothing when they are none of HTTP.
    init?(_ head: ArraySlice<UInt8>) {
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
        let words = lines[0].split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0" else { return nil }
        let fields = lines.dropFirst().map { $0.lowercased() }
        method = words[0]
        hasBody = fields.contains { $0.hasPrefix("content-length:") || $0.hasPrefix("transfer-encoding:") }
        let wish = fields.first { $0.hasPrefix("connection:") } ?? ""
        isPersistent = words[2] == "HTTP/1.1" ? !wish.contains("close") : wish.contains("keep-alive")
    }
}

/// The answer, and whether the connection stays open after it.
func answer(_ request: Request?) -> (text: String, goesOn: Bool) {
    guard let request else { return (response("400 Bad Request", "no HTTP\n", goesOn: false), false) }
    let goesOn = request.isPersistent && !request.hasBody
    guard request.method == "GET" || request.method == "HEAD", !request.hasBody else {
        return (response("501 Not Implemented", "GET and HEAD only\n", goesOn: false), false)
    }
    return (response("200 OK", "hello\n", goesOn: goesOn, isHead: request.method == "HEAD"), goesOn)
}

func response(_ status: String, _ body: String, goesOn: Bool, isHead: Bool = false) -> String {
    let head = "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\nContent-Type: text/plain\r\n"
    return head + "Connection: \(goesOn ? "keep-alive" : "close")\r\n\r\n" + (isHead ? "" : body)
}

/// Where the first empty line ends, if there is one.
func endOfHead(_ bytes: ArraySlice<UInt8>) -> Int? {
    var end = bytes.startIndex + 4
    while end <= bytes.endIndex {
        if bytes[end - 4..<end].elementsEqual("\r\n\r\n".utf8) { return end }
        end += 1
    }
    return nil
}

await example {
    let listener = try AsyncTCPListener(on: IPSocketAddress(parsing: argument(0, or: "127.0.0.1:8080")))
    print("listening on \(listener.localAddress)")
    try await listener.serve { client in
        var buffer = [UInt8](repeating: 0, count: 8192), pending: ArraySlice<UInt8> = []
        while case let count = try await client.receive(into: &buffer, within: .seconds(60)), count > 0 {
            pending += buffer.prefix(count)
            var (text, goesOn) = ("", true)
            // Several requests can come at once: all answers go in one send.
            while goesOn, let end = endOfHead(pending) {
                let next = answer(Request(pending[..<(end - 4)]))
                (text, goesOn) = (text + next.text, next.goesOn)
                pending = pending[end...]
            }
            if goesOn, pending.count > 8192 {
                (text, goesOn) = (response("431 Request Header Fields Too Large", "", goesOn: false), false)
            }
            try await client.sendAll(text.utf8.span, within: .seconds(10))
            guard goesOn else { break }
            pending = ArraySlice(Array(pending))
        }
    }
}
