import Sockets

/// A client that a stream server of the tour has to serve, at the same time as others.
struct StreamVisitor: Visitor {
    /// What a client does.
    enum Behaviour {
        /// Small messages, each answered before the next one.
        case talk
        /// So many bytes in both directions at once: whoever sent all before receiving would wait for ever.
        case pour(Int)
        /// Ends sending first; the answer has to be complete, and to be followed by the server's end.
        case halfClose
        /// Breaks off with a reset while the server may be sending.
        case reset
    }

    let server: Endpoint
    let seed: Int
    let behaviour: Behaviour

    /// How long a client waits for the server.
    private static let patience = Duration.seconds(8)

    /// The clients of the first round, in which one breaks off.
    static func all(of server: Endpoint) -> [any Visitor] {
        let behaviours: [Behaviour] = [.talk, .talk, .talk, .talk, .pour(1 << 19), .pour(1 << 17), .halfClose, .reset]
        return behaviours.enumerated().map { StreamVisitor(server: server, seed: $0.offset, behaviour: $0.element) }
    }

    /// The one that comes when all others have left.
    static func last(of server: Endpoint) -> [any Visitor] {
        [StreamVisitor(server: server, seed: 99, behaviour: .talk)]
    }

    func run() throws(SocketError) -> ClientReport {
        let socket = try server.connectedStream()
        try socket.setOption(.receiveTimeout, to: Self.patience)
        try socket.setOption(.sendTimeout, to: Self.patience)
        switch behaviour {
        case .talk: return try talk(socket)
        case .pour(let size): return try pour(socket, size)
        case .halfClose: return try halfClose(socket)
        case .reset: return try reset(socket)
        }
    }

    private func talk(_ socket: borrowing Socket) throws(SocketError) -> ClientReport {
        var report = ClientReport(connection: try socket.fiveTuple.description)
        for size in [1, 2, 3, 100, 1000, 1, 4096] where report.problem == nil {
            let payload = Payload(seed: seed * 1000 + size, count: size)
            report.problem = payload.problem(with: try exchange(payload, socket))
            report.bytes += size
        }
        return report
    }

    private func exchange(_ payload: Payload, _ socket: borrowing Socket) throws(SocketError) -> [UInt8] {
        try sendAll(payload, socket)
        var echo: [UInt8] = []
        while echo.count < payload.bytes.count, try receive(into: &echo, socket) {}
        return echo
    }

    private func pour(_ socket: borrowing Socket, _ size: Int) throws(SocketError) -> ClientReport {
        let payload = Payload(seed: seed, count: size)
        var echo: [UInt8] = [], sent = 0
        while echo.count < size {
            let interest: Readiness = sent < size ? [.readable, .writable] : .readable
            let ready = try socket.wait(for: interest, until: .after(Self.patience))
            guard !ready.isEmpty else { throw SocketError(.poll, .timedOut, detail: "\(echo.count) bytes came back") }
            if ready.contains(.writable) { sent += try sendSome(payload, from: sent, socket) }
            if ready != .writable, try !receive(into: &echo, socket) { break }
        }
        return ClientReport(bytes: size, problem: payload.problem(with: echo))
    }

    private func halfClose(_ socket: borrowing Socket) throws(SocketError) -> ClientReport {
        let payload = Payload(seed: seed, count: 10_000)
        try sendAll(payload, socket)
        try socket.shutdown(.write)
        var echo: [UInt8] = []
        while try receive(into: &echo, socket) {}
        return ClientReport(bytes: payload.bytes.count, problem: payload.problem(with: echo))
    }

    private func reset(_ socket: consuming Socket) throws(SocketError) -> ClientReport {
        let payload = Payload(seed: seed, count: 5000)
        try sendAll(payload, socket)
        try socket.reset()
        // Nothing came back that could be compared.
        return ClientReport()
    }

    private func sendAll(_ payload: Payload, _ socket: borrowing Socket) throws(SocketError) {
        var sent = 0
        while sent < payload.bytes.count { sent += try socket.send(payload.bytes.span.extracting(sent...)) }
    }

    private func sendSome(
        _ payload: Payload, from start: Int, _ socket: borrowing Socket
    ) throws(SocketError) -> Int {
        do throws(SocketError) {
            return try socket.send(payload.bytes.span.extracting(start...), flags: .dontWait)
        } catch {
            guard error.code == .wouldBlock else { throw error }
            return 0
        }
    }

    /// Receives what is there; false at the end.
    private func receive(into echo: inout [UInt8], _ socket: borrowing Socket) throws(SocketError) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = try socket.receive(into: &buffer)
        echo.append(contentsOf: buffer[..<count])
        return count > 0
    }
}
