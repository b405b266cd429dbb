public import Sockets

// Calls on the socket itself, which do not wait: nil says that they would have to. A socket that only the engine knows has
// the engine's calls. All of them can come from any thread.

extension SlotReference {
    func receiveIfReady(into buffer: inout [UInt8], flags: ReceiveFlags) throws(SocketError) -> Int? {
        if let virtual {
            var message = VirtualMessage()
            return try take(virtual, &buffer, flags, &message).map { min($0, buffer.count) }
        }
        return try Socket.lending(descriptor) { (socket) throws(SocketError) in
            var span = buffer.mutableSpan
            return try socket.receiveIfReady(into: &span, flags: flags)
        }
    }

    @usableFromInline
    func sendIfReady(_ bytes: Span<UInt8>, flags: SendFlags = []) throws(SocketError) -> Int? {
        if let virtual { return try give(virtual, bytes, .init(capacity: 0), .none, flags) }
        return try Socket.lending(descriptor) { (socket) throws(SocketError) in
            try socket.sendIfReady(bytes, flags: flags)
        }
    }

    /// Sends what fits of the bytes of two places, of which so many have gone.
    func sendIfReady(_ first: Span<UInt8>, _ second: Span<UInt8>, from sent: Int) throws(SocketError) -> Int? {
        let head = first.extracting(min(sent, first.count)...), rest = second.extracting(max(0, sent - first.count)...)
        if isVirtual { return try sendIfReady(head.isEmpty ? rest : head) }
        return try Socket.lending(descriptor) { (socket) throws(SocketError) in
            try unlessWaiting { () throws(SocketError) in try socket.sendMessage(head, rest, flags: .dontWait) }
        }
    }

    /// Sends what fits of the bytes of many arrays, from a place on.
    func sendIfReady(gathering parts: [[UInt8]], from place: PartPosition) throws(SocketError) -> Int? {
        if isVirtual { return try sendIfReady(place.bytes(of: parts).span) }
        return try Socket.lending(descriptor) { (socket) throws(SocketError) in
            try socket.sendIfReady(gathering: parts, from: place)
        }
    }
}

// Datagrams. What is generic over addresses is compiled in the caller's module; the rest knows encoded ones.
extension SlotReference {
    /// Receives a datagram: the size it had.
    @usableFromInline
    func receiveDatagramIfReady(
        into buffer: inout [UInt8], from sender: inout SocketAddress
    ) throws(SocketError) -> Int? {
        if let virtual {
            var message = VirtualMessage()
            let size = try take(virtual, &buffer, [], &message)
            sender = message.sender
            return size
        }
        return try Socket.lending(descriptor) { (socket) throws(SocketError) in
            var span = buffer.mutableSpan
            return try socket.receiveDatagramIfReady(into: &span, from: &sender)
        }
    }

    /// Receives a datagram of the peer: the size it had.
    @usableFromInline
    func receiveDatagramIfReady(into buffer: inout [UInt8]) throws(SocketError) -> Int? {
        if let virtual {
            var message = VirtualMessage()
            return try take(virtual, &buffer, [], &message)
        }
        return try Socket.lending(descriptor) { (socket) throws(SocketError) in
            var span = buffer.mutableSpan
            return try unlessWaiting { () throws(SocketError) in
                try socket.receiveDatagram(into: &span, flags: .dontWait)
            }
        }
    }

    @usableFromInline
    func sendIfReady(_ bytes: Span<UInt8>, to address: SocketAddress) throws(SocketError) -> Int? {
        if let virtual { return try give(virtual, bytes, .init(capacity: 0), address, []) }
        return try Socket.lending(descriptor) { (socket) throws(SocketError) in
            try unlessWaiting { () throws(SocketError) in try socket.send(bytes, to: address, flags: .dontWait) }
        }
    }
}

