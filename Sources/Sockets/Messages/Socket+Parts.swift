internal import CSocketShim

// The calls below take parts of a message as the shim has them; the memory they point to is lent for the call.

func withParts(
    _ bytes: Span<UInt8>, _ body: (UnsafeMutablePointer<csock_buffer_t>, Int) throws(SocketError) -> Int
) throws(SocketError) -> Int {
    try unsafe bytes.withUnsafeBufferPointer { (bytes) throws(SocketError) -> Int in
        var part = unsafe csock_buffer_t(reading: bytes)
        return try unsafe body(&part, 1)
    }
}

func withParts(
    _ first: Span<UInt8>, _ second: Span<UInt8>,
    _ body: (UnsafeMutablePointer<csock_buffer_t>, Int) throws(SocketError) -> Int
) throws(SocketError) -> Int {
    try unsafe first.withUnsafeBufferPointer { (first) throws(SocketError) -> Int in
        try unsafe second.withUnsafeBufferPointer { (second) throws(SocketError) -> Int in
            var parts: InlineArray<2, csock_buffer_t> = unsafe [.init(reading: first), .init(reading: second)]
            var span = unsafe parts.mutableSpan
            return try unsafe span.withUnsafeMutableBufferPointer { (parts) throws(SocketError) -> Int in
                try unsafe body(parts.baseAddress.unsafelyUnwrapped, 2)
            }
        }
    }
}

extension csock_buffer_t {
    /// The kernel only reads what is sent, though C's struct iovec does not say so.
    fileprivate init(reading bytes: UnsafeBufferPointer<UInt8>) {
        unsafe self.init(base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), count: bytes.count)
    }
}

extension Socket {
    func transmit(
        _ parts: UnsafeMutablePointer<csock_buffer_t>, _ count: Int, _ control: OutgoingControl,
        to address: SocketAddress, _ flags: SendFlags
    ) throws(SocketError) -> Int {
        let bytes = unsafe UnsafeBufferPointer(start: parts, count: count).reduce(0) { unsafe $0 + $1.count }
        if control.passedCount > 0 { try requirePassing(bytes) }
        let number = number
        return try unsafe control.withBytes { (records, length) throws(SocketError) -> Int in
            try unsafe address.withBytes { (target, targetLength) throws(SocketError) -> Int in
                var message = unsafe csock_message_t()
                unsafe message.buffers = parts
                unsafe message.buffer_count = count
                unsafe message.control = records
                unsafe message.control_length = length
                unsafe message.address = targetLength == 0 ? nil : UnsafeMutableRawPointer(mutating: target)
                unsafe message.address_length = targetLength
                return try check(.sendmsg) { unsafe csock_sendmsg(number, &message, flags.raw) }
            }
        }
    }

    /// The kernel drops descriptors silently on other sockets, and beside no byte on a stream.
    private func requirePassing(_ bytes: Int) throws(SocketError) {
        guard try localAddress.family == .unix else {
            throw .invalid(.sendmsg, "only Unix sockets pass descriptors")
        }
        if bytes == 0, try option(.type) == .stream {
            throw .invalid(.sendmsg, "a stream passes descriptors beside at least one byte")
        }
    }

    func take(
        _ parts: UnsafeMutablePointer<csock_buffer_t>, _ count: Int, _ control: inout IncomingControl,
        _ flags: ReceiveFlags
    ) throws(SocketError) -> ReceivedMessage {
        var got = 0
        var reported: Int32 = 0
        let number = number
        let sender = try unsafe SocketAddress { (address, length) throws(SocketError) in
            try unsafe control.receive { (records, room) throws(SocketError) -> Int in
                var message = unsafe csock_message_t()
                unsafe message.buffers = parts
                unsafe message.buffer_count = count
                unsafe message.control = records
                unsafe message.control_length = room
                unsafe message.address = address
                unsafe message.address_length = length
                let raw = flags.rawValue | csock_MSG_CMSG_CLOEXEC
                got = try check(.recvmsg) { unsafe csock_recvmsg(number, &message, raw) }
                reported = unsafe message.flags
                length = unsafe message.address_length
                return unsafe message.control_length
            }
        }
        return ReceivedMessage(count: got, sender: sender, flags: MessageFlags(rawValue: reported))
    }
}
