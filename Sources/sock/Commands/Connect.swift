import Sockets

/// `sock connect`: standard input to a server, and what it answers to standard output.
struct Connect: Command {
    static let name = "connect"
    static let summary = "connect to a server: send standard input, print what comes"
    static let discussion = """
        The end of standard input ends sending and not receiving, so 'echo hi | sock connect 127.0.0.1:7' waits for the
        whole answer. Ctrl-C closes and prints a summary.
        """

    static var arguments: [Argument<Connect>] {
        [
            .flag("--udp", "-u", sets: \.isDatagram, help: "send datagrams, over UDP or to a Unix datagram socket"),
            .option("--timeout", "-t", value: "SECONDS", sets: \.timeout, help: "give up connecting after this time"),
            .option(
                "--wait", "-w", value: "SECONDS", sets: \.patience, help: "with --udp: how long to wait for answers (1)"
            ),
            .flag("--verbose", "-v", sets: \.isVerbose, help: "print the connection, and a summary in the end"),
            .operand("ADDRESS", sets: \.address, help: "the server: HOST:PORT, [IPv6]:PORT, unix:PATH or unix:@NAME"),
        ]
    }

    private var address = Endpoint.none
    private var isDatagram = false
    private var timeout: Seconds?
    private var patience = Seconds(.seconds(1))
    private var isVerbose = false

    func run() throws(SocketError) -> ExitStatus {
        let stop = try StopSignals()
        return isDatagram ? try exchangeDatagrams(stop) : try exchangeStream(stop)
    }

    private func exchangeStream(_ stop: borrowing StopSignals) throws(SocketError) -> ExitStatus {
        let socket = try address.connectedStream(within: timeout?.duration)
        let connection = try connected(socket)
        var relay = StreamRelay()
        return finish(try relay.run(socket, stop), relay.traffic, connection)
    }

    private func exchangeDatagrams(_ stop: borrowing StopSignals) throws(SocketError) -> ExitStatus {
        let socket = try address.connectedDatagrams()
        let connection = try connected(socket)
        var relay = DatagramRelay(patience: patience.duration)
        return finish(try relay.run(socket, stop), relay.traffic, connection)
    }

    private func connected(_ socket: borrowing Socket) throws(SocketError) -> String {
        let connection = try socket.fiveTuple.description
        if isVerbose { printNote("sock: connected, \(connection)") }
        return connection
    }

    private func finish(_ end: RelayEnd, _ traffic: Traffic, _ connection: String) -> ExitStatus {
        if isVerbose || end == .interrupted { printNote(traffic.summary(connection)) }
        return .success
    }
}
