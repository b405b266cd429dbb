public import Sockets

extension AsyncStreamSocket {
    /// Receives bytes into memory of the loop, and lends them to `body`: none at the end of the stream.
    ///
    /// As ``AsyncSocket/receive(within:_:)``: a task that waits here holds no buffer. C: recv(2)
    @inlinable
    public func receive<Result>(
        within limit: TimeLimit = .forever, _ body: nonisolated(nonsending) (Span<UInt8>) async throws -> Result
    ) async throws -> Result {
        try await socket.receive(within: limit, body)
    }

    /// Receives with flags, such as `.peek`; otherwise as without.
    ///
    /// `.waitAll` alone waits until the buffer is full or the stream ends; with other flags it waits for the first byte only.
    /// C: recv(2)
    public func receive(
        into buffer: inout [UInt8], flags: ReceiveFlags, within limit: TimeLimit = .forever
    ) async throws(SocketError) -> Int {
        if flags == .waitAll { return try await receiveAll(into: &buffer, limit) }
        let peer = peerAddress
        do throws(SocketError) { return try await socket.receive(into: &buffer, flags: flags, within: limit) } catch {
            throw named(error, peer)
        }
    }

    /// Sends with flags, such as `.outOfBand`; returns how many bytes the kernel took. Otherwise as without. C: send(2)
    public func send(
        _ bytes: Span<UInt8>, flags: SendFlags, within limit: TimeLimit = .forever
    ) async throws(SocketError) -> Int {
        let peer = peerAddress
        do throws(SocketError) { return try await socket.send(bytes, flags: flags, within: limit) } catch {
            throw named(error, peer)
        }
    }

    /// Receives bytes over those of the array and, into `control`, what came beside them.
    ///
    /// Throws: as ``receive(into:within:)-(Array<UInt8>,_)``. C: recvmsg(2)
    public func receiveMessage(
        into buffer: inout [UInt8], control: inout IncomingControl, flags: ReceiveFlags = [],
        within limit: TimeLimit = .forever
    ) async throws(SocketError) -> ReceivedMessage {
        let peer = peerAddress
        do throws(SocketError) {
            return try await socket.receiveMessage(into: &buffer, control: &control, flags: flags, within: limit)
        } catch { throw named(error, peer) }
    }

    /// Sends bytes with control messages; returns how many bytes the kernel took.
    ///
    /// Throws: as ``send(_:within:)``; a control message goes with the first of its bytes, or not at all. C: sendmsg(2)
    public func sendMessage(
        _ bytes: Span<UInt8>, control: OutgoingControl, flags: SendFlags = [], within limit: TimeLimit = .forever
    ) async throws(SocketError) -> Int {
        let peer = peerAddress
        do throws(SocketError) {
            return try await socket.sendMessage(bytes, control: control, flags: flags, within: limit)
        } catch { throw named(error, peer) }
    }
}
