import AsyncSockets
import Sockets
import TestSupport
import Testing

@Suite(.ownThread, .timeLimit(.minutes(1))) struct StreamReaderTests {
    /// What is sent, the limit, and what lines come out: a text, or the error that ends them.
    struct Row: Sendable, CustomTestStringConvertible {
        let sent: String
        var limit = 100
        let lines: [String]
        var testDescription: String { "\(sent.debugDescription) at most \(limit)" }
    }

    static let rows = [
        Row(sent: "", lines: []), Row(sent: "\n", lines: [""]), Row(sent: "\r\n", lines: [""]),
        Row(sent: "one\ntwo\r\nthree", lines: ["one", "two", "three"]), Row(sent: "a\n\nb\n", lines: ["a", "", "b"]),
        Row(sent: "a\rb\r\r\n", lines: ["a\rb\r"]), Row(sent: "end\r", lines: ["end\r"]),
        Row(sent: "12345\n", limit: 5, lines: ["12345"]), Row(sent: "12345\r\n", limit: 5, lines: ["12345"]),
        Row(sent: "12345", limit: 5, lines: ["12345"]), Row(sent: "123456\n", limit: 5, lines: ["EMSGSIZE"]),
        Row(sent: "1\n123456", limit: 5, lines: ["1", "EMSGSIZE"]),
        Row(sent: "123456789", limit: 5, lines: ["EMSGSIZE"]), Row(sent: "12345\r", limit: 5, lines: ["EMSGSIZE"]),
        Row(sent: "\u{e9}\u{1F600}\n", limit: 6, lines: ["\u{e9}\u{1F600}"]),
    ]

    private func lines(_ stream: borrowing AsyncTCPStream, _ limit: Int) async throws -> [String] {
        var (reader, lines) = (StreamReader(limit: limit), [String]())
        do throws(SocketError) {
            while let line = try await reader.line(from: stream) { lines.append(line) }
        } catch {
            // The error stays until somebody takes out what is there.
            let again = await socketError { () async throws(SocketError) in _ = try await reader.line(from: stream) }
            #expect(again?.code == error.code)
            lines.append(error.code.name)
        }
        return lines
    }

    @Test(arguments: EngineKind.available, rows)
    func `lines come out as they were sent, in one piece or byte by byte`(_ kind: EngineKind, _ row: Row) async throws {
        try await withLoop(kind) { loop in
            let whole = try Connection(loop)
            try whole.peer.sendAll(row.sent.utf8.span)
            try whole.peer.shutdown(.write)
            #expect(try await lines(whole.stream, row.limit) == row.lines)
            let single = try Connection(loop)
            let (stream, peer) = (Shared(single.stream), Shared(single.peer))
            async let got = lines(stream.value, row.limit)
            for byte in row.sent.utf8 {
                try peer.value.sendAll([byte].span)
                await Task.yield()
            }
            try peer.value.shutdown(.write)
            #expect(try await got == row.lines)
        }
    }

    @Test(arguments: EngineKind.available, Place.allCases)
    func `a time limit and cancelling leave what came in the reader`(_ kind: EngineKind, _ place: Place) async throws {
        try await withLoop(kind) { loop in
            try await place.run(loop) {
                let connection = try Connection(loop)
                var reader = StreamReader()
                for part in ["hel", "lo, ", "wor"] {
                    try connection.peer.sendAll(part.utf8.span)
                    let error = await socketError { () async throws(SocketError) in
                        _ = try await reader.line(from: connection.stream, within: .milliseconds(2))
                    }
                    #expect(error?.code == .timedOut)
                }
                try connection.peer.sendAll("ld\nrest".utf8.span)
                let line = try await reader.line(from: connection.stream)
                #expect(line == "hello, world")
                while reader.bufferedCount < 4 {
                    _ = await socketError { () async throws(SocketError) in
                        _ = try await reader.bytes(9, from: connection.stream, within: .milliseconds(2))
                    }
                }
                let rest = reader.takeBuffered()
                #expect(rest == Array("rest".utf8))
                #expect(reader.bufferedCount == 0)
            }
        }
    }

    static let formats: [FrameFormat] = [.byte, .bigEndian16, .bigEndian32, .littleEndian16, .littleEndian32]

    @Test(arguments: EngineKind.available, formats)
    func `frames come out as they were sent`(_ kind: EngineKind, _ format: FrameFormat) async throws {
        try await withLoop(kind) { loop in
            let pair = try AsyncUnixStream.pair(on: loop)
            let (sender, receiver) = (Shared(pair.first), Shared(pair.second))
            let frames =
                [0, 1, 2, 255, 254, 3].map(pattern) + (format == .byte ? [] : [5000, 65_535, 300].map(pattern))
            async let sending: Void = {
                for frame in frames { try await sender.value.sendFrame(frame.span, format) }
                try sender.value.shutdown(.write)
            }()
            var reader = StreamReader(limit: 65_535)
            var got: [[UInt8]] = []
            while let frame = try await reader.frame(format, from: receiver.value) { got.append(frame) }
            try await sending
            #expect(got == frames)
        }
    }

    @Test(arguments: EngineKind.available)
    func `the header of a frame is a number in the order that its format says`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let headers: [[UInt8]] = [[3], [0, 3], [0, 0, 0, 3], [3, 0], [3, 0, 0, 0]]
            for (format, header) in zip(Self.formats, headers) {
                let connection = try Connection(loop)
                try await connection.stream.sendFrame([7, 8, 9].span, format)
                try connection.stream.shutdown(.write)
                #expect(try connection.peer.receiveAll() == header + [7, 8, 9])
            }
            let connection = try Connection(loop)
            let error = await socketError { () async throws(SocketError) in
                try await connection.stream.sendFrame(pattern(256).span, .byte)
            }
            #expect(error?.code == .invalidInput)
        }
    }

    @Test(arguments: EngineKind.available)
    func `a frame that promises too much, or ends early, is an error`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let large = try Connection(loop)
            try large.peer.sendAll([255, 255, 255, 255, 1].span)
            var reader = StreamReader(limit: 1000)
            for _ in 0..<2 {
                let error = await socketError { () async throws(SocketError) in
                    _ = try await reader.frame(.bigEndian32, from: large.stream)
                }
                #expect(error?.code == .messageTooLarge)
                #expect(error?.peerAddress?.ip == large.stream.peerAddress)
            }
            for part: [UInt8] in [[0], [0, 5], [0, 5, 1, 2, 3, 4]] {
                let short = try Connection(loop)
                try short.peer.sendAll(part.span)
                try short.peer.shutdown(.write)
                var reader = StreamReader()
                let error = await socketError { () async throws(SocketError) in
                    _ = try await reader.frame(.bigEndian16, from: short.stream)
                }
                #expect(error?.code == .unexpectedEnd)
                #expect(error?.peerAddress?.ip == short.stream.peerAddress)
                #expect(reader.takeBuffered() == part)
            }
        }
    }

    @Test(arguments: EngineKind.available)
    func `lines, counted bytes and frames can follow each other`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let connection = try Connection(loop)
            try connection.peer.sendAll("$5\r\n".utf8.span)
            try connection.peer.sendAll("a\nb\r\n\r\n\u{0}\u{2}xy".utf8.span)
            var reader = StreamReader(limit: 5)
            let head = try await reader.lineBytes(from: connection.stream)
            let body = try await reader.bytes(5, from: connection.stream)
            let none = try await reader.bytes(0, from: connection.stream)
            let end = try await reader.line(from: connection.stream)
            let frame = try await reader.frame(.bigEndian16, from: connection.stream)
            #expect(head == Array("$5".utf8) && body == Array("a\nb\r\n".utf8) && none.isEmpty)
            #expect(end == "" && frame == Array("xy".utf8))
            for count in [6, -1] {
                let error = await socketError { () async throws(SocketError) in
                    _ = try await reader.bytes(count, from: connection.stream)
                }
                #expect(error?.code == (count < 0 ? .invalidInput : .messageTooLarge))
                // What the caller asked for is no fault of the peer.
                #expect(error?.peerAddress == nil)
            }
            try await connection.stream.sendLine("bye")
            try connection.stream.shutdown(.write)
            #expect(try connection.peer.receiveAll() == Array("bye\n".utf8))
        }
    }
}

