import AsyncSockets
internal import CSocketShim
import Sockets

/// One connection of a load, or one maker of connections. Each has one message at least, however short the time.
struct BenchClient<Target: SocketAddressProtocol>: Sendable {
    let number: Int
    let plan: BenchPlan
    let payload: BenchPayload
    let clock: BenchClock
    let worker: BenchWorker

    private var start: Int { BenchPayload.start(of: number) }

    /// Messages and their echoes, one after the other, until the time is over.
    func echo(_ stream: borrowing AsyncStreamSocket<Target>) async throws(SocketError) {
        var buffer = [UInt8](repeating: 0, count: plan.size), position = start
        repeat {
            let begin = csock_monotonic_ns()
            try await exchange(stream, &buffer, position)
            worker.record(plan.size, since: begin, csock_monotonic_ns())
            position += plan.size
        } while !clock.isOver
    }

    /// Sends one message, which fits into the buffers on the way, and receives its echo.
    private func exchange(
        _ stream: borrowing AsyncStreamSocket<Target>, _ buffer: inout [UInt8], _ position: Int
    ) async throws(SocketError) {
        try await stream.sendAll(payload.bytes(at: position, plan.size))
        var got = 0
        while got < plan.size {
            let count = try await stream.receive(into: &buffer)
            if count == 0 { throw SocketError(.recv, .unexpectedEnd) }
            try payload.check(buffer.span.extracting(..<count), at: position + got, of: number)
            got += count
        }
        guard got == plan.size else {
            throw SocketError(.recv, .protocolError, detail: "\(got) bytes came back of \(plan.size)")
        }
    }

    /// Sends until the time is over, and receives meanwhile until everything is back.
    func pour(_ stream: borrowing AsyncStreamSocket<Target>) async throws {
        let sent = ByteCounter(), received = ByteCounter()
        try await stream.concurrently(
            { stream in
                repeat {
                    try await stream.sendAll(payload.bytes(at: start + sent.count, plan.size))
                    sent.add(plan.size)
                } while !clock.isOver
                try stream.shutdown(.write)
            }, { stream in try await receiveAll(stream, received) })
        guard received.count == sent.count else {
            throw SocketError(
                .recv, .unexpectedEnd, detail: "\(received.count) bytes came back of \(sent.count) that were sent")
        }
    }

    private func receiveAll(
        _ stream: borrowing AsyncStreamSocket<Target>, _ received: ByteCounter
    ) async throws(SocketError) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = try await stream.receive(into: &buffer), count > 0 {
            try payload.check(buffer.span.extracting(..<count), at: start + received.count, of: number)
            received.add(count)
            worker.add(bytes: count)
        }
    }

    /// Connects, exchanges a message, and resets, which leaves the port free for another one.
    func reconnect(to target: Target) async throws(SocketError) {
        var buffer = [UInt8](repeating: 0, count: max(1, plan.size)), position = start
        repeat {
            let begin = csock_monotonic_ns()
            let stream = try await AsyncStreamSocket.connect(to: target, within: .after(plan.patience))
            if plan.size > 0 { try await exchange(stream, &buffer, position) }
            worker.record(plan.size, since: begin, csock_monotonic_ns())
            position += plan.size
            try await stream.reset()
        } while !clock.isOver
    }
}
