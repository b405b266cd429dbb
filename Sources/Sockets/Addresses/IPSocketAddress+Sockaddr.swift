internal import CSocketShim

extension IPSocketAddress: SocketAddressProtocol {
    /// `ipv4` or `ipv6`.
    public var family: AddressFamily { version == .v4 ? .ipv4 : .ipv6 }

    /// The IP address and port, or nil when the bytes are of another family.
    public init?(sockaddr: Span<UInt8>) {
        if sockaddr.isEmpty { return nil }
        let address = unsafe sockaddr.withUnsafeBufferPointer {
            unsafe IPSocketAddress(v4: $0) ?? IPSocketAddress(v6: $0)
        }
        guard let address else { return nil }
        self = address
    }

    // The shim reads no more bytes than there are. It writes 4 or 16, and only when they are those of the family.

    @inline(__always)
    private init?(v4 sockaddr: UnsafeBufferPointer<UInt8>) {
        var number: UInt32 = 0, port: UInt16 = 0
        let result = unsafe withUnsafeMutableBytes(of: &number) {
            unsafe csock_address_get_ipv4(sockaddr.start, sockaddr.length, $0.start, &port)
        }
        guard result == 0 else { return nil }
        self.init(IPv4Address(rawValue: UInt32(bigEndian: number)), port: Port(rawValue: port))
    }

    @inline(__always)
    private init?(v6 sockaddr: UnsafeBufferPointer<UInt8>) {
        var halves: (UInt64, UInt64) = (0, 0), port: UInt16 = 0, flow: UInt32 = 0, scope: UInt32 = 0
        let result = unsafe withUnsafeMutableBytes(of: &halves) {
            unsafe csock_address_get_ipv6(sockaddr.start, sockaddr.length, $0.start, &port, &flow, &scope)
        }
        guard result == 0 else { return nil }
        let address = IPv6Address(
            high: UInt64(bigEndian: halves.0), low: UInt64(bigEndian: halves.1), scopeID: scope)
        self.init(address, port: Port(rawValue: port), unchecked: flow)
    }

    /// Writes the address as the kernel reads it in place of another one.
    ///
    /// Throws: `invalidInput` for an IPv6 link-local address without a scope: of several interfaces, TCP would refuse it
    /// and UDP would take any.
    public func write(to sockaddr: inout SocketAddress) throws(SocketError) {
        switch address {
        case .v4(let address): write(address, to: &sockaddr)
        case .v6(let address): try write(address, to: &sockaddr)
        }
    }

    // The shim reads 4 or 16 bytes, which live on the stack for the length of the call, and there is room for its own.

    private func write(_ address: IPv4Address, to sockaddr: inout SocketAddress) {
        unsafe withUnsafeBytes(of: address.rawValue.bigEndian) { bytes in
            unsafe sockaddr.write { (target, length) in
                length = UInt32(unsafe csock_address_put_ipv4(target, length, bytes.start, port.rawValue))
            }
        }
    }

    private func write(_ address: IPv6Address, to sockaddr: inout SocketAddress) throws(SocketError) {
        guard !address.isLinkLocal || address.scopeID != 0 else {
            throw .invalid(.parse, "\(self) is link-local and names no interface: write it as \(address)%eth0")
        }
        unsafe withUnsafeBytes(of: (address.high.bigEndian, address.low.bigEndian)) { bytes in
            unsafe sockaddr.write { (target, length) in
                length = UInt32(
                    unsafe csock_address_put_ipv6(
                        target, length, bytes.start, port.rawValue, flowLabel, address.scopeID))
            }
        }
    }
}
