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

    static func datagrams<Address>(
        _ socket: consuming DatagramSocket<Address>, _ configuration: ServerConfiguration
    ) throws(SocketError) -> String {
        let server = try DatagramServer(socket, configuration)
        let counters = server.counters
        try server.run { bytes, datagram, socket in
            // A Unix sender without an address cannot be answered, and a slow one is not waited for.
            guard try datagram.sender.encoded().isAnswerable else { return }
            try socket.send(bytes, to: datagram.sender, flags: .dontWait)
        }
        return summary(counters)
    }

    /// A process for each client, which ends when it hears nothing for a while.
    static func forkDatagrams(
        _ socket: consuming UDPSocket, _ childPort: ChildPort, idle: Duration, _ configuration: ServerConfiguration
    ) throws(SocketError) -> String {
        let server = try ForkingUDPServer(socket, childPort: childPort, configuration)
        let counters = server.counters
        try server.run { client in
            try client.socket.setOption(.receiveTimeout, to: idle)
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let datagram = try client.receive(into: &buffer)
                try client.send(buffer.span.extracting(..<datagram.count))
            }
        }
        return summary(counters)
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
