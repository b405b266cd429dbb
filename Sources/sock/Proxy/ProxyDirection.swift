import AsyncSockets
import Sockets

/// One direction of a connection through a proxy.
struct ProxyDirection: Sendable {
    let flow: ProxyFlow
    let method: ProxyMethod

    /// The one that takes the bytes does not take any more; why, unless it has closed.
    private struct SinkFailure: Error {
        let reason: SocketError?
    }

    /// Moves bytes until the source ends, and tells the sink so. When the sink fails, the other direction goes on.
    ///
    /// Throws: what receiving throws, or what the other direction's sending did; `timedOut` when nothing moves in either
    /// direction.
    func run(
        from source: borrowing AsyncSocket, to sink: borrowing AsyncSocket, _ counter: ByteCounter
    ) async throws {
        do {
            try await move(from: source, to: sink, counter)
            // The kernel tells of a reset once. Who sent to the source may have heard of it; here it looks like an end.
            if let reason = flow.breakage { throw reason }
            shutdown(sink, .write)
        } catch let failure as SinkFailure {
            flow.noteBreakage(failure.reason)
            // Whoever sends to it is told, where the system can tell.
            shutdown(source, .read)
        }
    }

    private func move(
        from source: borrowing AsyncSocket, to sink: borrowing AsyncSocket, _ counter: ByteCounter
    ) async throws {
        let mayChange =
            method == .adaptive && SplicePipe.isSupported && ProxyMethod.mayChange(on: source.loop.engineKind)
        if method != .splice {
            guard try await copy(from: source, to: sink, counter, untilBulk: mayChange) else { return }
        }
        if let pipe = try? SplicePipe() {
            try await splice(from: source, to: sink, counter, pipe)
        } else {
            // No descriptors left: slower, but on.
            _ = try await copy(from: source, to: sink, counter, untilBulk: false)
        }
    }

    /// A peer that has closed already needs no telling.
    private func shutdown(_ socket: borrowing AsyncSocket, _ half: ShutdownHalf) {
        do throws(SocketError) {
            try socket.withSocket { (socket) throws(SocketError) in try socket.shutdown(half) }
        } catch {}
    }

    /// Goes on to the end of the source, or answers true when so much comes at once that splicing pays.
    private func copy(
        from source: borrowing AsyncSocket, to sink: borrowing AsyncSocket, _ counter: ByteCounter, untilBulk: Bool
    ) async throws -> Bool {
        while true {
            let deadline = flow.deadline
            do {
                let count = try await source.receive(within: .until(deadline)) { bytes async throws in
                    try await send(bytes, to: sink, counter)
                    return bytes.count
                }
                if count == 0 { return false }
                if untilBulk, count >= ProxyMethod.bulk { return true }
            } catch let error as SocketError {
                guard flow.goesOn(after: error, deadline) else { throw error }
            }
        }
    }

    private func send(_ bytes: Span<UInt8>, to sink: borrowing AsyncSocket, _ counter: ByteCounter) async throws {
        flow.touch()
        var sent = 0
        while sent < bytes.count {
            let deadline = flow.deadline
            do throws(SocketError) {
                let count = try await sink.send(bytes.extracting(sent...), within: .until(deadline))
                sent += count
                counter.add(count)
                flow.touch()
            } catch { try check(error, deadline) }
        }
    }

    /// Goes on after a time-out when the other direction is at work.
    private func check(_ error: SocketError, _ deadline: Deadline) throws {
        if flow.goesOn(after: error, deadline) { return }
        guard flow.isBroken(by: error) else { throw error }
        throw SinkFailure(reason: error.code == .brokenPipe ? nil : error)
    }

    private func splice(
        from source: borrowing AsyncSocket, to sink: borrowing AsyncSocket, _ counter: ByteCounter,
        _ pipe: borrowing SplicePipe
    ) async throws {
        try pipe.prepare(source)
        try pipe.prepare(sink)
        while true {
            let deadline = flow.deadline
            do throws(SocketError) {
                let count = try await pipe.fill(from: source, within: .until(deadline))
                if count == 0 { return }
            } catch {
                guard flow.goesOn(after: error, deadline) else { throw error }
                continue
            }
            try await drain(pipe, into: sink, counter)
        }
    }

    private func drain(_ pipe: borrowing SplicePipe, into sink: borrowing AsyncSocket, _ counter: ByteCounter)
        async throws
    {
        flow.touch()
        while !pipe.isEmpty {
            let deadline = flow.deadline
            do throws(SocketError) {
                counter.add(try await pipe.drain(into: sink, within: .until(deadline)))
                flow.touch()
            } catch { try check(error, deadline) }
        }
    }
}
