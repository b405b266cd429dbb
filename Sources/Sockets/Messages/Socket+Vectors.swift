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
        return try unsafe withVector(of: parts[...], skipping: 0, &vector) { (vector) throws(SocketError) -> Int in
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

/// How far a transfer of many arrays has come.
package struct PartPosition: Sendable {
    /// Bytes before it.
    package private(set) var passed = 0
    fileprivate var part = 0
    fileprivate var offset = 0
    private let end: Int

    /// The first byte there is.
    package init(in parts: [[UInt8]]) {
        end = parts.count
        advance(0, in: parts)
    }

    /// Whether there is no byte behind it.
    package var isAtEnd: Bool { part == end }

    /// What is left of the array it is in.
    package func bytes(of parts: [[UInt8]]) -> [UInt8] { isAtEnd ? [] : Array(parts[part][offset...]) }

    /// Passes bytes, and empty arrays behind them.
    package mutating func advance(_ count: Int, in parts: [[UInt8]]) {
        passed += count
        offset += count
        while part < end, offset >= parts[part].count {
            offset -= parts[part].count
            part += 1
        }
    }
}

extension Socket {
    /// Sends from a place in many arrays on; returns how many bytes went. C: sendmsg(2)
    func send(gathering parts: [[UInt8]], from place: PartPosition, flags: SendFlags) throws(SocketError) -> Int {
        let chosen = parts[place.part..<min(parts.count, place.part + Self.mostParts)]
        var vector: [csock_buffer_t] = unsafe []
        return try unsafe withVector(of: chosen, skipping: place.offset, &vector) {
            (vector) throws(SocketError) -> Int in
            try unsafe vector.withUnsafeMutableBufferPointer { (vector) throws(SocketError) -> Int in
                guard let base = vector.baseAddress else { return 0 }
                return try unsafe transmit(base, vector.count, .init(capacity: 0), to: .none, flags)
            }
        }
    }

    /// As `send(gathering:from:flags:)`, with nil when the call would have to wait. C: sendmsg(2)
    package func sendIfReady(gathering parts: [[UInt8]], from place: PartPosition) throws(SocketError) -> Int? {
        do throws(SocketError) { return try send(gathering: parts, from: place, flags: .dontWait) } catch {
            if error.code == .wouldBlock { return nil }
            throw error
        }
    }
}

/// Collects where the arrays lie, without the first bytes of the first one, each within the closure that lends its memory.
private func withVector(
    of parts: ArraySlice<[UInt8]>, skipping count: Int, _ vector: inout [csock_buffer_t],
    _ body: (inout [csock_buffer_t]) throws(SocketError) -> Int
) throws(SocketError) -> Int {
    guard let part = parts.first else { return try unsafe body(&vector) }
    return try unsafe part.withUnsafeBufferPointer { (bytes) throws(SocketError) -> Int in
        let rest = unsafe UnsafeBufferPointer(rebasing: bytes[count...])
        unsafe vector.append(csock_buffer_t(base: .init(mutating: rest.baseAddress), count: rest.count))
        return try unsafe withVector(of: parts.dropFirst(), skipping: 0, &vector, body)
    }
}

extension StreamSocket {
    /// Sends the bytes of many arrays one after the other, in as few calls as it takes.
    /// They are not copied together.
    ///
    /// Throws: as `sendAll`; the error's `transferred` says how many bytes had gone. C: sendmsg(2), repeated
    public func sendAll(gathering parts: [[UInt8]]) throws(SocketError) {
        var place = PartPosition(in: parts)
        do throws(SocketError) {
            while !place.isAtEnd { place.advance(try socket.send(gathering: parts, from: place, flags: []), in: parts) }
        } catch { throw error.with(transferred: place.passed) }
    }
}
