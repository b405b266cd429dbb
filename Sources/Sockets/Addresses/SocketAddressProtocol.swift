/// What sockets bind, connect and send to: one type per address family, and `SocketAddress`, which holds any.
///
/// C: struct sockaddr
public protocol SocketAddressProtocol: Hashable, Sendable, CustomStringConvertible {
    /// The family that a socket for this address has.
    var family: AddressFamily { get }

    /// The address in the bytes of a C `sockaddr`, or nil when it is of another family.
    init?(sockaddr: Span<UInt8>)

    /// Writes the address as the kernel reads it in place of another one.
    ///
    /// Throws: `invalidInput` for an address that the kernel would take and misunderstand.
    func write(to sockaddr: inout SocketAddress) throws(SocketError)
}

extension SocketAddressProtocol {
    /// The address of this type, or nil when it is of another family.
    @inlinable
    public init?(_ address: SocketAddress) { self.init(sockaddr: address.bytes) }

    /// The address as the kernel reads it; throws as `write(to:)`.
    public func encoded() throws(SocketError) -> SocketAddress {
        var address = SocketAddress()
        try write(to: &address)
        return address
    }
}

extension SocketAddress: SocketAddressProtocol {
    /// The address of these bytes, or nil when there are more than `capacity`; `none` for no bytes.
    public init?(sockaddr: Span<UInt8>) {
        guard sockaddr.count <= Self.capacity else { return nil }
        // They fit, which was just checked.
        self = unsafe SocketAddress { (target, length) in
            length = UInt32(sockaddr.count)
            for index in sockaddr.indices {
                unsafe target.storeBytes(of: sockaddr[index], toByteOffset: index, as: UInt8.self)
            }
        }
    }

    /// Writes the same address.
    public func write(to sockaddr: inout SocketAddress) throws(SocketError) { sockaddr = self }
}
