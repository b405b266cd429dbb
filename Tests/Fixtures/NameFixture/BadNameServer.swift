import Glibc
import Sockets

/// A name server on 127.0.0.1:53 that misbehaves as the first label of the name says. RFC 1035
final class BadNameServer: ThreadBody {
    private let socket: UDPSocket

    private init(_ socket: consuming UDPSocket) { self.socket = socket }

    static func start() throws(SocketError) {
        let address = IPSocketAddress.loopback(port: 53)
        try Sockets.Thread.start(OverTCP(try TCPListener(on: address)), 0)
        try Sockets.Thread.start(BadNameServer(try UDPSocket(boundTo: address)), 0)
    }

    func run() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while let datagram = try? socket.receive(into: &buffer) {
            guard let query = Query(buffer.prefix(datagram.count)) else { continue }
            guard let answer = query.answer(isTCP: false) else { continue }
            if query.isSlow {
                // An answer that comes late must not hold up others.
                try? Sockets.Thread.start(Later(answer, datagram.sender, self), 0)
            } else {
                send(answer, to: datagram.sender)
            }
        }
    }

    private func send(_ answer: [UInt8], to client: IPSocketAddress) { _ = try? socket.send(answer.span, to: client) }

    private final class Later: ThreadBody {
        private let answer: [UInt8]
        private let client: IPSocketAddress
        private let server: BadNameServer

        init(_ answer: [UInt8], _ client: IPSocketAddress, _ server: BadNameServer) {
            (self.answer, self.client, self.server) = (answer, client, server)
        }

        func run() {
            sleep(4)
            server.send(answer, to: client)
        }
    }

    private final class OverTCP: ThreadBody {
        private let listener: TCPListener

        init(_ listener: consuming TCPListener) { self.listener = listener }

        func run() {
            while true {
                do {
                    let client = try listener.accept()
                    try serve(client)
                } catch {}
            }
        }

        private func serve(_ client: borrowing TCPStream) throws(SocketError) {
            var length: [UInt8] = [0, 0]
            try client.receiveExactly(into: &length)
            var query = [UInt8](repeating: 0, count: Int(length[0]) << 8 | Int(length[1]))
            try client.receiveExactly(into: &query)
            guard let answer = Query(query[...])?.answer(isTCP: true) else { return }
            let message = bytes(answer.count) + answer
            try client.sendAll(message.span)
        }
    }
}

private func bytes(_ number: Int) -> [UInt8] {
    [UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)]
}

/// A question, as it came.
private struct Query {
    private let id: [UInt8]
    private let question: [UInt8]
    private let behaviour: String
    private let type: Int

    init?(_ packet: ArraySlice<UInt8>) {
        guard packet.count > 16 else { return nil }
        var end = 12
        while end < packet.count, packet[end] != 0 { end += Int(packet[end]) + 1 }
        guard end + 5 <= packet.count else { return nil }
        id = Array(packet[0..<2])
        question = Array(packet[12..<end + 5])
        behaviour = String(decoding: packet[13..<13 + Int(packet[12])], as: UTF8.self)
        type = Int(packet[end + 1]) << 8 | Int(packet[end + 2])
    }

    var isSlow: Bool { behaviour == "slow" || behaviour == "slow6" && type == 28 }

    /// What is sent back, if anything.
    func answer(isTCP: Bool) -> [UInt8]? {
        switch behaviour {
        case "ok", "slow", "slow6": addresses(1)
        case "drop": nil
        case "no6": type == 28 ? nil : addresses(1)
        case "nx6": type == 28 ? message(code: 3) : addresses(1)
        case "fail6": type == 28 ? message(code: 2) : addresses(1)
        case "none4": type == 28 ? addresses(1) : message()
        case "servfail": message(code: 2)
        case "refused": message(code: 5)
        case "nodata": message()
        case "garbage": [UInt8](repeating: 255, count: 40)
        case "short": Array(id + [0x81])
        case "wrongid": addresses(1, id: [id[0] ^ 1, id[1]])
        case "trunc": isTCP ? addresses(1) : message(truncated: true)
        case "big": isTCP ? addresses(2000) : message(truncated: true)
        case "loop": message([record(5, [0xC0, 0x0C])])
        case "pointer": message([[0xC0, UInt8(12 + question.count)] + record(1, [1, 2, 3, 4]).dropFirst(2)])
        case "length": message([record(type, [1, 2, 3, 4], length: 9000)])
        default: message(code: 3)
        }
    }

    private func addresses(_ count: Int, id: [UInt8]? = nil) -> [UInt8] {
        let records = (1...count).map { number in
            type == 28
                ? record(28, [0x20, 1, 0xD, 0xB8] + [UInt8](repeating: 0, count: 10) + bytes(number))
                : record(1, [127, 0] + bytes(number))
        }
        return message(type == 1 || type == 28 ? records : [], id: id)
    }

    private func record(_ type: Int, _ data: [UInt8], length: Int? = nil) -> [UInt8] {
        [0xC0, 0x0C] + bytes(type) + [0, 1, 0, 0, 0, 1] + bytes(length ?? data.count) + data
    }

    private func message(
        _ records: [[UInt8]] = [], code: UInt8 = 0, truncated: Bool = false, id: [UInt8]? = nil
    ) -> [UInt8] {
        let flags: [UInt8] = [truncated ? 0x83 : 0x81, 0x80 | code]
        return (id ?? self.id) + flags + [0, 1] + bytes(records.count) + [0, 0, 0, 0] + question + records.joined()
    }
}
