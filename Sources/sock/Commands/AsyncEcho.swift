import AsyncSockets
import Sockets

/// The echo servers of AsyncSockets: a task for each client, all in the thread of one loop.
struct AsyncEcho: Sendable {
    let engine: EngineKind?
    /// Tells where the server listens.
    let say: @Sendable (String) throws(SocketError) -> Void

    /// Serves streams until a signal comes; the second one ends the clients.
    func streams<Address: SocketAddressProtocol>(
        on address: Address, _ configuration: ListenerConfiguration = .init()
    ) throws(SocketError) -> String {
        let signals = try StopSignals(), stop = ServeStop()
        let task = try LoopTask(on: try EventLoop(engine: engine)) { () throws(SocketError) in
            try await serve(AsyncStreamListener(on: address, configuration), stop)
        }
        return try task.result(signals) { count in stop.stop(within: count > 1 ? .zero : nil) }
    }

    private func serve<Address>(
        _ listener: consuming AsyncStreamListener<Address>, _ stop: ServeStop
    ) async throws(SocketError) -> String {
        var configuration = ServeConfiguration()
        configuration.stop = stop
        try say("\(listener.localAddress)")
        try await listener.serve(configuration) { client in
            // No client holds memory while it says nothing.
            while try await client.socket.receive({ bytes async throws in
                try await client.sendAll(bytes)
                return bytes.count
            }) > 0 {}
        }
        let counters = configuration.counters
        return Self.summary(counters.accepted, counters.active, counters.failed)
    }

    /// Serves datagrams until a signal comes.
    func datagrams<Address: SocketAddressProtocol>(on address: Address) throws(SocketError) -> String {
        let signals = try StopSignals()
        let task = try LoopTask(on: try EventLoop(engine: engine)) { () throws(SocketError) in
            try await serve(AsyncDatagramSocket(boundTo: address))
        }
        return try task.result(signals) { _ in task.cancel() }
    }

    private func serve<Address>(
        _ socket: consuming AsyncDatagramSocket<Address>
    ) async throws(SocketError) -> String {
        try say("\(try socket.localAddress)")
        var buffer = [UInt8](repeating: 0, count: 65_536), (served, failed) = (0, 0)
        do throws(SocketError) {
            while true {
                let datagram = try await socket.receive(into: &buffer)
                served += 1
                if !Self.answer(buffer.span.extracting(..<datagram.count), datagram.sender, socket) { failed += 1 }
            }
        } catch {
            guard error.code == .cancelled else { throw error }
            return Self.summary(served, 0, failed)
        }
    }

    /// Sends back, without waiting for a slow receiver. A Unix sender without an address cannot be answered.
    private static func answer<Address: SocketAddressProtocol>(
        _ bytes: Span<UInt8>, _ sender: Address, _ socket: borrowing AsyncDatagramSocket<Address>
    ) -> Bool {
        do throws(SocketError) {
            guard try sender.encoded().isAnswerable else { return true }
            try socket.socket.withSocket { (socket) throws(SocketError) in
                _ = try socket.send(bytes, to: sender, flags: .dontWait)
            }
            return true
        } catch { return false }
    }

    private static func summary(_ accepted: Int, _ active: Int, _ failed: Int) -> String {
        "\(accepted) accepted, \(active) active, \(failed) failed"
    }
}
