public import Sockets

/// Receives lines, frames and counted bytes of a stream, and keeps what came after them.
///
/// ```swift
/// var reader = StreamReader(limit: 8192)
/// while let line = try await reader.line(from: client, within: .seconds(30)) {
///     try await client.sendLine(line.uppercased())
/// }
/// ```
///
/// One reader belongs to one stream. What it has received stays in it when a method throws, so that after `timedOut` or
/// `cancelled` the same call can be made again, and nothing is lost. It has no memory until something comes, and then as
/// much as the longest line or frame had: 4,096 bytes at first, and no more than four times the limit where that is more.
public struct StreamReader: Sendable {
    /// The most bytes that a line, without its end, a frame, without its header, or counted bytes may have.
    public let limit: Int
    var buffer: [UInt8] = []
    /// Where what nobody has taken begins and ends in the buffer.
    var start = 0
    var end = 0

    private static let leastRoom = 4096

    /// A reader for lines and frames of at most this many bytes; at least 1.
    public init(limit: Int = 65_536) { self.limit = max(1, limit) }

    /// Bytes that were received and not taken.
    public var bufferedCount: Int { end - start }

    /// Takes out what was received and not taken, for whoever goes on with the stream without the reader.
    public mutating func takeBuffered() -> [UInt8] { take(bufferedCount) }

    /// Receives exactly so many bytes.
    ///
    /// Throws: `messageTooLarge` for more than the limit; `unexpectedEnd` when the stream ends before, with what came in
    /// the reader; otherwise as `receive`. The time limit is that of the whole call. C: recv(2), repeated
    @inlinable
    public mutating func bytes<Address>(
        _ count: Int, from stream: borrowing AsyncStreamSocket<Address>, within limit: TimeLimit = .forever
    ) async throws(SocketError) -> [UInt8] {
        try checkWanted(count)
        let peer = stream.peerAddress
        do throws(SocketError) { return try await bytes(count, Source(stream.socket, limit)) } catch {
            throw named(error, peer)
        }
    }

    @usableFromInline
    mutating func bytes(_ count: Int, _ source: Source) async throws(SocketError) -> [UInt8] {
        guard try await has(count, source) else { throw SocketError(.recv, .unexpectedEnd) }
        return take(count)
    }
}

/// What an operation of several steps needs of a stream, from before the first of them: an actor can close its stream
/// while a call of its own is suspended.
@usableFromInline
struct Source {
    private let tenant: Tenant
    private let limit: TimeLimit

    @usableFromInline
    init(_ socket: borrowing AsyncSocket, _ limit: TimeLimit) {
        tenant = socket.reference.tenant
        self.limit = socket.reference.starting(limit)
    }

    func fill(_ buffer: inout [UInt8], from start: Int, atLeast least: Int) async throws(SocketError) -> Int {
        try await tenant.fill(&buffer, from: start, atLeast: least, limit)
    }
}

extension StreamReader {
    /// Whether so many bytes are there, after receiving until they are or the stream ends.
    mutating func has(_ count: Int, _ source: Source) async throws(SocketError) -> Bool {
        while bufferedCount < count {
            // Room grows with what came, not with what a peer says will come.
            if try await receive(count - bufferedCount, source) == 0 { return false }
        }
        return true
    }

    /// Receives what comes, at least one byte and as many as wanted if the room allows; 0 at the end of the stream.
    mutating func receive(_ wanted: Int, _ source: Source) async throws(SocketError) -> Int {
        makeRoom()
        do throws(SocketError) {
            let count = try await source.fill(&buffer, from: end, atLeast: min(wanted, buffer.count - end))
            end += count
            return count
        } catch {
            end += error.transferred
            throw error
        }
    }

    /// Takes bytes out.
    mutating func take(_ count: Int) -> [UInt8] {
        defer { skip(count) }
        return Array(buffer[start..<start + count])
    }

    /// Passes bytes over.
    mutating func skip(_ count: Int) {
        start += count
        if start == end { (start, end) = (0, 0) }
    }

    @usableFromInline
    func checkWanted(_ count: Int) throws(SocketError) {
        guard count >= 0 else { throw .invalid(.recv, "\(count) bytes cannot be received") }
        try check(count)
    }

    func check(_ count: Int) throws(SocketError) {
        guard count <= limit else {
            throw SocketError(.recv, .messageTooLarge, detail: "\(count) bytes are more than the \(limit) allowed")
        }
    }

    /// Moves what there is to the begin when no room is left behind it, and doubles the buffer when that gives little.
    private mutating func makeRoom() {
        if end < buffer.count { return }
        let count = bufferedCount
        if start > 0 {
            for place in 0..<count { buffer[place] = buffer[start + place] }
            (start, end) = (0, count)
        }
        if count * 2 > buffer.count || buffer.isEmpty {
            buffer.append(contentsOf: repeatElement(0, count: max(Self.leastRoom, buffer.count)))
        }
    }
}
