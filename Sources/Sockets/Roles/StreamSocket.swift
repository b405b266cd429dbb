internal import CSocketShim

/// One end of a connection that carries bytes in order: `TCPStream`, `UnixStream`.
///
/// It owns its socket, closes it at the end of its scope, and lends it as `socket` for everything rare.
/// C: tcp(7), unix(7)
public struct StreamSocket<Address: SocketAddressProtocol>: ~Copyable, Sendable {
    /// The socket, for options, messages and what else this type does not repeat.
    public let socket: Socket
    /// The address of the other end, as it was when the connection was made.
    public let peerAddress: Address

    package init(_ socket: consuming Socket, peerAddress: Address) {
        self.socket = socket
        self.peerAddress = peerAddress
    }

    /// Makes a stream of a connected stream socket. Throws: `wrongProtocolType` for another type of socket,
    /// `notConnected`, `wrongAddressFamily`; the socket is closed then.
    public init(_ socket: consuming Socket) throws(SocketError) {
        try socket.require(.stream)
        guard let peer = Address(try socket.peerAddress) else { throw SocketError(.getpeername, .wrongAddressFamily) }
        self.init(socket, peerAddress: peer)
    }

    /// The address of this end. C: getsockname(2)
    public var localAddress: Address {
        get throws(SocketError) { try socket.localAddress(as: Address.self) }
    }

    /// Sends bytes and returns how many the kernel took, which can be fewer than given; see `sendAll`.
    ///
    /// Throws: `brokenPipe` or `connectionReset` when the peer is gone; `wouldBlock`. C: send(2)
    @inlinable
    @inline(__always)
    public func send(_ bytes: Span<UInt8>, flags: SendFlags = []) throws(SocketError) -> Int {
        do throws(SocketError) {
            return try socket.send(bytes, flags: flags)
        } catch let error where error.code != .wouldBlock { throw named(error) }
    }

    /// Sends all bytes, in as many calls as it takes.
    ///
    /// Throws: as `send`; the error's `transferred` says how many bytes had gone. C: send(2), repeated
    @inlinable
    @inline(__always)
    public func sendAll(_ bytes: Span<UInt8>, flags: SendFlags = []) throws(SocketError) {
        if bytes.isEmpty { return }
        do throws(SocketError) {
            let sent = try socket.send(bytes, flags: flags)
            if sent < bytes.count { try socket.sendRest(of: bytes, from: sent, flags: flags) }
        } catch let error where error.code != .wouldBlock { throw named(error) }
    }

    /// Receives at least one byte into `buffer` and returns how many came; 0 is the end of the stream.
    ///
    /// Throws: `invalidInput` for a buffer without room, where 0 would mean nothing; `connectionReset`; `wouldBlock`.
    /// C: recv(2)
    @inlinable
    @inline(__always)
    public func receive(into buffer: inout MutableSpan<UInt8>, flags: ReceiveFlags = []) throws(SocketError) -> Int {
        if buffer.isEmpty { throw emptyBuffer() }
        do throws(SocketError) {
            return try socket.receive(into: &buffer, flags: flags)
        } catch let error where error.code != .wouldBlock { throw named(error) }
    }

    /// Receives into an array, over the bytes it has; otherwise as for a span. C: recv(2)
    @inlinable
    @inline(__always)
    public func receive(into buffer: inout [UInt8], flags: ReceiveFlags = []) throws(SocketError) -> Int {
        if buffer.isEmpty { throw emptyBuffer() }
        do throws(SocketError) {
            return try socket.receive(into: &buffer, flags: flags)
        } catch let error where error.code != .wouldBlock { throw named(error) }
    }

    /// Receives into memory that need not be initialised, behind the bytes the buffer has. C: recv(2)
    @inlinable
    @inline(__always)
    public func receive(into buffer: inout OutputSpan<UInt8>, flags: ReceiveFlags = []) throws(SocketError) -> Int {
        if buffer.isFull { throw emptyBuffer() }
        do throws(SocketError) {
            return try socket.receive(into: &buffer, flags: flags)
        } catch let error where error.code != .wouldBlock { throw named(error) }
    }

