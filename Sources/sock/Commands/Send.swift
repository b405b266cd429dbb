import Sockets

/// `sock send`: datagrams from arguments or from the lines of standard input.
struct Send: Command {
    static let name = "send"
    static let summary = "send datagrams: each TEXT one, or with - each line of standard input one"
    static let discussion = """
        Nobody has to listen: a datagram that nobody takes is lost, of which a later one may hear (connection refused).
        """

    static var arguments: [Argument<Send>] {
        [
            .operand("ADDRESS", sets: \.address, help: "the receiver: HOST:PORT, [IPv6]:PORT, unix:PATH or unix:@NAME"),
            .operands("TEXT", sets: \.texts, help: "what to send, without an end of line; - stands for standard input"),
        ]
    }

    private var address = Endpoint.none
    private var texts: [String] = []

    func run() throws(SocketError) -> ExitStatus {
        let socket = try address.connectedDatagrams()
        for text in texts {
            if text == "-" {
                try sendLines(socket)
            } else {
                _ = try socket.send(Array(text.utf8).span)
            }
        }
        return .success
    }

    private func sendLines(_ socket: borrowing Socket) throws(SocketError) {
        var lines = LineSplitter()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            var list = WaitList()
            _ = list.add(StandardStream.input.rawValue, .readable)
            try list.wait()
            guard let count = try StandardStream.input.readIfReady(into: &buffer) else { continue }
            if count == 0 { break }
            for line in lines.add(buffer[..<count]) { _ = try socket.send(line.span) }
        }
        if let rest = lines.rest { _ = try socket.send(rest.span) }
    }
}

/// Makes lines of pieces of text.
struct LineSplitter {
    private var pending: [UInt8] = []

    /// The lines that the piece completes, without their ends.
    mutating func add(_ piece: ArraySlice<UInt8>) -> [[UInt8]] {
        pending += piece
        var lines = pending.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        pending = Array(lines.popLast() ?? [])
        return lines.map(Array.init)
    }

    /// A last line without an end.
    var rest: [UInt8]? { pending.isEmpty ? nil : pending }
}
