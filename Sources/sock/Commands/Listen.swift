import Sockets

/// `sock listen`: waits for clients, prints what they send and sends them standard input.
struct Listen: Command {
    static let name = "listen"
    static let summary = "wait for a client: print what it sends, send it standard input"
    static let discussion = """
        One client is served at a time, and the first one only unless --keep-open is given. Port 0 takes any free port,
        which is printed on standard error. The file of a Unix socket is removed in the end. With --udp the first sender
        becomes the peer. Ctrl-C closes and prints a summary.
        """

    static var arguments: [Argument<Listen>] {
        [
            .flag("--keep-open", "-k", sets: \.keepsOpen, help: "go on with the next client after one has ended"),
            .flag("--udp", "-u", sets: \.isDatagram, help: "receive datagrams, over UDP or a Unix datagram socket"),
            .flag("--quiet", "-q", sets: \.isQuiet, help: "do not print the address and the clients on standard error"),
            .operand("ADDRESS", sets: \.address, help: "where to listen: HOST:PORT, :PORT, unix:PATH or unix:@NAME"),
        ]
    }

    private var address = Endpoint.none
    private var keepsOpen = false
    private var isDatagram = false
    private var isQuiet = false

    func run() throws(SocketError) -> ExitStatus {
        let stop = try StopSignals()
        switch (address, isDatagram) {
        case (.unix(let address), false): return try serve(try UnixListener(on: address, .replacingStaleFile), stop)
        case (.unix(let address), true): return try serve(try UnixDatagramSocket(boundTo: address), stop)
        case (.ip(let parts), false): return try serve(try TCPListener(on: parts.addresses(.listening)[0]), stop)
        case (.ip(let parts), true):
            return try serve(try UDPSocket(boundTo: parts.addresses(.listening, .datagram)[0]), stop)
        }
    }

    private func note(_ text: String) { if !isQuiet { printNote(text) } }

    private func serve<Address>(
        _ listener: consuming StreamListener<Address>, _ stop: borrowing StopSignals
    ) throws(SocketError) -> ExitStatus {
        note("sock: listening on \(listener.localAddress)")
        var inputIsOpen = true
        repeat {
            guard try waitForClient(listener.socket, stop) else {
                printNote("sock: stopped, no client connected")
                return .success
            }
            let client = try listener.accept().intoSocket()
            if try relay(client, stop, &inputIsOpen) == .interrupted { return .success }
        } while keepsOpen
        return .success
    }

    /// Whether a client waits; false when a signal came instead.
    private func waitForClient(_ socket: borrowing Socket, _ stop: borrowing StopSignals) throws(SocketError) -> Bool {
        while true {
            var list = WaitList()
            let signal = list.add(stop.number, .readable)
            let client = list.add(socket.withDescriptor { $0 }, .readable)
            try list.wait()
            if !list[signal].isEmpty { return false }
            if !list[client].isEmpty { return true }
        }
    }

    private func relay(
        _ client: borrowing Socket, _ stop: borrowing StopSignals, _ inputIsOpen: inout Bool
    ) throws(SocketError) -> RelayEnd {
        let connection = try client.fiveTuple.description
        note("sock: connected, \(connection)")
        var relay = StreamRelay(inputIsOpen: inputIsOpen)
        defer { inputIsOpen = relay.inputIsOpen }
        do throws(SocketError) {
            let end = try relay.run(client, stop)
            if end == .interrupted { printNote(relay.traffic.summary(connection)) }
            return end
        } catch {
            // A client that breaks off is no reason to send the next one away.
            guard keepsOpen, error.operation != .write else { throw error }
            printNote("sock: \(error)")
            return .finished
        }
    }

    private func serve<Address>(
        _ socket: consuming DatagramSocket<Address>, _ stop: borrowing StopSignals
    ) throws(SocketError) -> ExitStatus {
        note("sock: listening on \(try socket.localAddress)")
        guard try waitForClient(socket.socket, stop) else {
            printNote("sock: stopped, nobody sent anything")
            return .success
        }
        var byte = [UInt8](repeating: 0, count: 1)
        let sender = try socket.receive(into: &byte, flags: .peek).sender
        if try sender.encoded().isAnswerable { try socket.socket.connect(to: sender) }
        let connection = try socket.socket.fiveTuple.description
        note("sock: connected, \(connection)")
        var relay = DatagramRelay(patience: nil)
        if try relay.run(socket.socket, stop) == .interrupted { printNote(relay.traffic.summary(connection)) }
        return .success
    }
}

extension SocketAddress {
    /// Whether something can be sent back: an unbound Unix sender has no address.
    var isAnswerable: Bool { !isNone && unix?.isUnnamed != true }
}
