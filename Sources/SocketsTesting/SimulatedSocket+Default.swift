import Sockets

// The options by which a receiver asks for what comes beside a packet.

#if os(Linux)
extension IPVersion {
    var packetInformation: SocketOption<Bool> { self == .v4 ? .receivePacketInformation : .receivePacketInformation6 }
    var hopLimit: SocketOption<Bool> { self == .v4 ? .receiveHopLimit : .receiveHopLimit6 }
}
#else
// Those of IPv4 have no name here.
extension IPVersion {
    var packetInformation: SocketOption<Bool> { .receivePacketInformation6 }
    var hopLimit: SocketOption<Bool> { .receiveHopLimit6 }
}
#endif

extension SimulatedSocket {
    /// Whether an option is on.
    func has(_ option: SocketOption<Bool>) -> Bool { options[option.key].flatMap(option.decode) ?? false }
}
