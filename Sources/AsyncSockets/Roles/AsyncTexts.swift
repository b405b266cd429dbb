public import Sockets

// Roles by an address as people write it.

extension AsyncStreamListener<IPSocketAddress> {
    /// Listens on an address given as text, `0.0.0.0:8080`. Throws: `invalidInput` for anything else. C: bind(2), listen(2)
    public init(
        on text: String, _ configuration: ListenerConfiguration = .init(), loop: EventLoop? = nil
    ) throws(SocketError) {
        try self.init(on: try IPSocketAddress(checking: text), configuration, loop: loop)
    }
}

extension AsyncStreamListener<UnixAddress> {
    /// Listens on the socket file it makes at the path, and removes it in the end. C: bind(2), listen(2)
    public init(
        on path: String, _ configuration: ListenerConfiguration = .init(), loop: EventLoop? = nil
    ) throws(SocketError) {
        try self.init(on: try UnixAddress(path: path), configuration, loop: loop)
    }
}

extension AsyncDatagramSocket<IPSocketAddress> {
    /// A socket to send from; the kernel gives it a port at the first send. C: socket(2)
    public init(_ version: IPVersion = .v4, loop: EventLoop? = nil) throws(SocketError) {
        try self.init(unbound: version == .v4 ? .ipv4 : .ipv6, on: loop) { () throws(SocketError) in
            try UDPSocket(version)
        }
    }

    /// Receives what is sent to an address given as text, `0.0.0.0:9999`. C: bind(2)
    public init(boundTo text: String, loop: EventLoop? = nil) throws(SocketError) {
        try self.init(boundTo: try IPSocketAddress(checking: text), loop: loop)
    }
}

extension AsyncDatagramSocket<UnixAddress> {
    /// A socket to send from; its receivers see an `unnamed` sender. C: socket(2)
    public init(loop: EventLoop? = nil) throws(SocketError) {
        try self.init(unbound: .unix, on: loop) { () throws(SocketError) in try UnixDatagramSocket() }
    }

    /// Receives what is sent to the socket file it makes at the path. C: bind(2)
    public init(boundTo path: String, loop: EventLoop? = nil) throws(SocketError) {
        try self.init(boundTo: try UnixAddress(path: path), loop: loop)
    }
}
