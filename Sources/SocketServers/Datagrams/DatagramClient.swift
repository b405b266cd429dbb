public import Sockets

/// One client of a ``ForkingUDPServer``, as its child process sees it: a conversation of datagrams.
///
/// What had come before the child had a socket of its own is received first.
public struct DatagramClient: ~Copyable {
    /// The child's own socket, for options, such as a `receiveTimeout` that ends idle children. It does not have the
    /// datagrams that came before.
    public let socket: ConnectedUDPSocket
    private var backlog: ArraySlice<[UInt8]>

    init(_ socket: consuming ConnectedUDPSocket, _ backlog: [[UInt8]]) {
        self.socket = socket
        self.backlog = backlog[...]
    }

    /// The client's address.
    public var peerAddress: IPSocketAddress { socket.peerAddress }

    /// Receives the client's next datagram. The first one is there at once.
    ///
    /// Throws: `wouldBlock` after the socket's `receiveTimeout`; `connectionRefused` after an ICMP error. C: recv(2)
    public mutating func receive(into buffer: inout [UInt8]) throws(SocketError) -> Datagram<IPSocketAddress> {
        var span = buffer.mutableSpan
        return try receive(into: &span)
    }

    /// Receives the client's next datagram; otherwise as for an array. C: recv(2)
    public mutating func receive(
        into buffer: inout MutableSpan<UInt8>
    ) throws(SocketError) -> Datagram<IPSocketAddress> {
        guard let bytes = backlog.popFirst() else { return try socket.receive(into: &buffer) }
        let count = min(bytes.count, buffer.count)
        for index in 0..<count { buffer[index] = bytes[index] }
        return Datagram(count: count, size: bytes.count, sender: peerAddress)
    }

    /// Sends the client a datagram. C: send(2)
    @discardableResult
    public func send(_ bytes: Span<UInt8>) throws(SocketError) -> Int { try socket.send(bytes) }
}

/// Where the child of a ``ForkingUDPServer`` talks to its client.
public enum ChildPort: Sendable {
    /// At a free port: the client learns it from the sender of the first answer, and has to go on there. Whatever it
    /// sends to the server's port later makes another child.
    case own
    /// At the server's port, which it shares. The kernel gives the child what its client sends, because the child's
    /// socket is connected to it, and everything else to the server. C: SO_REUSEPORT in socket(7)
    case same
}
