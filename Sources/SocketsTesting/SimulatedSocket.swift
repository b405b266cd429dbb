import AsyncSockets
import Sockets

/// One socket of a simulated network.
final class SimulatedSocket {
    enum Phase: Equatable {
        case new, listening(backlog: Int), connecting, connected, failed(Int32)
    }

    let number: Int32
    let family: AddressFamily
    let isStream: Bool
    var phase = Phase.new
    var local = SocketAddress.none
    var peerAddress = SocketAddress.none
    /// Whom to wake, while a loop looks after it.
    var slot: SlotReference?
    var options: [OptionKey: OptionBytes] = [:]
    /// An error that the next operation reports: an errno.
    var error: Int32 = 0

    // Streams:
    /// The other end.
    var peer: Int32?
    /// Bytes that have come, and nobody has received.
    var incoming = ByteQueue()
    /// Bytes that are on their way to it.
    var underWay = 0
    /// No more comes; no more goes.
    var hasEnded = false, isShut = false
    var resetsOnClose = false
    /// When the latest of what is on its way to the peer arrives, so that nothing overtakes it.
    var lastArrival: Int64 = 0
    /// When what was sent before has gone out, if there is a limit of speed.
    var sentOut: Int64 = 0
    /// Connections that a listener has not accepted.
    var queue: [Int32] = []

    // Datagrams:
    var datagrams: [ReceivedDatagram] = []

    /// What has been put off once goes on the next time, so that everybody gets somewhere whatever the chances are.
    var putOff: Set<Direction> = [], misled: Set<Direction> = []

    init(_ number: Int32, _ family: AddressFamily, isStream: Bool) {
        self.number = number
        self.family = family
        self.isStream = isStream
    }
}

/// A datagram that nobody has received.
struct ReceivedDatagram {
    let sender: SocketAddress
    let target: SocketAddress
    let bytes: [UInt8]
    let extras: SentExtras
}

/// Bytes, first in, first out.
struct ByteQueue {
    private var bytes: [UInt8] = []
    private var start = 0

    var count: Int { bytes.count - start }

    mutating func append(_ more: [UInt8]) { bytes += more }

    /// Copies the first bytes into memory that has room for them.
    func copy(_ count: Int, to memory: UnsafeMutableBufferPointer<UInt8>) {
        for index in 0..<count { unsafe memory[index] = bytes[start + index] }
    }

    mutating func removeFirst(_ count: Int) {
        start += count
        if start > bytes.count / 2 {
            bytes.removeFirst(start)
            start = 0
        }
    }
}
