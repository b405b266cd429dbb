// A DNS client: asks a name server over UDP, asks again when no answer comes, and over TCP when the answer is too long.
//
//     swift run dns-client 127.0.0.1:53 example.com A      or AAAA, or TXT
import AsyncSockets
import ExampleSupport
import Sockets

/// Datagrams get lost, and so does the answer: it takes a time after which to ask again.
func askByDatagrams(_ query: Query, _ server: IPSocketAddress) async throws -> Answer {
    // With a fixed peer, nobody else's datagrams come through, and a server that is not there is heard of.
    let socket = try AsyncConnectedUDPSocket.connect(to: server)
    var buffer = [UInt8](repeating: 0, count: 4096)
    for attempt in 1...3 {
        try await socket.send(query.bytes.span)
        let deadline = Deadline.after(.milliseconds(500 * attempt))
        do throws(SocketError) {
            while true {
                let datagram = try await socket.receive(into: &buffer, within: .until(deadline))
                // What does not answer this query, such as an answer that comes late, is passed over.
                if let answer = Answer(buffer[..<datagram.count], to: query) { return answer }
            }
        } catch {
            guard error.code == .timedOut else { throw error }
            print("no answer, attempt \(attempt)")
        }
    }
    throw SocketError(.recv, .timedOut, detail: "\(server) does not answer")
}

/// The same messages, each after its length in two bytes.
func askByStream(_ query: Query, _ server: IPSocketAddress) async throws -> Answer {
    let stream = try await AsyncTCPStream.connect(to: server, within: .seconds(5))
    let count = query.bytes.count
    try await stream.sendAll(([UInt8(count >> 8), UInt8(count & 255)] + query.bytes).span, within: .seconds(5))
    let prefix = try await receive(2, from: stream)
    let message = try await receive(Int(prefix[0]) << 8 | Int(prefix[1]), from: stream)
    guard let answer = Answer(message[...], to: query) else {
        throw SocketError(.recv, .protocolError, detail: "this is no answer")
    }
    return answer
}

/// Exactly so many bytes.
func receive(_ count: Int, from stream: borrowing AsyncTCPStream) async throws -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: max(1, count)), bytes: [UInt8] = []
    while bytes.count < count {
        let got = try await stream.receive(into: &buffer, within: .seconds(5))
        if got == 0 { throw SocketError(.recv, .unexpectedEnd) }
        bytes += buffer.prefix(got)
    }
    return bytes
}

await example {
    let server = try IPSocketAddress(parsing: argument(0, or: "127.0.0.1:53"))
    let kind = argument(2, or: "A")
    guard let query = Query(argument(1, or: "localhost"), kind) else {
        throw SocketError(.parse, .invalidInput, detail: "a name has parts of 1 to 63 bytes; types are A, AAAA and TXT")
    }
    var answer = try await askByDatagrams(query, server)
    if answer.isTruncated {
        print("too long for a datagram: asking over TCP")
        answer = try await askByStream(query, server)
    }
    if answer.status != 0 { print("status \(answer.status)\(answer.status == 3 ? ", no such name" : "")") }
    for record in answer.records { print("\(kind) \(record)") }
    print("\(answer.records.count) records")
}
