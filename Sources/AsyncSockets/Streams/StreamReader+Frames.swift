public import Sockets

extension StreamReader {
    /// Receives a frame, without its header; nil at the end of the stream.
    ///
    /// Throws: `messageTooLarge` for a frame that is longer than the limit by its header, which stays in the reader;
    /// `unexpectedEnd` when the stream ends within a frame; otherwise as `receive`. The time limit is that of the whole
    /// frame. Memory grows with what comes, not with what the header promises. C: recv(2), repeated
    @inlinable
    public mutating func frame<Address>(
        _ format: FrameFormat, from stream: borrowing AsyncStreamSocket<Address>, within limit: TimeLimit = .forever
    ) async throws(SocketError) -> [UInt8]? {
        let peer = stream.peerAddress
        do throws(SocketError) { return try await frame(format, Source(stream.socket, limit)) } catch {
            throw named(error, peer)
        }
    }

    @usableFromInline
    mutating func frame(_ format: FrameFormat, _ source: Source) async throws(SocketError) -> [UInt8]? {
        let header = format.headerSize
        guard try await has(header, source) else {
            if bufferedCount == 0 { return nil }
            throw SocketError(.recv, .unexpectedEnd)
        }
        let count = format.count(buffer[start..<start + header])
        try check(count)
        guard try await has(header + count, source) else { throw SocketError(.recv, .unexpectedEnd) }
        skip(header)
        return take(count)
    }
}

extension AsyncStreamSocket {
    /// Sends a frame: a header that says how many bytes there are, and the bytes, in one call if there is room.
    ///
    /// Throws: `invalidInput` for more bytes than the header can say; otherwise as ``sendAll(_:within:)``, where
    /// `transferred` counts the header too. C: sendmsg(2), repeated
    public func sendFrame(
        _ bytes: Span<UInt8>, _ format: FrameFormat, within limit: TimeLimit = .forever
    ) async throws(SocketError) {
        guard bytes.count <= format.mostBytes else {
            throw .invalid(.sendmsg, "\(bytes.count) bytes are more than the \(format.mostBytes) that a header says")
        }
        let header = format.header(bytes.count)
        try await sendAll(header.span, bytes, within: limit)
    }
}