    /// Fills the whole buffer, in as many calls as it takes.
    ///
    /// Throws: `unexpectedEnd` when the stream ends before; the error's `transferred` says how many bytes came.
    /// C: recv(2), repeated
    public func receiveExactly(into buffer: inout MutableSpan<UInt8>) throws(SocketError) {
        do throws(SocketError) {
            try socket.receiveAll(into: &buffer)
        } catch let error where error.code != .wouldBlock { throw named(error) }
    }

    /// Fills the whole array; otherwise as for a span.
    public func receiveExactly(into buffer: inout [UInt8]) throws(SocketError) {
        var span = buffer.mutableSpan
        try receiveExactly(into: &span)
    }

    /// Ends receiving, sending or both; the peer sees the end of the stream. C: shutdown(2)
    public func shutdown(_ half: ShutdownHalf) throws(SocketError) { try socket.shutdown(half) }

    /// Sets an option. C: setsockopt(2)
    public func setOption<Value>(
        _ option: TypedOption<Value, some OptionAccess.Writable>, to value: Value
    ) throws(SocketError) {
        try socket.setOption(option, to: value)
    }

    /// The value of an option, or of a status such as `.tcpInfo`. C: getsockopt(2)
    public func option<Value>(
        _ option: TypedOption<Value, some OptionAccess.Readable>
    ) throws(SocketError) -> Value {
        try socket.option(option)
    }

    /// A second owner of the same connection, for a thread of its own; both halves stay one connection. C: dup(2)
    public func duplicate() throws(SocketError) -> Self { Self(try socket.duplicate(), peerAddress: peerAddress) }

    /// Closes now and reports what the kernel says. C: close(2)
    public consuming func close() throws(SocketError) { try socket.close() }

    /// Throws away what is not sent and resets the connection. C: SO_LINGER in socket(7)
    public consuming func reset() throws(SocketError) { try socket.reset() }

    /// Waits until the peer has all data, at most this long, then closes. C: SO_LINGER in socket(7)
    public consuming func close(lingering time: Duration) throws(SocketError) { try socket.close(lingering: time) }

    /// The socket without its role; it stays open.
    public consuming func intoSocket() -> Socket { socket }
}

extension StreamSocket {
    /// The error with the peer it happened with. Waiting is no news of a peer: that error stays cheap, and goes by.
    @inlinable
    @inline(never)
    func named(_ error: SocketError) -> SocketError {
        error.with(peer: try? peerAddress.encoded())
    }
}

@usableFromInline
func emptyBuffer() -> SocketError {
    .invalid(.recv, "the buffer has no room: receiving 0 bytes would look like the end of the stream")
}

extension Socket {
    /// Sends what a first send left over.
    @usableFromInline
    func sendRest(of bytes: Span<UInt8>, from start: Int, flags: SendFlags) throws(SocketError) {
        var sent = start
        do throws(SocketError) {
            while sent < bytes.count { sent += try send(bytes.extracting(sent...), flags: flags) }
        } catch { throw error.with(transferred: sent) }
    }

    func receiveAll(into buffer: inout MutableSpan<UInt8>) throws(SocketError) {
        var got = 0
        do throws(SocketError) {
            while got < buffer.count {
                let count = try receive(into: &buffer, from: got)
                if count == 0 { throw SocketError(.recv, .unexpectedEnd) }
                got += count
            }
        } catch { throw error.with(transferred: got) }
    }

    private func receive(into buffer: inout MutableSpan<UInt8>, from start: Int) throws(SocketError) -> Int {
        let number = number
        return try unsafe buffer.withUnsafeMutableBufferPointer { (bytes) throws(SocketError) in
            let rest = unsafe UnsafeMutableBufferPointer(rebasing: bytes[start...])
            return try check(.recv) { unsafe csock_recv(number, rest.baseAddress, rest.count, 0) }
        }
    }

    func require(_ type: SocketType) throws(SocketError) {
        let actual = try option(.type)
        guard actual == type else {
            throw SocketError(.getsockopt, .wrongProtocolType, detail: "it is a \(actual) socket, not a \(type) one")
        }
    }

    func localAddress<Address: SocketAddressProtocol>(as type: Address.Type) throws(SocketError) -> Address {
        guard let address = Address(try localAddress) else { throw SocketError(.getsockname, .wrongAddressFamily) }
        return address
    }
}
