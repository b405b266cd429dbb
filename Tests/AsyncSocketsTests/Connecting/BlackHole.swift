import Sockets

/// A listener that lets nobody in: its queue is full, so that the kernel answers no further client.
///
/// It opens when the queue is emptied; the kernel tries again a second after its first try.
final class BlackHole {
    private let listener: TCPListener
    private let filler: TCPStream
    let address: IPSocketAddress

    /// One on this address, which has a port.
    init(on address: IPSocketAddress) throws(SocketError) {
        var configuration = ListenerConfiguration()
        // A queue of this length has room for one.
        configuration.backlog = 0
        listener = try TCPListener(on: address, configuration)
        filler = try TCPStream.connect(to: address)
        self.address = address
    }

    /// Lets a client in: takes the one who is in the queue.
    func open() throws(SocketError) { _ = try listener.accept() }
}
