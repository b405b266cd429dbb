#if !os(Linux)
internal import Sockets

// What Linux has in System+Linux.swift.

extension Socket {
    /// Bytes that the peer has not acknowledged: 0, because that is unknown.
    var unacknowledged: Int { get throws(SocketError) { 0 } }
}

extension ReceiveFlags {
    /// Those that receive something else than the bytes in their order.
    static var besideBytes: ReceiveFlags { .outOfBand }
}
#endif
