import AsyncSockets
internal import CSocketShim
import Sockets

extension World {
    /// The most bytes of a datagram. C: udp(7)
    private static let largest = 65_507

    /// The size the datagram had, of which as much is in the memory as it has room for.
    func receiveDatagram(
        _ socket: SimulatedSocket, _ memory: UnsafeMutableBufferPointer<UInt8>, _ message: inout VirtualMessage,
        isPeek: Bool
    ) -> Int {
        if socket.error != 0 { return takeError(socket) }
        guard let datagram = socket.datagrams.first else { return wait(socket, .read) }
        if isPutOff(socket, .read) { return Attempt.pending }
        message.sender = datagram.sender
        message.control = datagram.extras.control(for: socket, at: datagram.target.ip)
        for index in 0..<min(memory.count, datagram.bytes.count) { unsafe memory[index] = datagram.bytes[index] }
        if !isPeek {
            socket.datagrams.removeFirst()
            note(.received, socket.number, datagram.bytes.count)
        }
        return datagram.bytes.count
    }

    func sendDatagram(
        _ socket: SimulatedSocket, _ memory: UnsafeBufferPointer<UInt8>, _ control: OutgoingControl,
        to address: SocketAddress
    ) -> Int {
        if socket.error != 0 { return takeError(socket) }
        let target = address.isNone ? socket.peerAddress : address
        guard !target.isNone else { return -Int(csock_EDESTADDRREQ) }
        guard target.family == socket.family else { return -Int(csock_EAFNOSUPPORT) }
        guard memory.count <= Self.largest else { return -Int(csock_EMSGSIZE) }
        let bound = bindAny(socket, toReach: target)
        guard bound >= 0 else { return Int(bound) }
        if isPutOff(socket, .write) { return Attempt.pending }
        note(.sent, socket.number, memory.count)
        let extras = SentExtras(control)
        let datagram = unsafe ReceivedDatagram(
            sender: extras.source(socket.local, to: target), target: target, bytes: Array(memory), extras: extras)
        dispatch(datagram, socket)
        return memory.count
    }

    /// Sends it on its way: once, twice or never, in its turn or late.
    private func dispatch(_ datagram: ReceivedDatagram, _ socket: SimulatedSocket) {
        let count = datagram.bytes.count
        if isSilent(datagram.target) { return note(.swallowed, socket.number, count) }
        if random.happens(conditions.loss) { return note(.lost, socket.number, count) }
        let copies = random.happens(conditions.duplication) ? 2 : 1
        if copies == 2 { note(.duplicated, socket.number, count) }
        for _ in 0..<copies {
            plan(.datagram(datagram, from: socket.number), at: datagramArrival(socket, count))
        }
    }

    private func datagramArrival(_ socket: SimulatedSocket, _ count: Int) -> Int64 {
        guard random.happens(conditions.reordering) else { return arrival(socket, count) }
        note(.reordered, socket.number, count)
        // Late enough that several others can come before it.
        let usual = max(1_000_000, conditions.latency.nanosecondsHere)
        return now.saturatingAdd(usual).saturatingAdd(random.upTo(usual.saturatingAdd(usual)).saturatingAdd(1))
    }
}
