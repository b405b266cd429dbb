import AsyncSockets
import Sockets

/// Which sockets are bound where.
struct Places {
    /// What sockets cannot share unless their addresses differ.
    private struct Door: Hashable {
        let isStream: Bool
        let family: AddressFamily
        let port: UInt16
        let unix: UnixAddress?

        init?(_ address: SocketAddress, isStream: Bool) {
            self.isStream = isStream
            family = address.family
            port = address.ip?.port.rawValue ?? 0
            unix = address.unix
            if address.ip == nil && unix == nil { return nil }
        }
    }

    private struct Guest {
        let address: SocketAddress
        let number: Int32
        /// Whether others that want to can have the place, too. C: SO_REUSEADDR in socket(7)
        let isSharing: Bool

        /// Whether what goes to this address is for it: an unspecified address stands for all.
        func receives(_ target: SocketAddress) -> Bool {
            address == target || address.ip?.address.isUnspecified == true
        }
    }

    private var guests: [Door: [Guest]] = [:]
    private var lastPort: UInt16 = 49151

    /// Binds a socket, and answers with the address it has then; nil when another one has it.
    mutating func take(_ wanted: SocketAddress, for socket: SimulatedSocket) -> SocketAddress? {
        guard let address = withPort(wanted, socket.isStream), let door = Door(address, isStream: socket.isStream)
        else {
            return nil
        }
        let isAny = address.ip?.address.isUnspecified == true, isSharing = socket.isStream && socket.has(.reuseAddress)
        let others = guests[door, default: []].filter { !(isSharing && $0.isSharing) }
        guard !others.contains(where: { isAny || $0.receives(address) }) else { return nil }
        guests[door, default: []].append(Guest(address: address, number: socket.number, isSharing: isSharing))
        return address
    }

    /// The socket that gets what goes to an address, the one that is bound to exactly that first.
    func find(_ target: SocketAddress, isStream: Bool) -> Int32? {
        guard let door = Door(target, isStream: isStream), let guests = guests[door] else { return nil }
        return (guests.first { $0.address == target } ?? guests.first { $0.receives(target) })?.number
    }

    mutating func leave(_ socket: SimulatedSocket) {
        guard let door = Door(socket.local, isStream: socket.isStream) else { return }
        guests[door]?.removeAll { $0.number == socket.number }
        if guests[door]?.isEmpty == true { guests[door] = nil }
    }

    /// The address with a port that nobody has, if it names none.
    private mutating func withPort(_ address: SocketAddress, _ isStream: Bool) -> SocketAddress? {
        guard var ip = address.ip, ip.port == .any else { return address }
        for _ in 49152...65535 {
            lastPort = lastPort == 65535 ? 49152 : lastPort + 1
            ip.port = Port(lastPort)
            if let found = try? ip.encoded(), let door = Door(found, isStream: isStream), guests[door] == nil {
                return found
            }
        }
        return nil
    }
}

extension SocketAddress {
    /// The address of the machine from which a target is reached, with any port; nil where none is needed.
    static func source(for target: SocketAddress) -> SocketAddress? {
        guard let ip = target.ip else { return nil }
        let outside = IPAddress(ip.version == .v4 ? "10.0.0.1" : "fd00::1") ?? .any(ip.version)
        let isHere = ip.address.isLoopback || ip.address.isUnspecified
        let address: IPAddress = isHere ? .loopback(ip.version) : outside
        return try? IPSocketAddress(address, port: .any).encoded()
    }
}
