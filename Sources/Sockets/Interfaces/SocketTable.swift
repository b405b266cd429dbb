internal import CSocketShim

/// The sockets that this process has open, as the kernel knows them.
///
/// C: /proc/self/fd in proc(5), getsockname(2), getsockopt(2)
public enum SocketTable {
    /// One socket of this process.
    public struct Entry: Hashable, Sendable {
        /// The number by which the process knows it.
        public let descriptor: Int32
        /// The family of its addresses.
        public let family: AddressFamily
        /// Its type.
        public let type: SocketType
        /// Its own address.
        public let local: SocketAddress
        /// The other end's address, or nil when it is not connected.
        public let peer: SocketAddress?
        /// Where it stands: `LISTEN`, `ESTABLISHED` and so on for TCP, `connected` or `unconnected` for others.
        public let state: String
        /// Bytes that wait to be received, or nil where the kernel does not tell.
        public let receiveQueue: Int?
        /// Bytes that wait to be sent or acknowledged, or nil where the kernel does not tell.
        public let sendQueue: Int?
    }

    /// All sockets of this process, by descriptor. One that is closed meanwhile is left out.
    public static func current() throws(SocketError) -> [Entry] {
        try openDescriptors().sorted().compactMap(entry)
    }

    /// What the kernel says of a descriptor, which is only looked at; nil when it is no socket.
    private static func entry(_ number: Int32) -> Entry? {
        guard csock_is_socket(number) == 1 else { return nil }
        let socket = Socket(unchecked: number)
        let entry = Entry(of: socket)
        _ = socket.release()
        return entry
    }

    private static func openDescriptors() throws(SocketError) -> [Int32] {
        var room = 256
        while true {
            var numbers = [Int32](repeating: -1, count: room)
            // The shim writes at most as many numbers as there is room for.
            let count = try unsafe numbers.withUnsafeMutableBufferPointer { (numbers) throws(SocketError) in
                try check(.inspect) { unsafe csock_open_descriptors(numbers.baseAddress, numbers.count) }
            }
            if count <= room { return Array(numbers.prefix(count)) }
            room = count + 64
        }
    }
}

extension SocketTable.Entry {
    fileprivate init?(of socket: borrowing Socket) {
        do throws(SocketError) {
            descriptor = socket.number
            type = try socket.option(.type)
            local = try socket.localAddress
            family = local.family
            peer = try socket.fiveTuple.peer
            state = socket.stateName(isConnected: peer != nil)
            receiveQueue = try? socket.availableCount
            sendQueue = try? socket.unsentCount
        } catch { return nil }
    }
}

extension SocketTable.Entry: CustomStringConvertible {
    /// One line: descriptor, family, type, state, addresses and queues.
    public var description: String {
        let queues =
            "receive queue \(receiveQueue.map(String.init) ?? "-"), send queue \(sendQueue.map(String.init) ?? "-")"
        return "\(descriptor): \(family) \(type) \(state) \(local)\(peer.map { " -> \($0)" } ?? ""), \(queues)"
    }
}

extension Socket {
    /// Where the socket stands, in the words of its protocol where it has some.
    func stateName(isConnected: Bool) -> String {
        if let state = TCPState(rawValue: UInt8(clamping: csock_tcp_state(number))) { return state.description }
        if (try? option(.acceptsConnections)) == true { return "LISTEN" }
        return isConnected ? "connected" : "unconnected"
    }
}
