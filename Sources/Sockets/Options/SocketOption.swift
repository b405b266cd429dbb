internal import CSocketShim

/// An option of sockets that can be read and set, with the type of its value.
///
/// ```swift
/// try stream.setOption(.noDelay, to: true)
/// let size = try stream.option(.receiveBufferSize)
/// ```
///
/// The options are static members, in one file per level, sorted by C name. Any other one can be made with
/// ``TypedOption/init(level:name:coding:)``. C: getsockopt(2), setsockopt(2)
public typealias SocketOption<Value> = TypedOption<Value, OptionAccess.ReadWrite>

/// An option that can only be read, because it is a state of the socket.
public typealias SocketStatus<Value> = TypedOption<Value, OptionAccess.ReadOnly>

/// An option that can only be set, because it asks the kernel to do something.
public typealias SocketRequest<Value> = TypedOption<Value, OptionAccess.WriteOnly>

/// What ``SocketOption``, ``SocketStatus`` and ``SocketRequest`` are: they differ in what compiles with them.
public struct TypedOption<Value, Access>: Sendable {
    let level: Int32
    let name: Int32
    let coding: OptionCoding<Value>

    /// An option by its numbers on this system.
    public init(level: Int32, name: Int32, coding: OptionCoding<Value>) {
        self.level = level
        self.name = name
        self.coding = coding
    }

    init(_ level: Int32, _ name: Int32, _ coding: OptionCoding<Value>) {
        self.init(level: level, name: name, coding: coding)
    }
}

/// What can be done with an option; its members are types without values.
public enum OptionAccess {
    /// The option can be read.
    public protocol Readable {}
    /// The option can be set.
    public protocol Writable {}

    /// The option can be read and set.
    public enum ReadWrite: Readable, Writable {}
    /// The option can only be read.
    public enum ReadOnly: Readable {}
    /// The option can only be set.
    public enum WriteOnly: Writable {}
}

extension Socket {
    /// The value of an option or a status.
    ///
    /// Throws: `unknownOption` where the socket's protocol does not know it; `notSupported` when the kernel answers
    /// with fewer bytes than the value has. C: getsockopt(2)
    public func option<Value>(
        _ option: TypedOption<Value, some OptionAccess.Readable>
    ) throws(SocketError) -> Value {
        let bytes = try bytes(of: option)
        guard let value = option.coding.decode(bytes) else {
            throw SocketError(.getsockopt, .notSupported, detail: "the kernel answered with \(bytes.count) bytes")
        }
        return value
    }

    /// Sets an option, or asks the kernel for what a request stands for.
    ///
    /// Throws: `invalidInput` for a value that the option cannot hold, before any system call; `unknownOption`,
    /// `notPermitted`, `invalidArgument`. C: setsockopt(2)
    public func setOption<Value>(
        _ option: TypedOption<Value, some OptionAccess.Writable>, to value: Value
    ) throws(SocketError) {
        let bytes = try option.coding.encode(value)
        let number = number, level = option.level, name = option.name
        // The kernel reads as many bytes as the value has.
        _ = try unsafe bytes.words.span.withUnsafeBytes { (source) throws(SocketError) in
            try check(.setsockopt) {
                unsafe csock_setsockopt(
                    number, level, name, source.baseAddress.unsafelyUnwrapped, UInt32(bytes.count))
            }
        }
    }

    private func bytes<Value>(of option: TypedOption<Value, some Any>) throws(SocketError) -> OptionBytes {
        let number = number, level = option.level, name = option.name
        // Reading some options makes a descriptor, which a plain value would lose.
        guard csock_makes_descriptor(level, name) != 1 else {
            throw .invalid(.getsockopt, "reading this option makes a descriptor, which nobody would close")
        }
        var bytes = OptionBytes()
        var length = UInt32(clamping: min(option.coding.capacity, OptionBytes.capacity))
        var span = bytes.words.mutableSpan
        // The kernel writes at most `length` bytes, which is no more than the words have.
        _ = try unsafe span.withUnsafeMutableBytes { (target) throws(SocketError) in
            try check(.getsockopt) {
                unsafe csock_getsockopt(number, level, name, target.baseAddress.unsafelyUnwrapped, &length)
            }
        }
        bytes.count = min(Int(length), OptionBytes.capacity)
        return bytes
    }
}
