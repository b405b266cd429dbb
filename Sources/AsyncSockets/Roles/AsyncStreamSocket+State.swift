public import Sockets

extension AsyncStreamSocket {
    /// Ends receiving, sending or both; the peer sees the end of the stream. C: shutdown(2)
    public func shutdown(_ half: ShutdownHalf) throws(SocketError) {
        if socket.isVirtual { return try socket.reference.shutdownVirtual(half) }
        try socket.withSocket { (socket) throws(SocketError) in try socket.shutdown(half) }
    }

    /// Sets an option. C: setsockopt(2)
    public func setOption<Value>(
        _ option: TypedOption<Value, some OptionAccess.Writable>, to value: Value
    ) throws(SocketError) {
        if socket.isVirtual { return try socket.reference.setVirtual(option, to: value) }
        try socket.withSocket { (socket) throws(SocketError) in try socket.setOption(option, to: value) }
    }

    /// The value of an option, or of a status such as `.tcpInfo`. C: getsockopt(2)
    public func option<Value>(_ option: TypedOption<Value, some OptionAccess.Readable>) throws(SocketError) -> Value {
        if socket.isVirtual { return try socket.reference.virtual(option) }
        return try socket.withSocket { (socket) throws(SocketError) in try socket.option(option) }
    }

    /// Throws away what is not sent and resets the connection. C: SO_LINGER in socket(7)
    public consuming func reset() async throws(SocketError) {
        if socket.isVirtual {
            try socket.reference.prepareVirtualReset()
        } else {
            try socket.withSocket { (socket) throws(SocketError) in try socket.prepareReset() }
        }
        try await socket.close()
    }
}
