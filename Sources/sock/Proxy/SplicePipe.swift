import AsyncSockets
internal import CSocketShim
import Sockets

/// A pipe that bytes go through from socket to socket, within the kernel. C: splice(2)
struct SplicePipe: ~Copyable {
    private let readEnd: OwnedDescriptor
    private let writeEnd: OwnedDescriptor
    private let content = ByteCounter()

    /// Bytes to ask for in a pipe. A user without privileges gets less when pipes are many.
    private static let size: Int32 = 1 << 18
    /// More than any pipe holds.
    private static let most = 1 << 30

    /// Makes a pipe.
    init() throws(SocketError) {
        var ends = InlineArray<2, Int32>(repeating: -1)
        var span = ends.mutableSpan
        // The call writes two numbers, which is the room there is.
        let result = unsafe span.withUnsafeMutableBufferPointer { (ends) -> Int32 in
            guard let base = ends.baseAddress else { return -csock_EINVAL }
            return unsafe csock_pipe(base, csock_SOCK_CLOEXEC | csock_SOCK_NONBLOCK)
        }
        _ = try checked(.pipe, Int64(result))
        let first = try OwnedDescriptor(adopting: ends[0])
        writeEnd = try OwnedDescriptor(adopting: ends[1])
        readEnd = first
        _ = csock_set_pipe_size(writeEnd.number, Self.size)
    }

    /// Whether the system can do it.
    static let isSupported = csock_splice(-1, -1, 1) != -Int64(csock_ENOSYS)

    var isEmpty: Bool { content.count == 0 }

    /// The kernel looks at the socket's own mode; the engine may have left it blocking.
    func prepare(_ socket: borrowing AsyncSocket) throws(SocketError) {
        try socket.withSocket { (socket) throws(SocketError) in try socket.setMode(.nonBlocking) }
    }

    /// Takes what the source has, at least one byte, and says how much; 0 at its end. For an empty pipe only: a full one
    /// would look like a source that has nothing.
    func fill(from source: borrowing AsyncSocket, within limit: TimeLimit) async throws(SocketError) -> Int {
        let end = writeEnd.number
        let count = try await source.retrying(.receive, within: limit) { (socket) throws(SocketError) in
            try Self.move(.recv, socket.withDescriptor { csock_splice($0, end, Self.most) })
        }
        content.add(count)
        return count
    }

    /// Gives the sink some of the bytes, and says how many.
    func drain(into sink: borrowing AsyncSocket, within limit: TimeLimit) async throws(SocketError) -> Int {
        let (end, left) = (readEnd.number, content.count)
        let count = try await sink.retrying(.send, within: limit) { (socket) throws(SocketError) in
            try Self.move(.send, socket.withDescriptor { csock_splice(end, $0, left) })
        }
        content.add(-count)
        return count
    }

    /// The number of bytes, or nil when the call would have to wait.
    private static func move(_ operation: SocketError.Operation, _ result: Int64) throws(SocketError) -> Int? {
        if result == -Int64(csock_EAGAIN) || result == -Int64(csock_EINTR) { return nil }
        return try checked(operation, result)
    }
}
