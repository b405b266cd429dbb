internal import CSocketShim

extension Socket {
    /// The most parts that one call takes. C: IOV_MAX in writev(2)
    static var mostParts: Int { 1024 }

    /// Sends the bytes of many arrays as one, without copying them together. On a datagram socket they are one datagram.
    ///
    /// Throws: `messageTooLarge` for more than 1024 arrays; otherwise as `send`. C: sendmsg(2)
    public func sendMessage(
        gathering parts: [[UInt8]], control: OutgoingControl = .init(capacity: 0), flags: SendFlags = []
    ) throws(SocketError) -> Int {
        var vector: [csock_buffer_t] = unsafe []
        unsafe vector.reserveCapacity(parts.count)
        return try unsafe withVector(of: parts, from: 0, &vector) { (vector) throws(SocketError) -> Int in
            try unsafe vector.withUnsafeMutableBufferPointer { (vector) throws(SocketError) -> Int in
                var empty = unsafe csock_buffer_t()
                guard let base = vector.baseAddress else {
                    return try unsafe transmit(&empty, 0, control, to: .none, flags)
                }
                return try unsafe transmit(base, vector.count, control, to: .none, flags)
            }
        }
    }

    /// Receives into many arrays, each when the one before is full; returns what came. C: recvmsg(2)
    public func receiveMessage(
        scattering parts: inout [[UInt8]], control: inout IncomingControl, flags: ReceiveFlags = []
    ) throws(SocketError) -> ReceivedMessage {
        var vector: [csock_buffer_t] = unsafe []
        return try unsafe scatter(&parts, 0, &vector, &control, flags)
    }

    /// Each array is taken out while the kernel writes to it, so that nobody else can have it meanwhile.
    private func scatter(
        _ parts: inout [[UInt8]], _ index: Int, _ vector: inout [csock_buffer_t], _ control: inout IncomingControl,
        _ flags: ReceiveFlags
    ) throws(SocketError) -> ReceivedMessage {
        guard index < parts.count else {
            return try unsafe vector.withUnsafeMutableBufferPointer { (vector) throws(SocketError) -> ReceivedMessage in
                var empty = unsafe csock_buffer_t()
                guard let base = vector.baseAddress else { return try unsafe take(&empty, 0, &control, flags) }
                return try unsafe take(base, vector.count, &control, flags)
            }
        }
        var part: [UInt8] = []
        swap(&part, &parts[index])
        defer { swap(&part, &parts[index]) }
        return try unsafe part.withUnsafeMutableBufferPointer { (bytes) throws(SocketError) -> ReceivedMessage in
            unsafe vector.append(csock_buffer_t(base: bytes.baseAddress, count: bytes.count))
            return try unsafe scatter(&parts, index + 1, &vector, &control, flags)
        }
    }
}

/// Collects where the arrays lie, each within the closure that lends its memory.
private func withVector(
    of parts: [[UInt8]], from index: Int, _ vector: inout [csock_buffer_t],
    _ body: (inout [csock_buffer_t]) throws(SocketError) -> Int
) throws(SocketError) -> Int {
    guard index < parts.count else { return try unsafe body(&vector) }
    return try unsafe parts[index].withUnsafeBufferPointer { (bytes) throws(SocketError) -> Int in
        unsafe vector.append(csock_buffer_t(base: .init(mutating: bytes.baseAddress), count: bytes.count))
        return try unsafe withVector(of: parts, from: index + 1, &vector, body)
    }
}

extension StreamSocket {
    /// Sends the bytes of many arrays one after the other, in as few calls as it takes.
    /// They are not copied together.
    ///
    /// Throws: as `sendAll`; the error's `transferred` says how many bytes had gone. C: sendmsg(2), repeated
    public func sendAll(gathering parts: [[UInt8]]) throws(SocketError) {
        var rest = parts[...]
        var sent = 0
        do throws(SocketError) {
            while !rest.isEmpty {
                let count = try socket.sendMessage(gathering: Array(rest.prefix(Socket.mostParts)))
                sent += count
                rest.drop(bytes: count)
            }
        } catch { throw error.with(transferred: sent) }
    }
}

extension ArraySlice<[UInt8]> {
    /// Takes bytes off the front: whole arrays, then a part of one, and empty arrays behind them.
    fileprivate mutating func drop(bytes count: Int) {
        var left = count
        while let part = first, part.count <= left {
            left -= part.count
            removeFirst()
        }
        if left > 0, let part = first { self[startIndex] = Array(part.dropFirst(left)) }
    }
}
