import AsyncSockets
internal import CSocketShim
import Sockets

extension World {
    func listen(_ number: Int32, backlog: Int) -> Int32 {
        guard let socket = sockets[number] else { return -csock_EBADF }
        guard socket.isStream else { return -csock_ENOTSUP }
        socket.phase = .listening(backlog: backlog)
        note(.listening, number)
        return 0
    }

    func connect(_ number: Int32, to target: SocketAddress) -> Int32 {
        guard let socket = sockets[number] else { return -csock_EBADF }
        guard target.family == socket.family else { return -csock_EAFNOSUPPORT }
        guard socket.phase == .new else { return -csock_EISCONN }
        let bound = bindAny(socket, toReach: target)
        guard bound >= 0 else { return bound }
        socket.peerAddress = target
        guard socket.isStream else {
            socket.phase = .connected
            return 0
        }
        socket.phase = .connecting
        note(.connecting, number)
        if isSilent(target) || random.happens(conditions.blackHole) {
            note(.swallowed, number)
        } else {
            plan(.arrive(number, target), after: travelTime())
        }
        return -csock_EINPROGRESS
    }

    /// Whether nobody answers there, by the test's wish.
    func isSilent(_ target: SocketAddress) -> Bool { target.ip.map(silent.contains) ?? false }

    func connectResult(_ number: Int32) -> Int32 {
        switch sockets[number]?.phase {
        case .connected: 0
        case .connecting: -csock_EINPROGRESS
        case .failed(let error): -error
        default: -csock_EBADF
        }
    }

    func accept(_ slot: SlotReference, _ peer: inout SocketAddress) -> Int {
        guard let listener = sockets[slot.slot.descriptor], case .listening = listener.phase else {
            return -Int(csock_EINVAL)
        }
        guard let accepted = listener.queue.first else { return wait(listener, .read) }
        if isPutOff(listener, .read) { return Attempt.pending }
        if random.happens(conditions.acceptFailure) {
            note(.acceptFailed, listener.number)
            return -Int(csock_EMFILE)
        }
        listener.queue.removeFirst()
        peer = sockets[accepted]?.peerAddress ?? .none
        note(.accepted, accepted)
        return Int(accepted)
    }

    /// Receives bytes of a stream, or looks at them.
    func receive(_ number: Int32, _ memory: UnsafeMutableBufferPointer<UInt8>, isPeek: Bool = false) -> Int {
        guard let socket = sockets[number] else { return -Int(csock_EBADF) }
        guard socket.isStream else {
            var message = VirtualMessage()
            return min(memory.count, unsafe receiveDatagram(socket, memory, &message, isPeek: isPeek))
        }
        guard socket.phase == .connected else { return -Int(csock_ENOTCONN) }
        guard socket.incoming.count > 0 || memory.isEmpty else { return receiveNothing(socket) }
        if isPutOff(socket, .read) { return Attempt.pending }
        if isResetNow(socket) { return takeError(socket) }
        let count = shortened(min(memory.count, socket.incoming.count), socket)
        unsafe socket.incoming.copy(count, to: memory)
        if isPeek { return count }
        socket.incoming.removeFirst(count)
        note(.received, number, count)
        if let peer = socket.peer { plan(.wake(peer, .write)) }
        return count
    }

    /// Nothing has come: an error, the end, or the wait for more.
    private func receiveNothing(_ socket: SimulatedSocket) -> Int {
        if socket.error != 0 { return takeError(socket) }
        return socket.hasEnded ? 0 : wait(socket, .read)
    }

    func send(_ number: Int32, _ memory: UnsafeBufferPointer<UInt8>) -> Int {
        guard let socket = sockets[number] else { return -Int(csock_EBADF) }
        guard socket.isStream else { return unsafe sendDatagram(socket, memory, .init(capacity: 0), to: .none) }
        guard socket.phase == .connected else { return -Int(csock_ENOTCONN) }
        if socket.error != 0 { return takeError(socket) }
        guard !socket.isShut, let number = socket.peer else { return -Int(csock_EPIPE) }
        guard let peer = sockets[number] else { return sendToNobody(socket, memory.count) }
        let room = max(0, conditions.window) - peer.incoming.count - peer.underWay
        guard room > 0 || memory.isEmpty else { return wait(socket, .write) }
        if isPutOff(socket, .write) { return Attempt.pending }
        if isResetNow(socket) { return takeError(socket) }
        let count = shortened(min(memory.count, room), socket)
        peer.underWay += count
        plan(
            .deliver(number, unsafe Array(UnsafeBufferPointer(rebasing: memory.prefix(count)))),
            at: arrival(socket, count))
        note(.sent, socket.number, count)
        return count
    }

    /// The peer has closed: the kernel takes the bytes, and its answer to them is a reset.
    private func sendToNobody(_ socket: SimulatedSocket, _ count: Int) -> Int {
        plan(.reset(socket.number), after: travelTime().saturatingAdd(travelTime()))
        note(.sent, socket.number, count)
        return count
    }

    /// When something that leaves now is at the other end. Nothing overtakes what left before.
    func arrival(_ socket: SimulatedSocket, _ count: Int) -> Int64 {
        socket.sentOut = max(socket.sentOut, now).saturatingAdd(sendingTime(count))
        socket.lastArrival = max(socket.lastArrival, socket.sentOut.saturatingAdd(travelTime()))
        return socket.lastArrival
    }

    /// Two streams that are connected to each other.
    func pair() -> (Int32, Int32) {
        let numbers = (open(.unix, isStream: true), open(.unix, isStream: true))
        for (number, peer) in [numbers, (numbers.1, numbers.0)] {
            sockets[number]?.phase = .connected
            sockets[number]?.peer = peer
        }
        return numbers
    }

    func shutdown(_ number: Int32, _ half: ShutdownHalf) -> Int32 {
        guard let socket = sockets[number] else { return -csock_EBADF }
        guard socket.phase == .connected, let peer = socket.peer else { return -csock_ENOTCONN }
        if half != .read, !socket.isShut {
            socket.isShut = true
            plan(.end(peer), at: arrival(socket, 0))
        }
        if half != .write {
            socket.hasEnded = true
            plan(.wake(number, .read))
        }
        return 0
    }

    /// The last of a socket: what its peer sees of its close.
    func leave(_ socket: SimulatedSocket) {
        guard socket.isStream, let peer = socket.peer else { return }
        // Who closes with bytes unread resets, so that the sender knows they were lost.
        if socket.resetsOnClose || socket.incoming.count > 0 {
            plan(.reset(peer), at: arrival(socket, 0))
        } else if !socket.isShut {
            plan(.end(peer), at: arrival(socket, 0))
        }
    }
}
