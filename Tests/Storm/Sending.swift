import AsyncSockets
import Sockets

extension AsyncStreamSocket {
    /// Sends in one of all ways, and notes what is reported as sent, also before an error.
    borrowing func send(
        _ act: Act, _ count: Int, from flow: Flow, within limit: TimeLimit
    ) async throws(SocketError) {
        let begin = flow.sent
        do throws(SocketError) {
            flow.didSend(try await offer(act, flow.next(count), limit), of: count)
            flow.remember("\(begin): \(act) of \(count) sent \(flow.sent - begin)")
        } catch {
            let isWhole = act == .send || act == .flagged
            if isWhole, error.transferred != 0 { finding("\(act): fails after \(error.transferred) bytes") }
            flow.didSend(error.transferred, of: count)
            flow.remember("\(begin): \(act) of \(count) sent \(error.transferred), \(error.code)")
            throw error
        }
    }

    private borrowing func offer(
        _ act: Act, _ range: Range<Int>, _ limit: TimeLimit
    ) async throws(SocketError) -> Int {
        let bytes = Flow.bytes
        switch act {
        case .send: return try await send(bytes.span.extracting(range), within: limit)
        case .flagged: return try await send(bytes.span.extracting(range), flags: .dontWait, within: limit)
        case .gathering: try await sendAll(gathering: Self.parts(bytes[range]), within: limit)
        case .twoParts:
            let middle = range.lowerBound + range.count / 3
            try await sendAll(
                bytes.span.extracting(range.lowerBound..<middle), bytes.span.extracting(middle..<range.upperBound),
                within: limit)
        default: try await sendAll(bytes.span.extracting(range), within: limit)
        }
        return range.count
    }

    private static func parts(_ bytes: ArraySlice<UInt8>) -> [[UInt8]] {
        let size = bytes.count / 5 + 1
        return stride(from: bytes.startIndex, to: bytes.endIndex, by: size).map {
            Array(bytes[$0..<min($0 + size, bytes.endIndex)])
        }
    }
}
