public import Sockets

// The way back to calls that wait, as the initialisers of the asynchronous types are the way to tasks.

extension AsyncStreamSocket {
    /// Gives the stream back for calls that wait, in blocking mode; the descriptor stays.
    ///
    /// As ``AsyncSocket/intoSocket()``: bytes that the loop had received ahead come along, and are the next of the stream.
    /// C: fcntl(2)
    public consuming func intoStream() async throws(SocketError) -> SynchronousStream<Address> {
        let peer = peerAddress
        let parts = try await socket.intoSocket()
        return SynchronousStream(stream: StreamSocket(parts.socket, peerAddress: peer), received: parts.received)
    }
}

/// A stream that a loop looks after no more, and the bytes that had been received ahead.
@frozen public struct SynchronousStream<Address: SocketAddressProtocol>: ~Copyable, Sendable {
    /// The stream, in blocking mode.
    public var stream: StreamSocket<Address>
    /// Bytes that came before those that the stream receives.
    public var received: [UInt8]
}

extension AsyncStreamListener {
    /// Gives the listener back for calls that wait, in blocking mode; the descriptor stays, and a Unix socket's file too.
    ///
    /// Connections that the loop had accepted ahead come along. As ``AsyncSocket/intoSocket()``. C: fcntl(2)
    public consuming func intoListener() async throws(SocketError) -> SynchronousListener<Address> {
        try socket.reference.requireKernel(.fcntl)
        let address = localAddress
        let file = file
        let released = await socket.release()
        let accepted = AcceptedConnections<Address>(released.leftovers.connections)
        let listener = StreamListener(try released.takeSocket(), localAddress: address, file)
        return SynchronousListener(listener: listener, accepted: accepted)
    }
}

/// A listener that a loop looks after no more, and the connections that had been accepted ahead.
@frozen public struct SynchronousListener<Address: SocketAddressProtocol>: ~Copyable, Sendable {
    /// The listener, in blocking mode.
    public var listener: StreamListener<Address>
    /// Connections that were accepted before those that the listener accepts.
    public var accepted: AcceptedConnections<Address>
}

/// Connections that a loop had accepted and nobody had taken. Those that are not taken are closed with it.
public struct AcceptedConnections<Address: SocketAddressProtocol>: ~Copyable, Sendable {
    private var numbers: [Int32]

    init(_ numbers: [Int32]) { self.numbers = numbers }

    deinit { for number in numbers { _ = try? OwnedDescriptor(adopting: number) } }

    /// How many there are.
    public var count: Int { numbers.count }

    /// Takes the next one out, in blocking mode; nil when there is none left. Throws: `notConnected` when it has ended.
    public mutating func take() throws(SocketError) -> StreamSocket<Address>? {
        if numbers.isEmpty { return nil }
        let stream = try StreamSocket<Address>(Socket(OwnedDescriptor(adopting: numbers.removeFirst())))
        try stream.socket.setMode(.blocking)
        return stream
    }
}

extension AsyncDatagramSocket {
    /// Gives the socket back for calls that wait, in blocking mode; the descriptor stays, and a Unix socket's file too.
    ///
    /// As ``AsyncSocket/intoSocket()``; no datagram is received ahead. C: fcntl(2)
    public consuming func intoSocket() async throws(SocketError) -> DatagramSocket<Address> {
        let file = file
        let parts = try await socket.intoSocket()
        return DatagramSocket(parts.socket, file)
    }
}

extension AsyncConnectedDatagramSocket {
    /// Gives the socket back for calls that wait; otherwise as for one that is not connected. C: fcntl(2)
    public consuming func intoSocket() async throws(SocketError) -> ConnectedDatagramSocket<Address> {
        let peer = peerAddress
        let file = file
        let parts = try await socket.intoSocket()
        return ConnectedDatagramSocket(parts.socket, peerAddress: peer, file)
    }
}
