internal import CSocketShim

/// Control messages to send with bytes. It can be emptied and filled again without new memory. C: cmsg(3)
public struct OutgoingControl: Sendable {
    private var words: [UInt64]
    /// Bytes in use.
    package private(set) var count = 0
    /// Descriptors among them.
    package private(set) var passedCount = 0

    /// The most descriptors that one message passes. C: SCM_MAX_FD in unix(7)
    public static let mostDescriptors = 253

    /// Room for control messages of this many bytes, headers included; 0 to 65536.
    public init(capacity: Int = 256) {
        words = [UInt64](repeating: 0, count: (min(max(capacity, 0), 65_536) + 7) / 8)
    }

    /// Whether there is nothing to send.
    public var isEmpty: Bool { count == 0 }

    /// Takes everything out, and keeps the memory.
    public mutating func removeAll() {
        count = 0
        passedCount = 0
    }

    /// Adds a control message. Throws: `noBufferSpace` when there is no room for it; nothing is added then.
    public mutating func append(_ message: some ControlMessage) throws(SocketError) { try message.write(into: &self) }

    /// Adds a record of any kind. Descriptors go through `append(passing:)` only.
    ///
    /// Throws: `noBufferSpace`; `invalidInput` for a record that would pass descriptors.
    public mutating func append(level: Int32, type: Int32, data: Span<UInt8>) throws(SocketError) {
        guard level != csock_SOL_SOCKET || type != csock_SCM_RIGHTS else {
            throw .invalid(.sendmsg, "descriptors are passed by append(passing:), which knows their limits")
        }
        try put(level, type, data)
    }

    /// Adds descriptors, which the receiver gets duplicates of. They have to stay open until the message was sent, and
    /// remain the sender's.
    ///
    /// Throws: `invalidInput` for none or more than 253 in a message; `noBufferSpace`. C: SCM_RIGHTS in unix(7)
    public mutating func append(passing descriptors: Span<Int32>) throws(SocketError) {
        guard !descriptors.isEmpty, passedCount + descriptors.count <= Self.mostDescriptors else {
            throw .invalid(.sendmsg, "a message passes 1 to \(Self.mostDescriptors) descriptors")
        }
        // Any memory may be looked at as bytes.
        try unsafe descriptors.withUnsafeBytes { (bytes) throws(SocketError) in
            try unsafe put { (control, room, offset) in
                unsafe csock_control_put(
                    control, room, offset, csock_SOL_SOCKET, csock_SCM_RIGHTS, bytes.baseAddress, bytes.count)
            }
        }
        passedCount += descriptors.count
    }

    /// Adds a socket, of which the receiver gets a duplicate. It has to stay open until the message was sent.
    public mutating func append(passing socket: borrowing Socket) throws(SocketError) {
        try append(passing: [socket.number].span)
    }

    /// Adds the records of another one. Throws: `noBufferSpace`, after those that there was room for.
    package mutating func append(_ other: OutgoingControl) throws(SocketError) {
        var records = IncomingControl(capacity: other.count)
        _ = try records.replace(with: other)
        try records.forEach { (record) throws(SocketError) in try put(record.level, record.type, record.data) }
    }

    mutating func put(_ level: Int32, _ type: Int32, _ data: Span<UInt8>) throws(SocketError) {
        try unsafe put { (control, room, offset) in
            unsafe data.withUnsafeBufferPointer {
                unsafe csock_control_put(control, room, offset, level, type, $0.baseAddress, $0.count)
            }
        }
    }

    /// Lets the shim write a record at the end.
    mutating func put(_ body: (UnsafeMutableRawPointer, Int, Int) -> Int64) throws(SocketError) {
        let offset = count
        // The shim writes within the room it is told of.
        let end = unsafe words.withUnsafeMutableBufferPointer { words in
            guard let base = words.baseAddress else { return -Int64(csock_ENOBUFS) }
            return unsafe body(UnsafeMutableRawPointer(base), words.count * 8, offset)
        }
        guard end >= 0 else { throw failure(.sendmsg, end) }
        count = Int(end)
    }

    /// Lends the bytes to a send.
    func withBytes<Failure>(
        _ body: (UnsafeMutableRawPointer?, Int) throws(Failure) -> Int
    ) throws(Failure) -> Int {
        // The kernel only reads them, though C's struct msghdr does not say so.
        try unsafe words.withUnsafeBufferPointer { (words) throws(Failure) in
            let base = unsafe UnsafeMutableRawPointer(mutating: words.baseAddress)
            return try unsafe body(count == 0 ? nil : base, count)
        }
    }
}
