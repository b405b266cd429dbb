import AsyncSockets
import Sockets

extension AsyncStreamSocket {
    private struct Stop: Error {}

    /// Receives in one of all ways, and notes what came, also before an error; false at the end of the stream.
    borrowing func receive(
        _ act: Act, _ count: Int, into flow: Flow, within limit: TimeLimit
    ) async throws(SocketError) -> Bool {
        switch act {
        case .inline: try await receiveInline(flow, limit)
        case .lend: try await lend(count, flow, limit)
        case .exactly, .atLeast: try await fill(act, count, flow, limit)
        case .reader: try await read(count, flow, limit)
        case .chunk: try await chunk(flow, limit)
        case .peek: try await peek(count, flow, limit)
        default: try await receiveArray(count, flow, limit)
        }
    }

    private borrowing func receiveArray(
        _ count: Int, _ flow: Flow, _ limit: TimeLimit
    ) async throws(SocketError) -> Bool {
        var buffer = [UInt8](repeating: 0, count: count)
        let got = try await receive(into: &buffer, within: limit)
        flow.didReceive(buffer.span.extracting(..<got))
        return got > 0
    }

    private borrowing func receiveInline(_ flow: Flow, _ limit: TimeLimit) async throws(SocketError) -> Bool {
        var buffer = InlineArray<1024, UInt8>(repeating: 0)
        let got = try await receive(into: &buffer, within: limit)
        flow.didReceive(buffer.span.extracting(..<got))
        return got > 0
    }

    private borrowing func peek(
        _ count: Int, _ flow: Flow, _ limit: TimeLimit
    ) async throws(SocketError) -> Bool {
        var buffer = [UInt8](repeating: 0, count: count)
        let got = try await receive(into: &buffer, flags: .peek, within: limit)
        flow.check(buffer.span.extracting(..<got))
        return got > 0
    }

    /// The memory stays as it is while it is lent, and counts as received whatever its borrower does.
    private borrowing func lend(_ count: Int, _ flow: Flow, _ limit: TimeLimit) async throws(SocketError) -> Bool {
        var got = -1
        do {
            try await receive(within: limit) { bytes async throws in
                got = bytes.count
                flow.check(bytes)
                for _ in 0..<count % 4 { await Task.yield() }
                flow.didReceive(bytes)
                if count % 5 == 0 { throw Stop() }
            }
        } catch let error as SocketError { throw error } catch {}
        return got > 0
    }

    private borrowing func fill(
        _ act: Act, _ count: Int, _ flow: Flow, _ limit: TimeLimit
    ) async throws(SocketError) -> Bool {
        var buffer = [UInt8](repeating: 0, count: count), got = count
        do throws(SocketError) {
            if act == .exactly {
                try await receiveExactly(into: &buffer, within: limit)
            } else {
                got = try await receive(atLeast: 1 + count / 3, into: &buffer, within: limit)
            }
        } catch {
            flow.didReceive(buffer.span.extracting(..<error.transferred))
            if error.code == .unexpectedEnd { return false }
            throw error
        }
        flow.didReceive(buffer.span.extracting(..<got))
        return true
    }

    private borrowing func read(_ count: Int, _ flow: Flow, _ limit: TimeLimit) async throws(SocketError) -> Bool {
        var reader = StreamReader(limit: Flow.most)
        do throws(SocketError) {
            let bytes = try await reader.bytes(count, from: self, within: limit)
            flow.didReceive(bytes.span)
        } catch {
            let bytes = reader.takeBuffered()
            flow.didReceive(bytes.span)
            if error.code == .unexpectedEnd { return false }
            throw error
        }
        let rest = reader.takeBuffered()
        flow.didReceive(rest.span)
        return true
    }

    private borrowing func chunk(_ flow: Flow, _ limit: TimeLimit) async throws(SocketError) -> Bool {
        var chunks = chunks(within: limit).makeAsyncIterator()
        guard let chunk = try await chunks.next() else { return false }
        flow.didReceive(chunk.span)
        return true
    }
}
