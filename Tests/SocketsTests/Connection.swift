import Sockets

/// Two ends of one TCP connection over loopback.
struct Connection: ~Copyable {
    var client: TCPStream
    var server: TCPStream

    init(_ version: IPVersion = .v4) throws(SocketError) {
        let listener = try TCPListener(on: .loopback(version, port: 0))
        let client = try TCPStream.connect(to: listener.localAddress)
        let server = try listener.accept()
        self.client = client
        self.server = server
    }
}

/// Bytes whose order shows when one is lost or doubled. They repeat after a prime number of them.
func pattern(_ count: Int) -> [UInt8] {
    let block = (0..<min(count, 65_521)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    while bytes.count + block.count <= count, !block.isEmpty { bytes += block }
    return bytes + block.prefix(count - bytes.count)
}

extension Socket {
    /// Receives at most this many bytes.
    func receive(upTo count: Int, flags: ReceiveFlags = []) throws(SocketError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0xEE, count: count)
        let received = try receive(into: &buffer, flags: flags)
        return Array(buffer.prefix(received))
    }

    /// Waits for data or the end of the stream, then receives at most this many bytes.
    func receiveWhenReadable(upTo count: Int) throws(SocketError) -> [UInt8] {
        try wait(for: .readable)
        return try receive(upTo: count)
    }
}
