internal import CSocketShim
internal import Sockets

// What roles do where the engine has sockets of its own.

extension EventLoop {
    /// A socket of the engine's own, as `setUp` leaves it.
    func openVirtual(
        _ sockets: any VirtualSockets, _ family: AddressFamily, isStream: Bool,
        _ setUp: (Int32) throws(SocketError) -> Void
    ) throws(SocketError) -> SlotReference {
        let number = try require(.socket, sockets.open(family, isStream: isStream))
        do throws(SocketError) { try setUp(number) } catch {
            _ = sockets.close(number)
            throw error
        }
        return try open(number, Slot.State.of(family, isStream: isStream))
    }
}

extension Connecting {
    /// Connects a socket of the engine's own; otherwise as a real one.
    static func connect(
        _ sockets: any VirtualSockets, to target: SocketAddress, from source: SocketAddress, _ limit: TimeLimit,
        _ loop: EventLoop
    ) async throws(SocketError) -> SlotReference {
        let reference = try loop.openVirtual(sockets, target.family, isStream: true) { (number) throws(SocketError) in
            if !source.isNone { try require(.bind, sockets.bind(number, to: source)) }
        }
        do throws(SocketError) {
            var result = sockets.connect(reference.descriptor, to: target)
            while result == -csock_EINPROGRESS {
                _ = try await reference.afterAttempt(Attempt.pending, .write, limit, .connect)
                result = sockets.connectResult(reference.descriptor)
            }
            try require(.connect, result)
            return reference
        } catch {
            loop.release(reference)
            throw error.with(peer: target)
        }
    }
}

extension SlotReference {
    /// Receives a datagram of a socket of the engine's own: the size it had.
    func receiveVirtual(
        into buffer: inout [UInt8], from sender: inout SocketAddress, _ limit: TimeLimit
    ) async throws(SocketError) -> Int {
        let limit = starting(limit)
        while true {
            let answer = receiveVirtual(&buffer, &sender)
            if answer >= 0 { return answer }
            guard answer != Attempt.elsewhere else {
                return try await loop.actor.receiveVirtual(self, into: &buffer, from: &sender, limit)
            }
            _ = try await afterAttempt(answer, .read, limit, .recvfrom)
        }
    }

    /// Sends a datagram on a socket of the engine's own, to the peer for `none`.
    func sendVirtual(
        _ bytes: Span<UInt8>, to address: SocketAddress, _ limit: TimeLimit
    ) async throws(SocketError) -> Int {
        let limit = starting(limit)
        while true {
            let answer = sendVirtual(bytes, address)
            if answer >= 0 { return answer }
            guard answer != Attempt.elsewhere else {
                return try await loop.actor.sendVirtual(self, bytes, to: address, limit)
            }
            _ = try await afterAttempt(answer, .write, limit, .sendto)
        }
    }

    private func receiveVirtual(_ buffer: inout [UInt8], _ sender: inout SocketAddress) -> Int {
        guard loop.isCurrent else { return Attempt.elsewhere }
        let obstacle = obstacle(.read)
        guard obstacle == 0, let virtual else { return obstacle == 0 ? -Int(csock_EBADF) : obstacle }
        // The engine writes during the call only.
        return unsafe buffer.withUnsafeMutableBufferPointer { unsafe virtual.receive(self, $0, from: &sender) }
    }

    private func sendVirtual(_ bytes: Span<UInt8>, _ address: SocketAddress) -> Int {
        guard loop.isCurrent else { return Attempt.elsewhere }
        let obstacle = obstacle(.write)
        guard obstacle == 0, let virtual else { return obstacle == 0 ? -Int(csock_EBADF) : obstacle }
        // The engine reads during the call only.
        return unsafe bytes.withUnsafeBufferPointer { unsafe virtual.send(self, $0, to: address) }
    }
}

extension LoopActor {
    func receiveVirtual(
        _ slot: SlotReference, into buffer: inout [UInt8], from sender: inout SocketAddress, _ limit: TimeLimit
    ) async throws(SocketError) -> Int {
        try slot.requireLoop(.recvfrom)
        return try await slot.receiveVirtual(into: &buffer, from: &sender, limit)
    }

    func sendVirtual(
        _ slot: SlotReference, _ bytes: Span<UInt8>, to address: SocketAddress, _ limit: TimeLimit
    ) async throws(SocketError) -> Int {
        try slot.requireLoop(.sendto)
        return try await slot.sendVirtual(bytes, to: address, limit)
    }
}
