public import Sockets

extension AsyncStreamSocket {
    /// Ends receiving, sending or both; the peer sees the end of the stream. C: shutdown(2)
    public func shutdown(_ half: ShutdownHalf) throws(SocketError) {
        try socket.shutdown(half)
    }

    /// Sets an option. C: setsockopt(2)
    public func setOption<Value>(
        _ option: TypedOption<Value, some OptionAccess.Writable>, to value: Value
    ) throws(SocketError) {
        try socket.set(option, to: value)
    }

    /// The value of an option, or of a status such as `.tcpInfo`. C: getsockopt(2)
    public func option<Value>(_ option: TypedOption<Value, some OptionAccess.Readable>) throws(SocketError) -> Value {
        try socket.value(of: option)
    }

    /// Throws away what is not sent and resets the connection; cancelling does not end that. C: SO_LINGER in socket(7)
    public consuming func reset() async throws(SocketError) {
        try socket.prepareReset()
        try await socket.close()
    }
}
