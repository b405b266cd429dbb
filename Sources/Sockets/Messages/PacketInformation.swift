internal import CSocketShim

/// Which address a datagram was sent to and by which interface it came; sent along, which ones to use.
///
/// Received after `.receivePacketInformation` (IPv4, Linux) or `.receivePacketInformation6` was set.
/// C: IP_PKTINFO in ip(7), IPV6_PKTINFO in ipv6(7)
public struct PacketInformation: ControlMessage, Hashable {
    /// Received: the address the datagram was sent to. Sent: the source address to use, or the wildcard for any.
    public let address: IPAddress
    /// The index of the interface it came by, or is to leave by; 0 for any.
    public let interfaceIndex: UInt32

    /// What to send along with a datagram.
    public init(address: IPAddress, interfaceIndex: UInt32 = 0) {
        self.address = address
        self.interfaceIndex = interfaceIndex
    }

    /// The information that a record holds.
    public init?(_ record: borrowing ControlRecord) {
        var info = csock_packet_info_t()
        var raw = record.raw
        let result = unsafe record.data.withUnsafeBufferPointer { data -> Int32 in
            // Without bytes there is no such record; with bytes, the shim reads no more than there are.
            guard let base = data.baseAddress else { return -1 }
            return unsafe csock_control_get_packet_info(base, &raw, &info)
        }
        guard result == 0, let address = IPAddress(info) else { return nil }
        self.init(address: address, interfaceIndex: info.interface_index)
    }

    /// Writes the information as a record.
    public func write(into control: inout OutgoingControl) throws(SocketError) {
        var info = csock_packet_info_t()
        info.interface_index = interfaceIndex
        info.family = address.version == .v4 ? csock_AF_INET : csock_AF_INET6
        address.copyBytes(to: &info)
        try unsafe control.put { unsafe csock_control_put_packet_info($0, $1, $2, &info) }
    }
}

extension IPAddress {
    fileprivate init?(_ info: csock_packet_info_t) {
        let count = info.family == csock_AF_INET ? 4 : 16
        var bytes: [UInt8] = []
        // The field has 16 bytes.
        unsafe withUnsafeBytes(of: info.address) { unsafe bytes.append(contentsOf: $0.prefix(count)) }
        self.init(bytes: bytes.span)
    }

    fileprivate func copyBytes(to info: inout csock_packet_info_t) {
        unsafe withUnsafeMutableBytes(of: &info.address) { target in
            switch self {
            case .v4(let address): for index in 0..<4 { unsafe target[index] = address.octets[index] }
            case .v6(let address): for index in 0..<16 { unsafe target[index] = address.bytes[index] }
            }
        }
    }
}
