public import Sockets

extension StreamReader {
    /// Receives a line, without the line feed at its end and a carriage return before that; nil at the end of the stream.
    ///
    /// A last line without an end counts as one. What is no UTF-8 in it becomes U+FFFD; ``lineBytes(from:within:)`` has the
    /// bytes. Throws: `messageTooLarge` for a line longer than the limit, again and again, for its rest is still to come;
    /// otherwise as `receive`. The time limit is that of the whole line. C: recv(2), repeated
    public mutating func line<Address>(
        from stream: borrowing AsyncStreamSocket<Address>, within limit: TimeLimit = .forever
    ) async throws(SocketError) -> String? {
        guard let count = try await lineCount(Source(stream, limit)) else { return nil }
        let text = String(decoding: buffer[start..<start + count.text], as: UTF8.self)
        skip(count.whole)
        return text
    }

    /// Receives a line as bytes; otherwise as ``line(from:within:)``. C: recv(2), repeated
    public mutating func lineBytes<Address>(
        from stream: borrowing AsyncStreamSocket<Address>, within limit: TimeLimit = .forever
    ) async throws(SocketError) -> [UInt8]? {
        guard let count = try await lineCount(Source(stream, limit)) else { return nil }
        let bytes = Array(buffer[start..<start + count.text])
        skip(count.whole)
        return bytes
    }

    /// How many bytes the next line has, without its end and with it.
    private mutating func lineCount<Address>(
        _ source: Source<Address>
    ) async throws(SocketError) -> (text: Int, whole: Int)? {
        var searched = 0
        while true {
            if let place = lineFeed(after: searched) { return try measure(place, 1) }
            searched = bufferedCount
            // A carriage return may be the first byte of the end.
            if searched > limit + 1 { try check(searched) }
            if try await receive(1, source) == 0 { return bufferedCount == 0 ? nil : try measure(bufferedCount, 0) }
        }
    }

    private func lineFeed(after searched: Int) -> Int? {
        buffer[(start + searched)..<end].firstIndex(of: UInt8(ascii: "\n")).map { $0 - start }
    }

    private func measure(_ count: Int, _ ending: Int) throws(SocketError) -> (text: Int, whole: Int) {
        let hasReturn = ending > 0 && count > 0 && buffer[start + count - 1] == UInt8(ascii: "\r")
        let text = hasReturn ? count - 1 : count
        try check(text)
        return (text, count + ending)
    }
}

extension AsyncStreamSocket {
    /// Sends a text and a line feed. Throws: as ``sendAll(_:within:)``. C: sendmsg(2), repeated
    public func sendLine(_ text: String, within limit: TimeLimit = .forever) async throws(SocketError) {
        let end: [UInt8] = [UInt8(ascii: "\n")]
        try await sendAll(text.utf8.span, end.span, within: limit)
    }
}
