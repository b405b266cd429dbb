import Sockets

/// An echo request or what came for one: ICMP for both versions of IP. C: icmp(7); RFC 792, RFC 4443
struct EchoMessage {
    /// Which conversation; a ping socket's kernel chooses it.
    let identifier: UInt16
    /// Which request of the conversation.
    let sequence: UInt16
    /// Bytes that only this program sends, which tell its answers from those to others.
    let payload: [UInt8]

    /// The request as it goes over the wire. The checksum of ICMPv6 is the kernel's, which knows the addresses.
    func request(_ version: IPVersion) -> [UInt8] {
        var bytes: [UInt8] = [version == .v4 ? 8 : 128, 0, 0, 0]
        bytes += [UInt8(identifier >> 8), UInt8(identifier & 0xFF), UInt8(sequence >> 8), UInt8(sequence & 0xFF)]
        bytes += payload
        let checksum = Self.checksum(bytes)
        bytes[2] = UInt8(checksum >> 8)
        bytes[3] = UInt8(checksum & 0xFF)
        return bytes
    }

    /// The one's complement of the sum of all 16-bit words, which makes the sum over all of them 0. RFC 1071
    static func checksum(_ bytes: [UInt8]) -> UInt16 {
        var sum: UInt64 = 0
        for index in bytes.indices { sum += index % 2 == 0 ? UInt64(bytes[index]) << 8 : UInt64(bytes[index]) }
        while sum > 0xFFFF { sum = (sum & 0xFFFF) + (sum >> 16) }
        return ~UInt16(sum)
    }
}

/// What a received packet means for a request.
enum EchoAnswer: Equatable {
    /// The answer, with the packet's size and the hops it had left, where the packet tells.
    case reply(size: Int, hopLimit: Int?)
    /// A router or the host reports that the request went astray.
    case failure(String)
    /// Something else: too short, broken, or for somebody else.
    case foreign
}

extension EchoMessage {
    /// Reads a packet that may have been made by anybody.
    ///
    /// `ownsIdentifier` is false on ping sockets, whose kernel chose another identifier and sorted out those of others.
    func answer(in packet: ArraySlice<UInt8>, _ version: IPVersion, ownsIdentifier: Bool) -> EchoAnswer {
        guard let parts = version == .v4 ? IPv4Packet.unwrapped(packet) : (packet, nil) else { return .foreign }
        let message = parts.message
        guard message.count >= 8, version == .v6 || Self.checksum(Array(message)) == 0 else { return .foreign }
        let type = message[message.startIndex], code = message[message.startIndex + 1]
        if type == (version == .v4 ? 0 : 129), code == 0 {
            guard matches(message, ownsIdentifier), message.dropFirst(8).elementsEqual(payload) else { return .foreign }
            return .reply(size: message.count, hopLimit: parts.hopLimit)
        }
        guard let text = Self.failure(type, code, version), quotes(message.dropFirst(8), version, ownsIdentifier) else {
            return .foreign
        }
        return .failure(text)
    }

    /// Whether identifier and sequence are those of the request.
    private func matches(_ message: ArraySlice<UInt8>, _ ownsIdentifier: Bool) -> Bool {
        guard message.count >= 8 else { return false }
        let start = message.startIndex
        let identifier = UInt16(message[start + 4]) << 8 | UInt16(message[start + 5])
        let sequence = UInt16(message[start + 6]) << 8 | UInt16(message[start + 7])
        return sequence == self.sequence && (!ownsIdentifier || identifier == self.identifier)
    }

    /// Whether an error message quotes the request: an IP header and at least 8 bytes of ours.
    private func quotes(_ quote: ArraySlice<UInt8>, _ version: IPVersion, _ ownsIdentifier: Bool) -> Bool {
        let inner = version == .v4 ? IPv4Packet.unwrapped(quote)?.message : quote.dropFirst(40)
        guard let inner, inner.first == (version == .v4 ? 8 : 128) else { return false }
        return matches(inner, ownsIdentifier)
    }

    private static func failure(_ type: UInt8, _ code: UInt8, _ version: IPVersion) -> String? {
        switch (version, type) {
        case (.v4, 3), (.v6, 1): "destination unreachable, code \(code)"
        case (.v6, 2): "packet too big"
        case (.v4, 11), (.v6, 3): "time to live exceeded"
        case (.v4, 12), (.v6, 4): "a router finds the packet wrong"
        default: nil
        }
    }
}

/// The header that raw sockets of IPv4 deliver, and ping sockets do not. RFC 791
enum IPv4Packet {
    /// The ICMP message in the packet and the hops left; nil when it is no ICMP or cut short.
    static func unwrapped(_ packet: ArraySlice<UInt8>) -> (message: ArraySlice<UInt8>, hopLimit: Int?)? {
        guard let first = packet.first else { return nil }
        // No ICMP type used here is above 0x40, so that a header's version 4 in the upper half tells it.
        guard first >> 4 == 4 else { return (packet, nil) }
        let length = Int(first & 0x0F) * 4, start = packet.startIndex
        guard length >= 20, packet.count >= length, packet[start + 9] == 1 else { return nil }
        return (packet.dropFirst(length), Int(packet[start + 8]))
    }
}
