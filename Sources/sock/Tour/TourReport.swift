import Sockets

/// Prints the tour as it goes: for people, or as JSON.
struct TourReport {
    let style: Style
    let isJSON: Bool

    func begin() throws(SocketError) {
        guard !isJSON else { return }
        let numbers = Self.numbers("CLIENTS", "BYTES", "TIME")
        try printLine(style.bold(Self.line("MODEL", "TRANSPORT", numbers, "VERDICT")))
    }

    func add(_ stop: TourStop) throws(SocketError) {
        guard !isJSON else { return }
        let time = stop.time.milliseconds.text(decimals: 0) + " ms"
        let verdict = stop.problems.isEmpty ? style.good("ok") : style.bad("wrong")
        let numbers = Self.numbers("\(stop.clients)", "\(stop.bytes)", time)
        try printLine(Self.line(stop.kind.model.rawValue, stop.kind.transport.rawValue, numbers, verdict))
        try printLine(style.dim("    \(stop.connection)"))
        try printLine(style.dim("    \(stop.kind.calls)"))
        for problem in stop.problems { try printLine(style.bad("    \(problem)")) }
    }

    func end(_ stops: [TourStop], _ time: Duration) throws(SocketError) {
        guard !isJSON else { return try printJSON(stops.map(json)) }
        let good = stops.count { $0.problems.isEmpty }
        let bytes = stops.reduce(0) { $0 + $1.bytes }, clients = stops.reduce(0) { $0 + $1.clients }
        let seconds = time.seconds.text(decimals: 1)
        try printLine("")
        try printLine(
            "\(good) of \(stops.count) servers right: \(clients) clients, \(bytes) bytes compared, \(seconds) s.")
        try printLine("What the calls mean and which model suits what: Documentation/Notes.md")
        try printLine("Try one yourself: sock echo 127.0.0.1:7777 --model epoll, and sock connect 127.0.0.1:7777")
    }

    private static func line(_ model: String, _ transport: String, _ numbers: String, _ verdict: String) -> String {
        TextTable.line([model, transport, numbers, verdict], [15, 13, 0])
    }

    private static func numbers(_ clients: String, _ bytes: String, _ time: String) -> String {
        clients.padded(before: 7) + bytes.padded(before: 10) + time.padded(before: 9)
    }

    private func json(_ stop: TourStop) -> JSON {
        .object([
            ("model", .text(stop.kind.model.rawValue)), ("transport", .text(stop.kind.transport.rawValue)),
            ("clients", .number(stop.clients)), ("bytes", .number(stop.bytes)),
            ("milliseconds", .decimal(stop.time.milliseconds)), ("connection", .text(stop.connection)),
            ("calls", .text(stop.kind.calls)), ("server", .text(stop.server)),
            ("verdict", .text(stop.problems.isEmpty ? "ok" : "wrong")),
            ("problems", .list(stop.problems.map(JSON.text))),
        ])
    }
}
