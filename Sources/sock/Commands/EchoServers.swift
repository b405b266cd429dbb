import SocketServers
import Sockets

/// The stream servers of SocketServers, each with the handler that sends everything back. They return what they did.
enum EchoServers {
    static func iterative<Address>(
        _ listener: consuming StreamListener<Address>, _ configuration: ServerConfiguration
    ) throws(SocketError) -> String {
        let server = try IterativeServer(listener, configuration)
        let counters = server.counters
        try server.run { client in try echo(client) }
        return summary(counters)
    }

    static func fork<Address>(
        _ listener: consuming StreamListener<Address>, _ configuration: ServerConfiguration
    ) throws(SocketError) -> String {
        let server = try ForkingServer(listener, configuration)
        let counters = server.counters
        try server.run { client in try echo(client) }
        return summary(counters)
    }

    static func thread<Address>(
        _ listener: consuming StreamListener<Address>, _ configuration: ServerConfiguration
    ) throws(SocketError) -> String {
        let server = try ThreadedServer(listener, limit: 256, configuration)
        let counters = server.counters
        try server.run { client in try echo(client) }
        return summary(counters)
    }

    static func readiness<Address>(
        _ listener: consuming StreamListener<Address>, _ multiplexer: Multiplexer, _ configuration: ServerConfiguration
    ) throws(SocketError) -> String {
        let server = try ReadinessServer(listener, using: multiplexer, configuration)
        let counters = server.counters
        try server.run(EchoProtocol())
        return summary(counters)
    }

    /// One loop: each datagram goes back to its sender.
    static func datagrams<Address>(
        _ socket: borrowing DatagramSocket<Address>, _ stop: borrowing StopSignals
    ) throws(SocketError) -> String {
        var buffer = [UInt8](repeating: 0, count: 65_536), count = 0
        while true {
            var list = WaitList()
            let signal = list.add(stop.number, .readable)
            _ = list.add(socket.socket.withDescriptor { $0 }, .readable)
            try list.wait()
            if !list[signal].isEmpty { return "\(count) datagrams" }
            count += answer(socket, &buffer) ? 1 : 0
        }
    }

    /// Whether a datagram was answered. What is wrong with one client does not end the server.
    private static func answer<Address>(
        _ socket: borrowing DatagramSocket<Address>, _ buffer: inout [UInt8]
    ) -> Bool {
        do throws(SocketError) {
            let datagram = try socket.receive(into: &buffer, flags: .dontWait)
            guard try datagram.sender.encoded().isAnswerable else { return false }
            try socket.send(buffer.span.extracting(..<datagram.count), to: datagram.sender, flags: .dontWait)
            return true
        } catch { return false }
    }

    static func summary(_ counters: ServerCounters) -> String {
        let numbers = counters.snapshot
        return "\(numbers.accepted) accepted, \(numbers.active) active, \(numbers.failed) failed"
    }

    /// Sends back what one client sends, until it ends.
    private static func echo<Address>(_ client: borrowing StreamSocket<Address>) throws(SocketError) {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = try client.receive(into: &buffer)
            if count == 0 { return }
            try client.sendAll(buffer.span.extracting(..<count))
        }
    }
}
