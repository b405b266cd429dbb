public import Sockets

extension AsyncDatagramSocket {
    /// The datagrams that come, each with its bytes and its sender.
    ///
    /// ```swift
    /// for try await datagram in socket.datagrams() {
    ///     try await socket.send(datagram.bytes.span, to: datagram.sender)
    /// }
    /// ```
    ///
    /// It has no end but an error. It does not own the socket, and does not keep it open: when that is closed, it throws
    /// `closed`. Each datagram has the time limit for itself; what goes beyond `size` bytes is lost. Leaving the loop, a time
    /// limit and cancelling lose no datagram. C: recvfrom(2)
    public func datagrams(upTo size: Int = 65_535, within limit: TimeLimit = .forever) -> Datagrams<Address> {
        Datagrams(socket.reference.tenant, size, limit)
    }
}

extension AsyncConnectedDatagramSocket {
    /// The datagrams of the peer, each with its bytes; otherwise as those of an ``AsyncDatagramSocket``.
    ///
    /// It throws `connectionRefused`, too, when nobody took an earlier datagram; the next loop goes on after that.
    /// C: recvfrom(2)
    public func datagrams(upTo size: Int = 65_535, within limit: TimeLimit = .forever) -> Datagrams<Address> {
        Datagrams(socket.reference.tenant, size, limit)
    }
}

/// A datagram with its bytes.
public struct ReceivedDatagram<Address: SocketAddressProtocol>: Sendable {
    /// What was received of it.
    public let bytes: [UInt8]
    /// Bytes that it had.
    public let size: Int
    /// Who sent it; on Unix sockets `unnamed` when the sender was not bound.
    public let sender: Address

    /// Whether it was longer than what was received, and its rest is lost.
    public var isTruncated: Bool { size > bytes.count }
}

/// The datagrams that a socket receives, as an asynchronous sequence.
public struct Datagrams<Address: SocketAddressProtocol>: AsyncSequence, Sendable {
    /// A datagram.
    public typealias Element = ReceivedDatagram<Address>
    /// What receiving throws.
    public typealias Failure = SocketError

    fileprivate let tenant: Tenant
    fileprivate let room: Int
    fileprivate let limit: TimeLimit

    init(_ tenant: Tenant, _ size: Int, _ limit: TimeLimit) {
        self.tenant = tenant
        room = Swift.min(Swift.max(size, 0), 65_536)
        self.limit = limit
    }

    /// Receives where the last loop left off.
    public func makeAsyncIterator() -> Iterator { Iterator(datagrams: self) }

    /// Receives one datagram after the other, in one buffer.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let datagrams: Datagrams
        private var buffer: [UInt8] = []

        fileprivate init(datagrams: Datagrams) { self.datagrams = datagrams }

        /// The next datagram. Throws: as `receive`. C: recvfrom(2)
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(SocketError) -> ReceivedDatagram<Address>? {
            try await receive()
        }

        /// As `next(isolation:)`, for callers without isolation. C: recvfrom(2)
        public mutating func next() async throws(SocketError) -> ReceivedDatagram<Address>? {
            try await receive()
        }

        private mutating func receive() async throws(SocketError) -> ReceivedDatagram<Address> {
            if buffer.count < datagrams.room { buffer = [UInt8](repeating: 0, count: datagrams.room) }
            let raw = try await datagrams.tenant.receiveDatagram(into: &buffer, datagrams.limit)
            guard let sender = Address(raw.sender) else { throw SocketError(.recvfrom, .wrongAddressFamily) }
            return ReceivedDatagram(bytes: Array(buffer.prefix(raw.size)), size: raw.size, sender: sender)
        }
    }
}

/// What the kernel says of a datagram.
private struct RawDatagram: Sendable {
    let size: Int
    let sender: SocketAddress
}

extension Tenant {
    fileprivate func receiveDatagram(
        into buffer: inout [UInt8], _ limit: TimeLimit
    ) async throws(SocketError) -> RawDatagram {
        guard loop.keepsCaller(#isolation) else {
            return try await loop.actor.receiveDatagram(self, into: &buffer, limit)
        }
        return try await require(.recvfrom).receiveDatagram(into: &buffer, limit)
    }
}

extension SlotReference {
    fileprivate func receiveDatagram(
        into buffer: inout [UInt8], _ limit: TimeLimit
    ) async throws(SocketError) -> RawDatagram {
        var sender = SocketAddress.none
        let size = try await counting(.read, limit) { () throws(SocketError) in
            try receiveDatagramIfReady(into: &buffer, from: &sender)
        }
        return RawDatagram(size: size, sender: sender)
    }
}

extension LoopActor {
    fileprivate func receiveDatagram(
        _ tenant: Tenant, into buffer: inout [UInt8], _ limit: TimeLimit
    ) async throws(SocketError) -> RawDatagram {
        try await tenant.require(.recvfrom).receiveDatagram(into: &buffer, limit)
    }
}
