import Sockets

/// A listener that lets nobody in: its queue is full, so that the kernel answers no further client.
///
/// The kernel asks for a client again a second after its first try.
final class BlackHole: @unchecked Sendable {
    private let listener: TCPListener
    private let filler: TCPStream
    // Of the one who lets a client in.
    private var client: TCPStream?
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

    /// Takes the one who is in the queue, and waits until the next one is connected.
    func letIn() throws(SocketError) {
        _ = try listener.accept()
        client = try listener.accept()
    }
}
