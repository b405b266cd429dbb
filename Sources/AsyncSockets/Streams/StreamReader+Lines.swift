public import Sockets

extension StreamReader {
    /// Receives a line, without the line feed at its end and a carriage return before that; nil at the end of the stream.
    ///
    /// A last line without an end counts as one. What is no UTF-8 in it becomes U+FFFD; ``lineBytes(from:within:)`` has the
    /// bytes. Throws: `messageTooLarge` for a line longer than the limit, again and again, for its rest is still to come;
    /// otherwise as `receive`. The time limit is that of the whole line. C: recv(2), repeated
    @inlinable
    public mutating func line<Address>(
        from stream: borrowing AsyncStreamSocket<Address>, within limit: TimeLimit = .forever
    ) async throws(SocketError) -> String? {
        guard let count = try await measuredLine(stream, limit) else { return nil }
        return takeText(count)
    }

    /// Receives a line as bytes; otherwise as ``line(from:within:)``. C: recv(2), repeated
    @inlinable
    public mutating func lineBytes<Address>(
        from stream: borrowing AsyncStreamSocket<Address>, within limit: TimeLimit = .forever
    ) async throws(SocketError) -> [UInt8]? {
        guard let count = try await measuredLine(stream, limit) else { return nil }
        return takeBytes(count)
    }

    /// How long the next line is, without its end and with it.
    @inlinable
    mutating func measuredLine<Address>(
        _ stream: borrowing AsyncStreamSocket<Address>, _ limit: TimeLimit
    ) async throws(SocketError) -> (text: Int, whole: Int)? {
        let peer = stream.peerAddress
        do throws(SocketError) {
            if let count = try bufferedLine(after: 0) { return count }
            return try await receiveLine(Source(stream.socket, limit))
        } catch { throw named(error, peer) }
    }

    /// As `measuredLine`, when what is there is no whole line.
    @usableFromInline
    mutating func receiveLine(_ source: Source) async throws(SocketError) -> (text: Int, whole: Int)? {
        while true {
            let searched = bufferedCount
            // A carriage return may be the first byte of the end.
            if searched - 1 > limit { try check(searched) }
            if try await receive(1, source) == 0 { return bufferedCount == 0 ? nil : try measure(bufferedCount, 0) }
            if let count = try bufferedLine(after: searched) { return count }
        }
    }

    @usableFromInline
    func bufferedLine(after searched: Int) throws(SocketError) -> (text: Int, whole: Int)? {
        guard let end = buffer[(start + searched)..<end].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        return try measure(end - start, 1)
    }

    @usableFromInline
    mutating func takeText(_ count: (text: Int, whole: Int)) -> String {
        defer { skip(count.whole) }
        return String(decoding: buffer[start..<start + count.text], as: UTF8.self)
    }

    @usableFromInline
    mutating func takeBytes(_ count: (text: Int, whole: Int)) -> [UInt8] {
        defer { skip(count.whole) }
        return Array(buffer[start..<start + count.text])
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
