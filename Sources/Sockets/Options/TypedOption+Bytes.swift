/// Which option it is, whatever its value's type.
package struct OptionKey: Hashable, Sendable {
    package let level: Int32
    package let name: Int32
}

// For sockets whose options are not the kernel's.
extension TypedOption {
    /// The option's numbers.
    package var key: OptionKey { OptionKey(level: level, name: name) }

    /// The value as the kernel would get it; throws for one that the option cannot hold.
    package func encode(_ value: Value) throws(SocketError) -> OptionBytes { try coding.encode(value) }

    /// The value of bytes that the kernel could give, or nil when those are too few.
    package func decode(_ bytes: OptionBytes) -> Value? { coding.decode(bytes) }
}
