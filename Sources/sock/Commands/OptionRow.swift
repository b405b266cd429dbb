internal import CSocketShim
import Sockets

/// One option of the shim's table.
struct OptionRow {
    let name: String
    private let number: Int32
    private let level: Int32
    private let kind: Int32

    /// What the kernel answered: a value, or the name of an error.
    enum Value {
        case number(Int)
        case text(String)
        case error(String)
        /// It can be set only.
        case none
    }

    /// All options of this system.
    static var all: [OptionRow] {
        var rows: [OptionRow] = []
        var index = 0
        // The name is a literal, here and in every row that the call copies.
        var constant = unsafe csock_constant_t(name: csock_version(), value: 0, level: 0, kind: 0)
        while unsafe csock_constant_at(index, &constant) == 0 {
            if let row = unsafe OptionRow(constant) { rows.append(row) }
            index += 1
        }
        return rows
    }

    /// The row if it is an option, and no other constant.
    private init?(_ constant: csock_constant_t) {
        // The names are literals of the shim, valid for ever.
        guard unsafe constant.kind != 0 else { return nil }
        name = unsafe String(cString: constant.name)
        number = unsafe constant.value
        level = unsafe constant.level
        kind = unsafe constant.kind
    }

    /// The value on a socket.
    func value(of socket: borrowing Socket) -> Value {
        guard kind != CSOCK_KIND_NONE else { return .none }
        do throws(SocketError) {
            return decoded(try socket.option(SocketOption(level: level, name: number, coding: .bytes)))
        } catch { return .error(error.code.name) }
    }

    private func decoded(_ bytes: OptionBytes) -> Value {
        switch kind {
        case CSOCK_KIND_FLAG, CSOCK_KIND_INT: integer(bytes)
        case CSOCK_KIND_LINGER: linger(bytes)
        case CSOCK_KIND_TIMEVAL: time(bytes)
        case CSOCK_KIND_TEXT: .text(PrintableText.escaped(bytes.array.prefix { $0 != 0 }))
        default: .text("\(bytes.count) bytes: " + PrintableText.hexadecimal(bytes.array[...]))
        }
    }

    private func integer(_ bytes: OptionBytes) -> Value {
        if let number = bytes.load(as: Int32.self) { return .number(Int(number)) }
        return bytes.load(as: UInt8.self).map { .number(Int($0)) } ?? .text("")
    }

    private func linger(_ bytes: OptionBytes) -> Value {
        guard let on = bytes.load(as: Int32.self), let seconds = bytes.load(at: 4, as: Int32.self) else {
            return .text("")
        }
        return .text(on == 0 ? "off" : "\(seconds) s")
    }

    private func time(_ bytes: OptionBytes) -> Value {
        let array = bytes.array
        guard array.count >= csock_timeval_size() else { return .text("") }
        // The array has as many bytes as the call reads.
        let microseconds = unsafe array.withUnsafeBytes { bytes in
            unsafe bytes.baseAddress.map { unsafe csock_timeval_get($0) } ?? 0
        }
        return .text(microseconds == 0 ? "for ever" : "\((Double(microseconds) / 1e6).text(decimals: 6)) s")
    }
}

extension OptionRow {
    /// The level's C name, or its number.
    var levelName: String {
        switch level {
        case csock_SOL_SOCKET: "SOL_SOCKET"
        case csock_IPPROTO_IP: "IPPROTO_IP"
        case csock_IPPROTO_IPV6: "IPPROTO_IPV6"
        case csock_IPPROTO_TCP: "IPPROTO_TCP"
        case csock_IPPROTO_UDP: "IPPROTO_UDP"
        default: "\(level)"
        }
    }

    /// What the value is made of.
    var kindName: String {
        switch kind {
        case CSOCK_KIND_FLAG: "flag"
        case CSOCK_KIND_INT: "int"
        case CSOCK_KIND_LINGER: "linger"
        case CSOCK_KIND_TIMEVAL: "time"
        case CSOCK_KIND_TEXT: "text"
        case CSOCK_KIND_STRUCT: "struct"
        default: "request"
        }
    }

    /// The row and its value as an object.
    func json(_ value: Value) -> JSON {
        let pairs: [(String, JSON)] = [
            ("level", .text(levelName)), ("name", .text(name)), ("kind", .text(kindName)),
        ]
        switch value {
        case .number(let number): return .object(pairs + [("value", .number(number))])
        case .text(let text): return .object(pairs + [("value", .text(text))])
        case .error(let name): return .object(pairs + [("value", .null), ("error", .text(name))])
        case .none: return .object(pairs + [("value", .null)])
        }
    }
}

extension OptionRow.Value {
    /// What the table shows.
    var text: String {
        switch self {
        case .number(let number): "\(number)"
        case .text(let text): text
        case .error(let name): "(\(name))"
        case .none: "-"
        }
    }
}
