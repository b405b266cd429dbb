public import Sockets

/// A server for UDP datagrams. C: udp(7)
public typealias UDPServer = DatagramServer<IPSocketAddress>
/// A server for Unix datagrams. C: unix(7)
public typealias UnixDatagramServer = DatagramServer<UnixAddress>

/// Serves all clients with one socket, datagram after datagram, in the calling thread.
///
/// ```swift
/// try UDPServer(socket).run { bytes, datagram, socket in try socket.send(bytes, to: datagram.sender) }
/// ```
///
/// C: recvfrom(2), sendto(2)
public struct DatagramServer<Address: SocketAddressProtocol>: ~Copyable, Sendable {
    private let socket: DatagramSocket<Address>
    private let service: Service
    private var poll: PollSet
    private var buffer: [UInt8]

    /// What is done with a datagram: its bytes, which are valid during the call, what is known of it, and the socket.
    public typealias Handler = (
        _ bytes: Span<UInt8>, _ datagram: Datagram<Address>, _ socket: borrowing DatagramSocket<Address>
    ) throws -> Void

    /// Takes the socket over, for datagrams of at most `capacity` bytes; longer ones come truncated, and say so.
    ///
    /// Throws: `tooManyDescriptors`; `invalidInput` for a negative capacity.
    public init(
        _ socket: consuming DatagramSocket<Address>, capacity: Int = 65536,
        _ configuration: ServerConfiguration = .init()
    ) throws(SocketError) {
        guard capacity >= 0 else { throw SocketError(.recvfrom, .invalidInput, detail: "the capacity is negative") }
        service = try Service(configuration)
        poll = PollSet(service.stop, socket: socket.socket.number)
        buffer = [UInt8](repeating: 0, count: capacity)
        self.socket = socket
    }

    /// Stops the server, also before it runs. Datagrams that wait in the socket are lost.
    public var stop: StopSignal { service.stop }
    /// What the server has done so far; each datagram counts as a client.
    public var counters: ServerCounters { service.counters }
    /// Where it receives. C: getsockname(2)
    public var localAddress: Address { get throws(SocketError) { try socket.localAddress } }

    /// Serves datagrams until it is stopped. A handler that throws costs its own datagram only.
    ///
    /// Throws: what receiving throws when the socket is dead; see ``AcceptPolicy``.
    public consuming func run(_ handler: Handler) throws(SocketError) {
        var errors = AcceptErrors(service)
        var servedInARow = 0
        while !service.stop.isRequested {
            // Process signals are heard of while it waits: so now and then it looks, also when there is always work.
            let isPausing = errors.isPausing()
            if servedInARow % 64 == 0 { try wait(servedInARow == 0 ? errors.pauseEnd : .now, isPausing) }
            if isPausing { continue }
            servedInARow = try serve(handler, &errors) ? servedInARow + 1 : 0
        }
    }

    private mutating func wait(_ deadline: Deadline, _ isPausing: Bool) throws(SocketError) {
        poll.place(isPausing ? -1 : socket.socket.number, at: PollSet.socket)
        try poll.wait(until: deadline)
        if poll.isReady(PollSet.signals) { service.stop.takeSignals() }
    }

    /// Serves a datagram, if one is there.
    private mutating func serve(_ handler: Handler, _ errors: inout AcceptErrors) throws(SocketError) -> Bool {
        do throws(SocketError) {
            let datagram = try socket.receive(into: &buffer, flags: .dontWait)
            errors.succeed()
            serve(datagram, handler)
            return true
        } catch { try errors.handle(error, socket.socket.number) }
        return false
    }

    private func serve(_ datagram: Datagram<Address>, _ handler: Handler) {
        service.counters.begin()
        service.counters.move(received: datagram.count, sent: 0)
        service.serve { try handler(buffer.span.extracting(..<datagram.count), datagram, socket) }
    }
}
