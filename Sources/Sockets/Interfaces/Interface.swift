internal import CSocketShim

/// A network interface of this machine, with its IP addresses. C: netdevice(7), getifaddrs(3)
public struct Interface: Hashable, Sendable {
    /// The name, such as `lo` or `eth0`.
    public let name: String
    /// The number by which the kernel knows it; the scope of link-local addresses.
    public let index: UInt32
    /// What it can do and how it is.
    public let flags: Flags
    /// Its addresses, each with the prefix of its network.
    public private(set) var addresses: [IPNetwork]

    /// What an interface can do and how it is. C: IFF_UP and others in netdevice(7)
    public struct Flags: OptionSet, Hashable, Sendable {
        /// The bits as this system counts.
        public let rawValue: UInt32

        /// Any bits.
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// It is switched on. C: IFF_UP
        public static let up = Flags(rawValue: UInt32(bitPattern: csock_IFF_UP))
        /// It is connected. C: IFF_RUNNING
        public static let running = Flags(rawValue: UInt32(bitPattern: csock_IFF_RUNNING))
        /// It leads back into this machine. C: IFF_LOOPBACK
        public static let loopback = Flags(rawValue: UInt32(bitPattern: csock_IFF_LOOPBACK))
        /// It reaches all neighbours at once. C: IFF_BROADCAST
        public static let broadcast = Flags(rawValue: UInt32(bitPattern: csock_IFF_BROADCAST))
        /// It reaches groups. C: IFF_MULTICAST
        public static let multicast = Flags(rawValue: UInt32(bitPattern: csock_IFF_MULTICAST))
        /// It has one neighbour. C: IFF_POINTOPOINT
        public static let pointToPoint = Flags(rawValue: UInt32(bitPattern: csock_IFF_POINTOPOINT))
    }

    /// All interfaces, by their index. C: getifaddrs(3)
    public static func all() throws(SocketError) -> [Interface] {
        var found: [Interface] = []
        for row in try rows() { row.add(to: &found) }
        return found.sorted { ($0.index, $0.name) < ($1.index, $1.name) }
    }

    /// The interface with a name, or nil when there is none. C: if_nametoindex(3)
    public static func named(_ name: String) throws(SocketError) -> Interface? { try all().first { $0.name == name } }

    /// The list can grow between two looks, so it is asked for again until it fits.
    private static func rows() throws(SocketError) -> [csock_interface_t] {
        var room = 64
        while true {
            var rows = [csock_interface_t](repeating: csock_interface_t(), count: room)
            // The shim writes at most as many rows as there are.
            let count = try unsafe rows.withUnsafeMutableBufferPointer { (rows) throws(SocketError) in
                try check(.getifaddrs) { unsafe csock_interfaces(rows.baseAddress, rows.count) }
            }
            if count <= room { return Array(rows.prefix(count)) }
            room = count + 16
        }
    }
}

extension csock_interface_t {
    fileprivate func add(to interfaces: inout [Interface]) {
        let name = name_
        let known = interfaces.firstIndex { $0.name == name }
        var interface =
            known.map { interfaces[$0] }
            ?? Interface(name: name, index: index, flags: .init(rawValue: flags), addresses: [])
        if let network { interface.add(network) }
        if let known { interfaces[known] = interface } else { interfaces.append(interface) }
    }

    private var name_: String {
        // The shim ends the name by a NUL within the field.
        unsafe withUnsafeBytes(of: name) { unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    private var network: IPNetwork? {
        guard let address = SocketAddress(address, address_length).ip?.address else { return nil }
        guard let mask = SocketAddress(netmask, netmask_length).ip?.address else { return IPNetwork(single: address) }
        return (try? IPNetwork(address, netmask: mask)) ?? IPNetwork(single: address)
    }
}

extension Interface {
    fileprivate mutating func add(_ network: IPNetwork) {
        if !addresses.contains(network) { addresses.append(network) }
    }
}
