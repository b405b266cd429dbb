public import Sockets

extension AsyncStreamSocket {
    /// Fills the whole array, in as many steps as it takes.
    ///
    /// Throws: `unexpectedEnd` when the stream ends before; otherwise as `receive`. The error's `transferred` says how many
    /// bytes came, which stand at the begin of the array: neither cancelling nor a time limit loses them.
    /// C: recv(2), repeated
    public func receiveExactly(
        into buffer: inout [UInt8], within limit: TimeLimit = .forever
    ) async throws(SocketError) {
        _ = try await fill(&buffer, buffer.count, limit)
    }

    /// Receives at least so many bytes over those of the array, more if they are there; returns how many came.
    ///
    /// Throws: `invalidInput` unless the array has room for one byte and for as many as asked; otherwise as
    /// ``receiveExactly(into:within:)``. C: recv(2), repeated
    public func receive(
        atLeast count: Int, into buffer: inout [UInt8], within limit: TimeLimit = .forever
    ) async throws(SocketError) -> Int {
        guard count >= 1, count <= buffer.count else {
            throw .invalid(.recv, "at least \(count) bytes cannot come into a buffer of \(buffer.count)")
        }
        return try await fill(&buffer, count, limit)
    }

    /// Fills the array unless the stream ends before; returns how many bytes came.
    func receiveAll(into buffer: inout [UInt8], _ limit: TimeLimit) async throws(SocketError) -> Int {
        if buffer.isEmpty { throw noRoom() }
        let peer = peerAddress
        do throws(SocketError) {
            return try await socket.reference.fill(&buffer, from: 0, atLeast: buffer.count, limit)
        } catch { throw named(error, peer) }
    }

    private func fill(
        _ buffer: inout [UInt8], _ least: Int, _ limit: TimeLimit
    ) async throws(SocketError) -> Int {
        let peer = peerAddress
        do throws(SocketError) {
            let got = try await socket.reference.fill(&buffer, from: 0, atLeast: least, limit)
            if got < least { throw SocketError(.recv, .unexpectedEnd).adding(transferred: got) }
            return got
        } catch { throw named(error, peer) }
    }
}
