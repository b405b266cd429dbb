import Sockets
import Testing

/// Which socket an option is tried on.
enum SocketKind: String, Sendable {
    case tcp, tcp6, udp, udp6, unix, raw

    func make() throws(SocketError) -> Socket {
        switch self {
        case .tcp: try Socket(.ipv4, .stream)
        case .tcp6: try Socket(.ipv6, .stream)
        case .udp: try Socket(.ipv4, .datagram)
        case .udp6: try Socket(.ipv6, .datagram)
        case .unix: try Socket(.unix, .stream)
        case .raw: try Socket(.ipv4, .raw, .icmp)
        }
    }
}

/// One option: where it applies, what it takes and gives back, and what it refuses.
struct OptionRow: Sendable, CustomTestStringConvertible {
    let name: String
    let kind: SocketKind
    /// The option's value after each valid one was set, as text, beside what is expected.
    let accept: @Sendable (borrowing Socket) throws -> [(expected: String, actual: String)]
    /// The errors of the values that are refused before the call.
    let refuse: @Sendable (borrowing Socket) -> [SocketError?]

    var testDescription: String { name }
}

extension OptionRow {
    /// An option, valid values with what each reads back as, and values out of range.
    init<Value: Sendable>(
        _ name: String, _ kind: SocketKind, _ option: SocketOption<Value>, _ valid: [(Value, Value)],
        refused: [Value] = []
    ) {
        self.name = name
        self.kind = kind
        accept = { (socket) throws in
            var rows = [(expected: String, actual: String)]()
            _ = try socket.option(option)
            for (value, expected) in valid {
                try socket.setOption(option, to: value)
                rows.append(("\(expected)", "\(try socket.option(option))"))
            }
            return rows
        }
        refuse = { socket in
            var errors: [SocketError?] = []
            for value in refused {
                do throws(SocketError) {
                    try socket.setOption(option, to: value)
                    errors.append(nil)
                } catch { errors.append(error) }
            }
            return errors
        }
    }

    /// A switch, which is turned on and off.
    init(_ name: String, _ kind: SocketKind, _ option: SocketOption<Bool>) {
        self.init(name, kind, option, [(true, true), (false, false)])
    }

    /// A number that reads back as it was set.
    init(_ name: String, _ kind: SocketKind, _ option: SocketOption<Int>, same: [Int], refused: [Int]) {
        self.init(name, kind, option, same.map { ($0, $0) }, refused: refused)
    }

    /// A status, which can be read, and is this on a new socket.
    init<Value: Sendable>(_ name: String, _ kind: SocketKind, _ status: SocketStatus<Value>, reads expected: Value?) {
        self.name = name
        self.kind = kind
        accept = { (socket) throws in
            let value = "\(try socket.option(status))"
            return [(expected.map { "\($0)" } ?? value, value)]
        }
        refuse = { _ in [] }
    }
}
