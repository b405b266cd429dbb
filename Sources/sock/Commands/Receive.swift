import Sockets

/// `sock receive`: prints datagrams, who sent them and how large they are.
struct Receive: Command {
    static let name = "receive"
    static let summary = "print the datagrams that come, each with its sender and size"
    static let discussion = "Bytes that are no text are printed as \\xNN. Ctrl-C ends it."

    static var arguments: [Argument<Receive>] {
        [
            .option("--count", "-c", value: "N", sets: \.limit, help: "end after so many datagrams"),
            .flag("--json", sets: \.isJSON, help: "print a JSON object per line, with the bytes in hexadecimal digits"),
            .flag("--quiet", "-q", sets: \.isQuiet, help: "do not print the address on standard error"),
            .operand("ADDRESS", sets: \.address, help: "where to receive: HOST:PORT, :PORT, unix:PATH or unix:@NAME"),
        ]
    }

    private var limit: Count?
    private var isJSON = false
    private var isQuiet = false
    private var address = Endpoint.none

    func run() throws(SocketError) -> ExitStatus {
        let stop = try StopSignals()
        switch address {
        case .ip(let parts): return try receive(try UDPSocket(boundTo: parts.addresses(.listening, .datagram)[0]), stop)
        case .unix(let address): return try receive(try UnixDatagramSocket(boundTo: address), stop)
        }
    }

    private func receive<Address>(
        _ socket: consuming DatagramSocket<Address>, _ stop: borrowing StopSignals
    ) throws(SocketError) -> ExitStatus {
        let local = try socket.localAddress, watch = Stopwatch()
        if !isQuiet { printNote("sock: receiving at \(local)") }
        var buffer = [UInt8](repeating: 0, count: 65_536), count = 0, bytes = 0
        while limit.map({ count < $0.number }) ?? true {
            guard try waitForDatagram(socket.socket, stop) else {
                printNote(
                    "sock: \(count) datagrams, \(bytes) bytes in, \(watch.elapsed.seconds.text(decimals: 3)) s, \(local)"
                )
                break
            }
            let datagram = try socket.receive(into: &buffer)
            count += 1
            bytes += datagram.count
            try printLine(line(datagram, buffer[..<datagram.count]))
        }
        return .success
    }

    /// Whether a datagram waits; false when a signal came.
    private func waitForDatagram(
        _ socket: borrowing Socket, _ stop: borrowing StopSignals
    ) throws(SocketError) -> Bool {
        while true {
            var list = WaitList()
            let signal = list.add(stop.number, .readable), datagram = list.add(socket.withDescriptor { $0 }, .readable)
            try list.wait()
            if !list[signal].isEmpty { return false }
            if !list[datagram].isEmpty { return true }
        }
    }

    private func line<Address>(_ datagram: Datagram<Address>, _ bytes: ArraySlice<UInt8>) -> String {
        guard isJSON else { return "\(datagram.sender) \(datagram.size): \(PrintableText.escaped(bytes))" }
        return JSON.object([
            ("sender", .text("\(datagram.sender)")), ("size", .number(datagram.size)),
            ("truncated", .bool(datagram.isTruncated)), ("text", .optional(String(validating: bytes, as: UTF8.self))),
            ("bytes", .text(PrintableText.hexadecimal(bytes))),
        ]).description
    }
}

/// Bytes of others in a form that does nothing to a terminal.
enum PrintableText {
    /// The bytes as text, with control characters and what is no UTF-8 as `\xNN`.
    static func escaped(_ bytes: ArraySlice<UInt8>) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { return bytes.map(escapedByte).joined() }
        return text.unicodeScalars.map { scalar in
            scalar.properties.generalCategory == .control
                ? String(scalar).utf8.map(escapedByte).joined() : String(scalar)
        }.joined()
    }

    /// Two digits a byte.
    static func hexadecimal(_ bytes: ArraySlice<UInt8>) -> String { bytes.map(digits).joined() }

    private static func escapedByte(_ byte: UInt8) -> String {
        byte >= 0x20 && byte < 0x7F ? String(UnicodeScalar(byte)) : "\\x" + digits(byte)
    }

    private static func digits(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
}