@Suite(.ownThread, .timeLimit(.minutes(1))) struct ChunksTests {
    @Test(arguments: EngineKind.available, Place.allCases)
    func `chunks are what comes, to the end`(_ kind: EngineKind, _ place: Place) async throws {
        try await withLoop(kind) { loop in
            let sent = pattern(300_000)
            let connection = try Connection(loop)
            let (stream, peer) = (Shared(connection.stream), Shared(connection.peer))
            try await place.run(loop) {
                async let sending: Void = Background.result {
                    try peer.value.sendAll(sent.span)
                    try peer.value.shutdown(.write)
                }
                var got: [UInt8] = []
                // Where one loop ends, the next one goes on.
                for try await chunk in stream.value.chunks() {
                    #expect(!chunk.isEmpty)
                    got += chunk
                    if got.count > 1000 { break }
                }
                for try await chunk in stream.value.chunks(within: .seconds(60)) { got += chunk }
                #expect(got == sent)
                try await sending
            }
        }
    }

    @Test(arguments: EngineKind.available)
    func `chunks of a stream that is gone are an error, also when another has its place`(
        _ kind: EngineKind
    ) async throws {
        try await withLoop(kind) { loop in
            var connection = try Connection(loop)
            let chunks = connection.stream.chunks()
            try await connection.stream.close()
            connection = try Connection(loop)
            try connection.peer.sendAll([1].span)
            for place in Place.allCases {
                let code = try await place.run(loop) {
                    await socketError { () async throws(SocketError) in for try await _ in chunks {} }?.code
                }
                #expect(code == .closed)
            }
            var buffer: [UInt8] = [0]
            let count = try await connection.stream.receive(into: &buffer)
            #expect(count == 1)
        }
    }

    @Test(arguments: EngineKind.available)
    func `a time limit is that of each chunk, and names the peer`(_ kind: EngineKind) async throws {
        try await withLoop(kind) { loop in
            let connection = try Connection(loop)
            try connection.peer.sendAll([1, 2].span)
            var got: [UInt8] = []
            for try await chunk in connection.stream.chunks(within: .seconds(60)) {
                got += chunk
                if got.count == 2 { break }
            }
            let error = await socketError { () async throws(SocketError) in
                for try await chunk in connection.stream.chunks(within: .milliseconds(2)) { got += chunk }
            }
            #expect(error?.code == .timedOut)
            #expect(error?.peerAddress?.ip == connection.stream.peerAddress)
            #expect(got == [1, 2])
        }
    }
}
