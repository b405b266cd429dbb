internal import CSocketShim
import Sockets

/// `sock options`: every option of this system, with its value on a fresh or a connected socket.
struct Options: Command {
    static let name = "options"
    static let summary = "list every socket option with its value on a new socket, or on a connection"
    static let discussion = "An option that the socket does not know has the error's name in place of a value."

    static var arguments: [Argument<Options>] {
        [
            .option("--socket", "-s", value: "KIND", sets: \.kind, help: "tcp (the default), udp, tcp6, udp6 or unix"),
            .flag("--json", sets: \.isJSON, help: "print a list of JSON objects"),
            .operand("ADDRESS", sets: \.address, help: "connect a stream to this address and look at that socket"),
        ]
    }

    /// A kind of socket.
    enum Kind: String, Choice {
        case tcp, udp, tcp6, udp6, unix

        func socket() throws(SocketError) -> Socket {
            switch self {
            case .tcp: try Socket(.ipv4, .stream)
            case .udp: try Socket(.ipv4, .datagram)
            case .tcp6: try Socket(.ipv6, .stream)
            case .udp6: try Socket(.ipv6, .datagram)
            case .unix: try Socket(.unix, .stream)
            }
        }
    }

    private var kind = Kind.tcp
    private var isJSON = false
    private var address: Endpoint?

    private func makeSocket() throws(SocketError) -> Socket {
        guard let address else { return try kind.socket() }
        return try address.connectedStream()
    }

    func run() throws(SocketError) -> ExitStatus {
        let socket = try makeSocket()
        let rows = OptionRow.all.map { row in (row: row, value: row.value(of: socket)) }
        guard !isJSON else {
            try printJSON(rows.map { $0.row.json($0.value) })
            return .success
        }
        var table = TextTable(["LEVEL", "OPTION", "KIND", "VALUE"])
        for (row, value) in rows { table.add([row.levelName, row.name, row.kindName, value.text]) }
        try StandardStream.output.write(table.text(Style()))
        return .success
    }
}
