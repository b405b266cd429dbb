import AsyncSockets
internal import CSocketShim
import Sockets

extension World {
    /// Receives a message of any socket, or looks at it.
    func receive(
        _ number: Int32, _ memory: UnsafeMutableBufferPointer<UInt8>, _ flags: ReceiveFlags,
        _ message: inout VirtualMessage
    ) -> Int {
        guard flags.isSubset(of: [.peek, .dontWait]) else { return -Int(csock_ENOTSUP) }
        guard let socket = sockets[number] else { return -Int(csock_EBADF) }
        let isPeek = flags.contains(.peek)
        if socket.isStream { return unsafe receive(number, memory, isPeek: isPeek) }
        return unsafe receiveDatagram(socket, memory, &message, isPeek: isPeek)
    }

    /// Sends a message, to the peer for `none`. Streams carry nothing but bytes.
    func send(
        _ number: Int32, _ memory: UnsafeBufferPointer<UInt8>, _ control: OutgoingControl, to address: SocketAddress,
        _ flags: SendFlags
    ) -> Int {
        guard let socket = sockets[number] else { return -Int(csock_EBADF) }
        guard flags.isDisjoint(with: [.outOfBand, .endOfRecord]) else { return -Int(csock_ENOTSUP) }
        guard socket.isStream else { return unsafe sendDatagram(socket, memory, control, to: address) }
        guard address.isNone else { return -Int(csock_EISCONN) }
        return control.isEmpty ? unsafe send(number, memory) : -Int(csock_ENOTSUP)
    }

    /// Whether a call would not wait, though it may fail.
    func isReady(_ number: Int32, _ direction: Direction) -> Bool {
        guard let socket = sockets[number], socket.error == 0 else { return true }
        if direction == .read {
            return socket.hasEnded || socket.incoming.count > 0 || !socket.datagrams.isEmpty || !socket.queue.isEmpty
        }
        guard socket.isStream, !socket.isShut else { return true }
        guard socket.phase == .connected, let peer = socket.peer.flatMap({ sockets[$0] }) else {
            return socket.phase != .connecting
        }
        return conditions.window > peer.incoming.count + peer.underWay
    }
}

/// What was sent beside a datagram.
struct SentExtras {
    private var hopLimit: HopLimit?
    private var information: PacketInformation?
    /// What the network hands through, because it knows nothing of it.
    private var rest: OutgoingControl

    init(_ control: OutgoingControl) {
        rest = OutgoingControl(capacity: control.count)
        if control.isEmpty { return }
        var records = IncomingControl(capacity: control.count)
        // There is as much room as there are records, and none of them is a descriptor.
        _ = try? records.replace(with: control)
        hopLimit = records.first(HopLimit.self)
        information = records.first(PacketInformation.self)
        records.forEach { record in
            if HopLimit(record) != nil || PacketInformation(record) != nil { return }
            try? rest.append(level: record.level, type: record.type, data: record.data)
        }
    }

    /// The sender's address: the one that it asked for, or that leads to the target where it is bound to all of them.
    func source(_ local: SocketAddress, to target: SocketAddress) -> SocketAddress {
        guard let bound = local.ip else { return local }
        let wanted = information.flatMap { $0.address.isUnspecified ? nil : $0.address }
        let suitable = bound.address.isUnspecified ? SocketAddress.source(for: target)?.ip?.address : nil
        guard let address = wanted ?? suitable else { return local }
        return (try? IPSocketAddress(address, port: bound.port).encoded()) ?? local
    }

    /// What a receiver gets that was reached at an address: what its options ask for, and what the network hands through.
    func control(for socket: SimulatedSocket, at target: IPSocketAddress?) -> OutgoingControl {
        guard let target else { return rest }
        var control = OutgoingControl(capacity: rest.count + 128)
        let version = target.version
        // There is room for both, and for the rest.
        if socket.has(version.packetInformation) {
            let address = target.address.isUnspecified ? IPAddress.loopback(version) : target.address
            try? control.append(PacketInformation(address: address, interfaceIndex: 1))
        }
        if socket.has(version.hopLimit) { try? control.append(HopLimit(hopLimit?.value ?? 64, version)) }
        try? control.append(rest)
        return control
    }
}
