#if os(Linux)
internal import Sockets

// What other systems have in System+Others.swift.

extension Socket {
    /// Bytes that the peer has not acknowledged, 0 where that is unknown; the end of the stream counts as one.
    var unacknowledged: Int {
        get throws(SocketError) {
            let family = try localAddress.family
            guard family == .ipv4 || family == .ipv6 else { return 0 }
            let count = try unsentCount
            if count > 0, try option(.tcpInfo).state == .closed { throw SocketError(.close, .connectionReset) }
            return count
        }
    }
}

extension ReceiveFlags {
    /// Those that receive something else than the bytes in their order.
    static var besideBytes: ReceiveFlags { [.outOfBand, .errorQueue] }
}
#endif
