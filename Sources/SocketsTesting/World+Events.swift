import AsyncSockets
internal import CSocketShim
import Sockets

extension World {
    /// Lets something happen, and says whom it concerns.
    func happen(_ action: Action) -> [(Int32, Direction)] {
        switch action {
        case .wake(let number, let direction): return [(number, direction)]
        case .deliver(let number, let bytes): return deliver(bytes, to: number)
        case .end(let number): return end(number)
        case .reset(let number): return reset(number)
        case .arrive(let number, let target): return arrive(number, at: target)
        case .answer(let number, let error): return answer(number, error)
        case .datagram(let datagram, let sender): return deliver(datagram, from: sender)
        case .unreachable(let number): return unreachable(number)
        }
    }

    private func deliver(_ bytes: [UInt8], to number: Int32) -> [(Int32, Direction)] {
        guard let socket = sockets[number] else { return [] }
        socket.underWay -= bytes.count
        // Nothing comes after a reset.
        guard socket.peer != nil else { return [] }
        note(.delivered, number, bytes.count)
        if socket.error == 0 { socket.incoming.append(bytes) }
        return [(number, .read)]
    }

    private func end(_ number: Int32) -> [(Int32, Direction)] {
        guard let socket = sockets[number], !socket.hasEnded else { return [] }
        socket.hasEnded = true
        note(.ended, number)
        return [(number, .read)]
    }

    func reset(_ number: Int32) -> [(Int32, Direction)] {
        guard let socket = sockets[number], socket.peer != nil else { return [] }
        socket.peer = nil
        socket.error = csock_ECONNRESET
        (socket.hasEnded, socket.isShut) = (true, true)
        note(.reset, number)
        return [(number, .read), (number, .write)]
    }

    private func arrive(_ number: Int32, at target: SocketAddress) -> [(Int32, Direction)] {
        guard let client = sockets[number] else { return [] }
        let back = travelTime()
        guard let listener = places.find(target, isStream: true).flatMap({ sockets[$0] }),
            case .listening(let backlog) = listener.phase, !random.happens(conditions.refusal)
        else {
            plan(.answer(number, csock_ECONNREFUSED), after: back)
            return []
        }
        guard listener.queue.count <= backlog else {
            // The client asks again after a second, as TCP does.
            plan(.arrive(number, target), after: 1_000_000_000)
            return []
        }
        let accepted = open(client.family, isStream: true)
        guard let server = sockets[accepted] else { return [] }
        connect(client, to: server, at: target)
        client.peer = accepted
        server.lastArrival = now.saturatingAdd(back)
        listener.queue.append(accepted)
        plan(.answer(number, 0), after: back)
        return [(listener.number, .read)]
    }

    private func connect(_ client: SimulatedSocket, to server: SimulatedSocket, at target: SocketAddress) {
        (server.local, server.peerAddress, server.peer) = (target, client.local, client.number)
        server.phase = .connected
    }

    private func answer(_ number: Int32, _ error: Int32) -> [(Int32, Direction)] {
        guard let socket = sockets[number] else { return [] }
        socket.phase = error == 0 ? .connected : .failed(error)
        note(error == 0 ? .connected : .refused, number)
        return [(number, .write)]
    }

    private func deliver(_ datagram: ReceivedDatagram, from sender: Int32) -> [(Int32, Direction)] {
        // One that is connected to somebody else is as good as nobody.
        guard let receiver = places.find(datagram.target, isStream: false).flatMap({ sockets[$0] }),
            receiver.peerAddress.isNone || receiver.peerAddress == datagram.sender
        else {
            plan(.unreachable(sender), after: travelTime())
            return []
        }
        guard receiver.datagrams.count < 1024 else {
            note(.lost, receiver.number, datagram.bytes.count)
            return []
        }
        receiver.datagrams.append(datagram)
        note(.delivered, receiver.number, datagram.bytes.count)
        return [(receiver.number, .read)]
    }

    private func unreachable(_ number: Int32) -> [(Int32, Direction)] {
        guard let socket = sockets[number], !socket.peerAddress.isNone else { return [] }
        socket.error = csock_ECONNREFUSED
        note(.refused, number)
        return [(number, .read), (number, .write)]
    }
}
