public import Sockets

/// One end of a connection that carries bytes in order, for tasks: `AsyncTCPStream`, `AsyncUnixStream`.
///
/// ``AsyncSocket`` says how tasks share it, and what cancelling and closing do. C: tcp(7), unix(7)
@frozen public struct AsyncStreamSocket<Address: SocketAddressProtocol>: ~Copyable, Sendable {
    /// The socket, for what this type does not repeat.
    public let socket: AsyncSocket
    /// The address of the other end, as it was when the connection was made.
    public let peerAddress: Address

    @inlinable
    init(_ socket: consuming AsyncSocket, peerAddress: Address) {
        self.socket = socket
        self.peerAddress = peerAddress
    }

    /// Takes over a stream, for tasks on a loop; nil for the current one or else the shared one. The descriptor stays.
    ///
    /// Throws: `tooManyDescriptors` when there is no loop yet and none can be made.
    public init(_ stream: consuming StreamSocket<Address>, on loop: EventLoop? = nil) throws(SocketError) {
        let peer = stream.peerAddress
        let socket = try AsyncSocket(stream.intoSocket(), on: loop)
        self.init(socket, peerAddress: peer)
    }

    /// The address of this end. C: getsockname(2)
    public var localAddress: Address {
        get throws(SocketError) { try socket.localAddress() }
    }

    /// Receives at least one byte over those of the array and returns how many came; 0 is the end of the stream.
    ///
    /// Throws: as ``AsyncSocket/receive(into:within:)-(Array<UInt8>,_)``. C: recv(2)
    @inlinable
    @inline(__always)
    public func receive(into buffer: inout [UInt8], within limit: TimeLimit = .forever) async throws(SocketError)
        -> Int
    {
        if buffer.isEmpty { throw noRoom() }
        let reference = socket.reference
        var span = buffer.mutableSpan
        let answer = reference.receive(&span)
        if answer >= 0 { return answer }
        // Only now, because a receive that need not wait is to cost nothing more.
        let peer = peerAddress
        do throws(SocketError) { return try await reference.receive(after: answer, into: &buffer, limit) } catch {
            throw named(error, peer)
        }
    }

    /// Receives over the bytes of an inline array; otherwise as for an array. C: recv(2)
    @inlinable
    @inline(__always)
    public func receive<let count: Int>(
        into buffer: inout InlineArray<count, UInt8>, within limit: TimeLimit = .forever
    ) async throws(SocketError) -> Int {
        if count == 0 { throw noRoom() }
        let reference = socket.reference
        var span = buffer.mutableSpan
        let answer = reference.receive(&span)
        if answer >= 0 { return answer }
        let peer = peerAddress
        do throws(SocketError) { return try await reference.receive(after: answer, into: &buffer, limit) } catch {
            throw named(error, peer)
        }
    }

    /// Sends bytes and returns how many the kernel took. Throws: as ``AsyncSocket/send(_:within:)``.
    /// C: send(2)
    @inlinable
    @inline(__always)
    public func send(_ bytes: Span<UInt8>, within limit: TimeLimit = .forever) async throws(SocketError) -> Int {
        let reference = socket.reference
        let answer = reference.send(bytes)
        if answer >= 0 { return answer }
        let peer = peerAddress
        do throws(SocketError) { return try await reference.sendSlowly(answer, bytes, limit) } catch {
            throw named(error, peer)
        }
    }

    /// Sends all bytes, in as many steps as it takes. Throws: as ``AsyncSocket/sendAll(_:within:)``. C: send(2), repeated
    @inlinable
    @inline(__always)
    public func sendAll(_ bytes: Span<UInt8>, within limit: TimeLimit = .forever) async throws(SocketError) {
        if bytes.isEmpty { return }
        let reference = socket.reference
        let answer = reference.send(bytes)
        if answer == bytes.count { return }
        let peer = peerAddress
        do throws(SocketError) { try await reference.sendRest(answer, bytes, limit) } catch { throw named(error, peer) }
    }

    /// Ends all operations on it with `closed`, closes, and returns when that is done.
    ///
    /// Cancelling does not end it. C: close(2)
    public consuming func close() async throws(SocketError) { try await socket.close() }
}
