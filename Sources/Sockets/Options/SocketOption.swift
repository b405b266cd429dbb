internal import CSocketShim

/// An option of sockets that can be read and set, with the type of its value.
///
/// ```swift
/// try stream.setOption(.noDelay, to: true)
/// let size = try stream.option(.receiveBufferSize)
/// ```
///
/// The options are static members, in one file per level, sorted by C name. Any other one can be made with
/// ``init(level:name:coding:)``. C: getsockopt(2), setsockopt(2)
public struct SocketOption<Value>: Sendable {
    let key: OptionKey
    let coding: OptionCoding<Value>

    /// An option by its numbers on this system.
    public init(level: Int32, name: Int32, coding: OptionCoding<Value>) {
        key = OptionKey(level: level, name: name)
        self.coding = coding
    }

    init(_ level: Int32, _ name: Int32, _ coding: OptionCoding<Value>) {
        self.init(level: level, name: name, coding: coding)
    }
}

/// An option that can only be read, because it is a state of the socket.
public struct SocketStatus<Value>: Sendable {
    let key: OptionKey
    let coding: OptionCoding<Value>

    /// A status by its numbers on this system.
    public init(level: Int32, name: Int32, coding: OptionCoding<Value>) {
        key = OptionKey(level: level, name: name)
        self.coding = coding
    }

    init(_ level: Int32, _ name: Int32, _ coding: OptionCoding<Value>) {
        self.init(level: level, name: name, coding: coding)
    }
}

/// An option that can only be set, because it asks the kernel to do something.
public struct SocketRequest<Value>: Sendable {
    let key: OptionKey
    let coding: OptionCoding<Value>

    /// A request by its numbers on this system.
    public init(level: Int32, name: Int32, coding: OptionCoding<Value>) {
        key = OptionKey(level: level, name: name)
        self.coding = coding
    }

    init(_ level: Int32, _ name: Int32, _ coding: OptionCoding<Value>) {
        self.init(level: level, name: name, coding: coding)
    }
}

/// The two numbers that name an option.
struct OptionKey: Hashable, Sendable {
    let level: Int32
    let name: Int32

    /// Reading some options makes a descriptor, which a plain value would lose.
    func refuseDescriptors() throws(SocketError) {
        guard csock_makes_descriptor(level, name) == 1 else { return }
        throw .invalid(.getsockopt, "reading this option makes a descriptor, which nobody would close")
    }
}

extension Socket {
    /// The value of an option.
    ///
    /// Throws: `unknownOption` where the socket's protocol does not know it; `notSupported` when the kernel answers
    /// with fewer bytes than the value has. C: getsockopt(2)
    public func option<Value>(_ option: SocketOption<Value>) throws(SocketError) -> Value {
        try value(option.key, option.coding)
    }

    /// The value of a status; throws as for an option. C: getsockopt(2)
    public func option<Value>(_ status: SocketStatus<Value>) throws(SocketError) -> Value {
        try value(status.key, status.coding)
    }

    /// Sets an option.
    ///
    /// Throws: `invalidInput` for a value that the option cannot hold, before any system call; `unknownOption`,
    /// `notPermitted`, `invalidArgument`. C: setsockopt(2)
    public func setOption<Value>(_ option: SocketOption<Value>, to value: Value) throws(SocketError) {
        try set(option.key, option.coding, value)
    }

    /// Asks the kernel for what the request stands for; throws as `setOption`. C: setsockopt(2)
    public func setOption<Value>(_ request: SocketRequest<Value>, to value: Value) throws(SocketError) {
        try set(request.key, request.coding, value)
    }

    private func value<Value>(_ key: OptionKey, _ coding: OptionCoding<Value>) throws(SocketError) -> Value {
        let bytes = try bytes(key, capacity: coding.capacity)
        guard let value = coding.decode(bytes) else {
            throw SocketError(.getsockopt, .notSupported, detail: "the kernel answered with \(bytes.count) bytes")
        }
        return value
    }

    private func bytes(_ key: OptionKey, capacity: Int) throws(SocketError) -> OptionBytes {
        try key.refuseDescriptors()
        var bytes = OptionBytes()
        var length = UInt32(clamping: min(capacity, OptionBytes.capacity))
        let number = number
        var span = bytes.words.mutableSpan
        // The kernel writes at most `length` bytes, which is no more than the words have.
        _ = try unsafe span.withUnsafeMutableBytes { (target) throws(SocketError) in
            try check(.getsockopt) {
                unsafe csock_getsockopt(number, key.level, key.name, target.baseAddress.unsafelyUnwrapped, &length)
            }
        }
        bytes.count = min(Int(length), OptionBytes.capacity)
        return bytes
    }

    private func set<Value>(
        _ key: OptionKey, _ coding: OptionCoding<Value>, _ value: Value
    ) throws(SocketError) {
        let bytes = try coding.encode(value)
        let number = number
        _ = try unsafe bytes.words.span.withUnsafeBytes { (source) throws(SocketError) in
            try check(.setsockopt) {
                unsafe csock_setsockopt(
                    number, key.level, key.name, source.baseAddress.unsafelyUnwrapped, UInt32(bytes.count))
            }
        }
    }
}
