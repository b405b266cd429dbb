import Sockets

/// The clients that a stream server of the tour has to serve, all at the same time.
struct StreamClients {
    let server: Endpoint

    /// How long a client waits for the server.
    private static let patience = Duration.seconds(8)

    /// The clients of the first round, in which one breaks off.
    var all: [Crew.Client] {
        let server = server
        var clients: [Crew.Client] = []
        for seed in 0..<4 { clients.append { () throws(SocketError) in try Self.talk(server, seed) } }
        clients.append { () throws(SocketError) in try Self.pour(server, 4, 1 << 20) }
        clients.append { () throws(SocketError) in try Self.pour(server, 5, 1 << 18) }
        clients.append { () throws(SocketError) in try Self.halfClose(server, 6) }
        clients.append { () throws(SocketError) in try Self.reset(server, 7) }
        return clients
    }

    /// The one that comes when all others have left.
    var last: Crew.Client {
        let server = server
        return { () throws(SocketError) in try Self.talk(server, 8) }
    }

    private static func connect(_ server: Endpoint) throws(SocketError) -> Socket {
        let socket = try server.connectedStream()
        try socket.setOption(.receiveTimeout, to: patience)
        try socket.setOption(.sendTimeout, to: patience)
        return socket
    }

    /// Small messages, each answered before the next one.
    private static func talk(_ server: Endpoint, _ seed: Int) throws(SocketError) -> ClientReport {
        let socket = try connect(server)
        var report = ClientReport(connection: try socket.fiveTuple.description)
        for size in [1, 2, 3, 100, 1000, 1, 4096] where report.problem == nil {
            let payload = Payload(seed: seed * 1000 + size, count: size)
            report.problem = payload.problem(with: try exchange(payload, socket))
            report.bytes += size
        }
        return report
    }

    private static func exchange(_ payload: Payload, _ socket: borrowing Socket) throws(SocketError) -> [UInt8] {
        try sendAll(payload, socket)
        var echo: [UInt8] = []
        while echo.count < payload.bytes.count, try receive(into: &echo, socket) {}
        return echo
    }

    /// Much data in both directions at once: whoever sent all before receiving would wait for ever.
    private static func pour(_ server: Endpoint, _ seed: Int, _ size: Int) throws(SocketError) -> ClientReport {
        let socket = try connect(server), payload = Payload(seed: seed, count: size)
        var echo: [UInt8] = [], sent = 0
        while echo.count < size {
            let interest: Readiness = sent < size ? [.readable, .writable] : .readable
            let ready = try socket.wait(for: interest, until: .after(patience))
            guard !ready.isEmpty else { throw SocketError(.poll, .timedOut, detail: "\(echo.count) bytes came back") }
            if ready.contains(.writable) { sent += try sendSome(payload, from: sent, socket) }
            if ready != .writable, try !receive(into: &echo, socket) { break }
        }
        return ClientReport(bytes: size, problem: payload.problem(with: echo))
    }

    /// Ends sending first; the answer has to be complete, and to be followed by the server's end.
    private static func halfClose(_ server: Endpoint, _ seed: Int) throws(SocketError) -> ClientReport {
        let socket = try connect(server), payload = Payload(seed: seed, count: 10_000)
        try sendAll(payload, socket)
        try socket.shutdown(.write)
        var echo: [UInt8] = []
        while try receive(into: &echo, socket) {}
        return ClientReport(bytes: payload.bytes.count, problem: payload.problem(with: echo))
    }

    /// Breaks off with a reset while the server may be sending.
    private static func reset(_ server: Endpoint, _ seed: Int) throws(SocketError) -> ClientReport {
        let socket = try connect(server), payload = Payload(seed: seed, count: 5000)
        try sendAll(payload, socket)
        try socket.reset()
        return ClientReport(bytes: payload.bytes.count)
    }

    private static func sendAll(_ payload: Payload, _ socket: borrowing Socket) throws(SocketError) {
        var sent = 0
        while sent < payload.bytes.count { sent += try socket.send(payload.bytes.span.extracting(sent...)) }
    }

    private static func sendSome(
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
    private static func receive(into echo: inout [UInt8], _ socket: borrowing Socket) throws(SocketError) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = try socket.receive(into: &buffer)
        echo.append(contentsOf: buffer[..<count])
        return count > 0
    }
}