// Messages.
extension SlotReference {
    func receiveMessageIfReady(
        into buffer: inout [UInt8], control: inout IncomingControl, flags: ReceiveFlags
    ) throws(SocketError) -> ReceivedMessage? {
        if let virtual { return try takeMessage(virtual, &buffer, &control, flags) }
        return try Socket.lending(descriptor) { (socket) throws(SocketError) in
            var span = buffer.mutableSpan
            return try unlessWaiting { () throws(SocketError) in
                try socket.receiveMessage(into: &span, control: &control, flags: flags.union(.dontWait))
            }
        }
    }

    /// Sends a message, to the peer for `none`.
    func sendMessageIfReady(
        _ bytes: Span<UInt8>, control: OutgoingControl, to target: SocketAddress, flags: SendFlags
    ) throws(SocketError) -> Int? {
        if let virtual { return try give(virtual, bytes, control, target, flags) }
        return try Socket.lending(descriptor) { (socket) throws(SocketError) in
            try unlessWaiting { () throws(SocketError) in
                let flags = flags.union(.dontWait)
                if target.isNone { return try socket.sendMessage(bytes, control: control, flags: flags) }
                return try socket.sendMessage(bytes, control: control, to: target, flags: flags)
            }
        }
    }

    /// Whether a call in this direction would not wait, though it may fail.
    func isReady(_ direction: Direction) throws(SocketError) -> Bool {
        if let virtual { return virtual.isReady(descriptor, direction) }
        let interest: Readiness = direction == .read ? .readable : .writable
        return try Socket.lending(descriptor) { (socket) throws(SocketError) in
            try !socket.wait(for: interest, until: .now).isEmpty
        }
    }
}

// The same for sockets that only the engine knows.
extension SlotReference {
    private func take(
        _ sockets: any VirtualSockets, _ buffer: inout [UInt8], _ flags: ReceiveFlags, _ message: inout VirtualMessage
    ) throws(SocketError) -> Int? {
        let number = descriptor
        // The engine writes during the call only.
        let answer = unsafe buffer.withUnsafeMutableBufferPointer {
            unsafe sockets.receive(number, $0, flags, &message)
        }
        return try unlessPending(.recvmsg, answer)
    }

    private func takeMessage(
        _ sockets: any VirtualSockets, _ buffer: inout [UInt8], _ control: inout IncomingControl, _ flags: ReceiveFlags
    ) throws(SocketError) -> ReceivedMessage? {
        var message = VirtualMessage()
        guard let size = try take(sockets, &buffer, flags, &message) else { return nil }
        let isWhole = try control.replace(with: message.control)
        return ReceivedMessage(
            count: min(size, buffer.count), sender: message.sender,
            flags: (size > buffer.count ? MessageFlags.truncated : []).union(isWhole ? [] : .controlTruncated))
    }

    private func give(
        _ sockets: any VirtualSockets, _ bytes: Span<UInt8>, _ control: OutgoingControl, _ target: SocketAddress,
        _ flags: SendFlags
    ) throws(SocketError) -> Int? {
        guard control.passedCount == 0 else {
            throw SocketError(.sendmsg, .notSupported, detail: "a simulated socket passes no descriptors")
        }
        let number = descriptor
        // The engine reads during the call only.
        let answer = unsafe bytes.withUnsafeBufferPointer {
            unsafe sockets.send(number, $0, control, to: target, flags)
        }
        return try unlessPending(.sendmsg, answer)
    }

    private func unlessPending(_ operation: SocketError.Operation, _ answer: Int) throws(SocketError) -> Int? {
        if answer >= 0 { return answer }
        if answer == Attempt.pending { return nil }
        throw SocketError(operation, negatedResult: answer)
    }
}

/// The result of a call, or nil when it would have to wait.
func unlessWaiting<Result>(_ call: () throws(SocketError) -> Result) throws(SocketError) -> Result? {
    do throws(SocketError) { return try call() } catch {
        if error.code == .wouldBlock { return nil }
        throw error
    }
}
