internal import Sockets

/// The listener of a readiness loop, without the type of its addresses.
class Door {
    var number: Int32 { -1 }
    func accept(_ limits: ConnectionLimits) throws(SocketError) -> Connection { throw SocketError(.accept, .closed) }
    func close() {}
}

final class ListenerDoor<Address: SocketAddressProtocol>: Door {
    private var listener: StreamListener<Address>?

    init(_ listener: consuming StreamListener<Address>) {
        self.listener = consume listener
    }

    override var number: Int32 { listener?.socket.number ?? -1 }

    override func accept(_ limits: ConnectionLimits) throws(SocketError) -> Connection {
        guard let client = try listener?.accept(.nonBlocking) else { throw SocketError(.accept, .closed) }
        return Connection(client, limits)
    }

    override func close() { listener = nil }
}
