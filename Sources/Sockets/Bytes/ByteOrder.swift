extension FixedWidthInteger {
    /// The number with its bytes in the order of the network, for memory that the network will read.
    ///
    /// C: htons(3), htonl(3)
    public var networkByteOrder: Self { bigEndian }

    /// The number whose bytes, in the order of the network, are those of the given one.
    ///
    /// C: ntohs(3), ntohl(3)
    public init(networkByteOrder number: Self) {
        self.init(bigEndian: number)
    }
}
