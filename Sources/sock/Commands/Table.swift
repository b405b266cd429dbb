import Sockets

/// `sock table`: the sockets of this process.
struct Table: Command {
    static let name = "table"
    static let summary = "list the sockets this process has: those it was started with, or an example's"
    static let discussion = """
        A program sees the sockets it inherited, as under a service manager. With --example it first opens a listener, a
        connection to it, a UDP socket and a Unix pair, to show what the table looks like.
        """

    static var arguments: [Argument<Table>] {
        [
            .flag("--example", sets: \.isExample, help: "open some sockets first"),
            .flag("--json", sets: \.isJSON, help: "print a list of JSON objects"),
        ]
    }

    private var isExample = false
    private var isJSON = false

    func run() throws(SocketError) -> ExitStatus {
        try isExample ? printExample() : printTable()
        return .success
    }

    private func printExample() throws(SocketError) {
        let listener = try TCPListener(on: .loopback(port: 0))
        let client = try TCPStream.connect(to: listener.localAddress), server = try listener.accept()
        let udp = try UDPSocket(boundTo: .loopback(port: 0)), pair = try UnixStream.pair()
        try client.sendAll([1, 2, 3].span)
        try printTable()
        // All of them stay open until the table is printed.
        extendLifetime(listener)
        extendLifetime(client)
        extendLifetime(server)
        extendLifetime(udp)
        extendLifetime(pair)
    }

    private func printTable() throws(SocketError) {
        let entries = try SocketTable.current()
        guard !isJSON else { return try printJSON(entries.map(json)) }
        guard !entries.isEmpty else { return try printLine("this process has no sockets; --example opens some") }
        var table = TextTable(["NUMBER", "FAMILY", "TYPE", "STATE", "IN", "OUT", "ADDRESSES"])
        for each in entries { table.add(cells(each)) }
        try StandardStream.output.write(table.text(Style()))
    }

    private func cells(_ entry: SocketTable.Entry) -> [String] {
        let queues = [entry.receiveQueue, entry.sendQueue].map { $0.map(String.init) ?? "-" }
        let addresses = "\(entry.local)" + (entry.peer.map { " -> \($0)" } ?? "")
        return ["\(entry.descriptor)", "\(entry.family)", "\(entry.type)", entry.state] + queues + [addresses]
    }

    private func json(_ entry: SocketTable.Entry) -> JSON {
        .object([
            ("descriptor", .number(Int(entry.descriptor))), ("family", .text("\(entry.family)")),
            ("type", .text("\(entry.type)")), ("state", .text(entry.state)), ("local", .text("\(entry.local)")),
            ("peer", .optional(entry.peer)), ("receiveQueue", entry.receiveQueue.map(JSON.number) ?? .null),
            ("sendQueue", entry.sendQueue.map(JSON.number) ?? .null),
        ])
    }
}
