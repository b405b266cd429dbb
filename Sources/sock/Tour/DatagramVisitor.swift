import Sockets

/// A client that a datagram server of the tour has to serve, at the same time as others.
///
/// It sends datagrams of all sizes, an empty one too, each answered before the next one.
struct DatagramVisitor: Visitor {
    let server: Endpoint
    let seed: Int
    /// Whether the answers come from another port than the first datagram went to, as from a server that forks.
    let answersElsewhere: Bool

    static func all(of server: Endpoint, answersElsewhere: Bool) -> [any Visitor] {
        (0..<4).map { DatagramVisitor(server: server, seed: $0, answersElsewhere: answersElsewhere) }
    }

    func run() throws(SocketError) -> ClientReport {
        var report = ClientReport()
        let socket = try answersElsewhere ? Endpoint.unboundDatagrams(for: server) : server.connectedDatagrams()
        try socket.setOption(.receiveTimeout, to: .seconds(2))
        var isConnected = !answersElsewhere
        // Made before, because a server's child ends when its client is silent for long.
        let payloads = [1, 100, 0, 1400, 8000, 60_000].map { Payload(seed: seed * 1000 + $0, count: $0) }
        for payload in payloads where report.problem == nil {
            let size = payload.bytes.count
            let echo = try exchange(payload, socket, isConnected ? nil : server)
            if !isConnected, let sender = echo.sender { try socket.connect(to: sender) }
            isConnected = true
            report.problem = payload.problem(with: echo.bytes)
            report.bytes += size
            if seed == 0, size == 1 { report.connection = try socket.fiveTuple.description }
        }
        return report
    }

    private struct Echo {
        var bytes: [UInt8]
        var sender: SocketAddress?
    }

    /// Sends and waits for the answer; a datagram may get lost, so it tries a few times.
    private func exchange(
        _ payload: Payload, _ socket: borrowing Socket, _ target: Endpoint?
    ) throws(SocketError) -> Echo {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var failure = SocketError(.recv, .timedOut, detail: "no answer")
        for _ in 0..<6 {
            do throws(SocketError) {
                try send(payload, socket, target)
                var span = buffer.mutableSpan
                let datagram = try socket.receiveMessage(into: &span)
                return Echo(bytes: Array(buffer[..<datagram.count]), sender: datagram.sender)
            } catch { failure = error }
        }
        throw failure
    }

    private func send(
        _ payload: Payload, _ socket: borrowing Socket, _ target: Endpoint?
    ) throws(SocketError) {
        guard case .ip(let parts)? = target else {
            _ = try socket.send(payload.bytes.span)
            return
        }
        try socket.send(payload.bytes.span, to: try parts.addresses(.connecting, .datagram)[0])
    }
}
