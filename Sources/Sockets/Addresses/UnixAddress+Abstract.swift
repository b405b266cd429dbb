#if os(Linux)
extension UnixAddress {
    /// A name in the abstract namespace, which leaves no file behind: at most 107 bytes, any of them, compared exactly.
    ///
    /// Throws: `invalidInput` when it is empty or too long. C: unix(7), abstract
    public init(abstract name: String) throws(SocketError) { try self.init(abstractBytes: name.utf8.span) }

    /// A name of any bytes in the abstract namespace; throws as `init(abstract:)`.
    public init(abstractBytes: Span<UInt8>) throws(SocketError) {
        guard !abstractBytes.isEmpty, abstractBytes.count <= 107 else {
            throw .invalid(.parse, "an abstract name has 1 to 107 bytes, this one has \(abstractBytes.count)")
        }
        self.init()
        count = 1
        append(abstractBytes)
    }
}
#endif
