// One ICMP echo, as `ping` sends it. ICMP has no ports: it lies below TCP and UDP, so it takes a raw socket.
//
//     swift run icmp-echo 127.0.0.1
import ExampleSupport
import Sockets

/// A socket for ICMP, and whether it is a raw one.
struct EchoSocket: ~Copyable {
    let socket: Socket
    let isRaw: Bool

    /// Linux has a small substitute that needs no privilege, where the administrator permits it to the user's group
    /// (net.ipv4.ping_group_range). Otherwise it takes a raw socket, which only root and programs with the capability
    /// CAP_NET_RAW get: it sees the packets of all other programs.
    init() throws(SocketError) {
        do throws(SocketError) {
            socket = try Socket(.ipv4, .datagram, .icmp)
            isRaw = false
        } catch .accessDenied {
            socket = try Socket(.ipv4, .raw, .icmp)
            isRaw = true
        }
    }
}

/// The sum that ICMP protects its messages with: 16-bit words in one's complement. C: RFC 1071
func checksum(_ bytes: Span<UInt8>) throws(ByteRangeError) -> UInt16 {
    var sum: UInt32 = 0
    for offset in stride(from: 0, to: bytes.count, by: 2) {
        sum += UInt32(try bytes.loadBigEndian(UInt16.self, at: offset))
    }
    while sum > 0xFFFF { sum = (sum & 0xFFFF) + (sum >> 16) }
    return ~UInt16(sum)
}

/// An echo request: type 8, code 0, checksum, an identifier and a number that the answer repeats, and any data.
func request(_ identifier: UInt16) throws(ByteRangeError) -> [UInt8] {
    var message = [UInt8](repeating: 0, count: 16)
    var span = message.mutableSpan
    span[0] = 8
    try span.storeBigEndian(identifier, at: 4)
    try span.storeBigEndian(UInt16(1), at: 6)
    try span.copy("sockets!".utf8.span, to: 8)
    let sum = try checksum(message.span)
    span = message.mutableSpan
    try span.storeBigEndian(sum, at: 2)
    return message
}

example {
    let target = try IPv4Address(parsing: argument(0, or: "127.0.0.1"))
    let echo = try EchoSocket()
    print("a \(echo.isRaw ? "raw" : "ping") socket")

    let message = try request(UInt16.random(in: 0 ... .max))
    let begin = ContinuousClock.now, deadline = Deadline.after(.seconds(3))
    // Connected, it hears of this host only. ICMP has no ports, so the address has port 0.
    try echo.socket.connect(to: IPSocketAddress(target, port: 0))
    _ = try echo.socket.send(message.span)

    // A raw socket also gets the messages of others, and on loopback the request itself: so look for the answer.
    var buffer = [UInt8](repeating: 0, count: 1500)
    while try !echo.socket.wait(for: .readable, until: deadline).isEmpty {
        let count = try echo.socket.receive(into: &buffer)
        // Raw sockets get the IP header too, whose length stands in its first byte, in words.
        let start = echo.isRaw ? Int(buffer[0] & 15) * 4 : 0
        // The kernel chooses the identifier of a ping socket, so the number and the data are what can be compared.
        guard count == start + 16, buffer[start] == 0, buffer[start + 6..<count] == message[6...] else { continue }
        guard !echo.isRaw || buffer[start + 4..<start + 6] == message[4..<6] else { continue }
        print("answer from \(target): 16 bytes in \(begin.duration(to: .now))")
        return
    }
    throw SocketError(.recv, .timedOut)
}
