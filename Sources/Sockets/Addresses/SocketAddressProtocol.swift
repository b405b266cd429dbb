internal import CSocketShim

/// What sockets bind, connect and send to: one type per address family, and `SocketAddress`, which holds any.
///
/// C: struct sockaddr
public protocol SocketAddressProtocol: Hashable, Sendable, CustomStringConvertible {
    /// The family that a socket for this address has.
    var family: AddressFamily { get }

    /// The address of this type, or nil when it is of another family.
    init?(_ address: SocketAddress)

    /// The address as the kernel reads it.
    ///
    /// Throws: `invalidInput` for an address that the kernel would take and misunderstand.
    func encoded() throws(SocketError) -> SocketAddress
}

extension SocketAddress: SocketAddressProtocol {
    /// The same address.
    public init?(_ address: SocketAddress) { self = address }

    /// The same address.
    public func encoded() throws(SocketError) -> SocketAddress { self }
}

extension IPSocketAddress: SocketAddressProtocol {
    /// `ipv4` or `ipv6`.
    public var family: AddressFamily { version == .v4 ? .ipv4 : .ipv6 }

    /// The IP address and port, or nil when the address is of another family.
    public init?(_ address: SocketAddress) {
        var high: UInt64 = 0, low: UInt64 = 0, port: UInt16 = 0, flow: UInt32 = 0, scope: UInt32 = 0
        var bytes = InlineArray<16, UInt8>(repeating: 0)
        var span = bytes.mutableSpan
        // The shim writes 4 or 16 bytes, and only when the address is long enough to have them.
        let isV4 = unsafe span.withUnsafeMutableBufferPointer { target in
            unsafe address.withBytes {
                unsafe csock_address_get_ipv4($0, $1, target.baseAddress.unsafelyUnwrapped, &port) == 0
            }
        }
        if isV4 {
            self.init(IPv4Address(bytes[0], bytes[1], bytes[2], bytes[3]), port: Port(rawValue: port))
            return
        }
        let isV6 = unsafe span.withUnsafeMutableBufferPointer { target in
            unsafe address.withBytes {
                unsafe csock_address_get_ipv6($0, $1, target.baseAddress.unsafelyUnwrapped, &port, &flow, &scope) == 0
            }
        }
        guard isV6 else { return nil }
        for index in 0..<8 { high = high << 8 | UInt64(bytes[index]) }
        for index in 8..<16 { low = low << 8 | UInt64(bytes[index]) }
        self.init(IPv6Address(high: high, low: low, scopeID: scope), port: Port(rawValue: port), unchecked: flow)
    }

    /// The address as the kernel reads it.
    ///
    /// Throws: `invalidInput` for an IPv6 link-local address without a scope: of several interfaces, TCP would refuse it
    /// and UDP would take any.
    public func encoded() throws(SocketError) -> SocketAddress {
        switch address {
        case .v4(let address): encode(address)
        case .v6(let address): try encode(address)
        }
    }

    private func encode(_ address: IPv4Address) -> SocketAddress {
        let port = port.rawValue
        return unsafe SocketAddress { (target, length) in
            // The four bytes live on the stack for the length of the call.
            unsafe withUnsafeBytes(of: address.rawValue.bigEndian) { bytes in
                let octets = unsafe bytes.assumingMemoryBound(to: UInt8.self)
                length = UInt32(
                    unsafe csock_address_put_ipv4(target, length, octets.baseAddress.unsafelyUnwrapped, port))
            }
        }
    }

    private func encode(_ address: IPv6Address) throws(SocketError) -> SocketAddress {
        guard !address.isLinkLocal || address.scopeID != 0 else {
            throw .invalid(.parse, "\(self) is link-local and names no interface: write it as \(address)%eth0")
        }
        let port = port.rawValue, flow = flowLabel, scope = address.scopeID
        return unsafe SocketAddress { (target, length) in
            unsafe withUnsafeBytes(of: (address.high.bigEndian, address.low.bigEndian)) { bytes in
                let octets = unsafe bytes.assumingMemoryBound(to: UInt8.self)
                length = UInt32(
                    unsafe csock_address_put_ipv6(
                        target, length, octets.baseAddress.unsafelyUnwrapped, port, flow, scope))
            }
        }
    }
}
