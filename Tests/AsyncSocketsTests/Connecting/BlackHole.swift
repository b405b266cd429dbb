import Sockets

/// A listener that lets nobody in: its queue is full, so that the kernel answers no further client.
///
/// It opens when the queue is emptied; the kernel tries again a second after its first try.
final class BlackHole {
    private let listener: TCPListener
    private let first: Socket
    private let second: Socket
    let address: IPSocketAddress

    /// One on this address, which has a port.
    init(on address: IPSocketAddress) throws(SocketError) {
        var configuration = ListenerConfiguration()
        configuration.backlog = 0
        listener = try TCPListener(on: address, configuration)
        first = try connecting(to: address)
        second = try connecting(to: address)
        self.address = address
    }

    /// Lets clients in: takes the one who is in the queue.
    func open() throws(SocketError) { _ = try listener.accept() }
}

/// A socket that is about to be connected.
private func connecting(to address: IPSocketAddress) throws(SocketError) -> Socket {
    let socket = try Socket(.ipv4, .stream, .standard, .nonBlocking)
    do throws(SocketError) { try socket.connect(to: address) } catch {
        if error.code != .inProgress { throw error }
    }
    return socket
}
