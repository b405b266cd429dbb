internal import CSocketShim

/// Room for control messages, and those that the last receive put into it. It is used again for the next receive.
///
/// Descriptors that were passed belong to it until they are taken; what is not taken is closed by the next receive or
/// with the buffer. C: cmsg(3)
public struct IncomingControl: ~Copyable, Sendable {
    private var words: [UInt64]
    private(set) var count = 0
    private var descriptors: [Int32] = []

    /// Room for this many bytes, headers included; 0 to 131072. What does not fit is lost, and reported.
    public init(capacity: Int = 256) {
        words = [UInt64](repeating: 0, count: (min(max(capacity, 0), 131_072) + 7) / 8)
    }

    deinit { closeDescriptors(descriptors) }

    /// Descriptors that were passed and not taken yet.
    public var descriptorCount: Int { descriptors.count }

    /// Takes the next descriptor, in the order they were passed, or nil when there is none left.
    public mutating func takeDescriptor() -> OwnedDescriptor? {
        descriptors.isEmpty ? nil : OwnedDescriptor(unchecked: descriptors.removeFirst())
    }

    /// The first message of a kind, or nil when none came.
    public func first<Message: ControlMessage>(_ type: Message.Type) -> Message? {
        var found: Message?
        forEach { (record) in if found == nil { found = Message(record) } }
        return found
    }

    /// Goes through all records in order, also those of unknown kinds. What is no record ends the walk.
    public func forEach<Failure>(_ body: (borrowing ControlRecord) throws(Failure) -> Void) throws(Failure) {
        // The shim's walk stays within `count` bytes, which are no more than the words have.
        try unsafe words.withUnsafeBufferPointer { (words) throws(Failure) in
            guard let base = unsafe UnsafeRawPointer(words.baseAddress) else { return }
            var record = csock_control_record_t()
            var offset = 0
            while true {
                let next = unsafe csock_control_next(base, count, offset, &record)
                guard next > 0 else { return }
                let start = unsafe base.advanced(by: record.offset).assumingMemoryBound(to: UInt8.self)
                let data = unsafe Span(_unsafeStart: start, count: record.count)
                try body(ControlRecord(record, data: data))
                offset = Int(next)
            }
        }
    }

    /// Forgets what came, and closes descriptors that nobody took.
    package mutating func clear() {
        closeDescriptors(descriptors)
        descriptors.removeAll(keepingCapacity: true)
        count = 0
    }

    /// Lends the room to a receive, and takes over what it brings.
    mutating func receive(
        _ body: (UnsafeMutableRawPointer?, Int) throws(SocketError) -> Int
    ) throws(SocketError) {
        clear()
        let room = words.count * 8
        let got = try unsafe words.withUnsafeMutableBufferPointer { (words) throws(SocketError) in
            try unsafe body(room == 0 ? nil : UnsafeMutableRawPointer(words.baseAddress), room)
        }
        count = min(got, room)
        if count > 0 { adoptDescriptors() }
    }

    /// Takes over what a socket that is not the kernel's brings, without descriptors; whether there was room for all.
    package mutating func replace(with control: OutgoingControl) throws(SocketError) -> Bool {
        try unsafe receive { (target, room) throws(SocketError) in
            try unsafe control.withBytes { (bytes, count) throws(SocketError) in
                // Both places have as many bytes as they say.
                if let target = unsafe target, let bytes = unsafe bytes {
                    unsafe target.copyMemory(from: bytes, byteCount: min(count, room))
                }
                return count
            }
        }
        return control.count <= words.count * 8
    }

    /// Every descriptor the kernel installed gets an owner, whatever else is wrong with the message.
    private mutating func adoptDescriptors() {
        var found: [Int32] = []
        forEach { (record) in if record.passesDescriptors { record.appendDescriptors(to: &found) } }
        descriptors.append(contentsOf: found)
    }
}

private func closeDescriptors(_ descriptors: [Int32]) {
    for descriptor in descriptors { _ = OwnedDescriptor(unchecked: descriptor) }
}

extension ControlRecord {
    /// Whether the kernel installed descriptors with this record.
    fileprivate var passesDescriptors: Bool { csock_passes_descriptors(level, type) == 1 }

    /// Whole numbers only: a cut one was not installed.
    fileprivate func appendDescriptors(to numbers: inout [Int32]) {
        for index in 0..<(data.count / 4) {
            let number = unsafe data.withUnsafeBytes {
                unsafe $0.loadUnaligned(fromByteOffset: index * 4, as: Int32.self)
            }
            if number >= 0 { numbers.append(number) }
        }
    }
}
