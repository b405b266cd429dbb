import Glibc
import Sockets

typealias Scenario = @Sendable ([String]) throws(SocketError) -> Void

let scenarios: [String: Scenario] = [
    "bind": bind, "broken-pipes": brokenPipes, "close": close, "connect": connect, "datagrams": datagrams,
    "descriptor-limit": descriptorLimit, "exchange": exchange, "exhaust": exhaust, "hand-over": handOver,
    "inherit": inherit, "leaks": leaks,
    "privileges": privileges, "server": server, "standard-input": standardInput, "storm": storm,
]

func leave(_ status: Int32) -> Never {
    exit(status)
}

/// Prints what came of an operation: `ok`, or the call and the error's name.
func report(_ name: String, _ body: () throws -> Void) {
    do {
        try body()
        print("\(name): ok")
    } catch let error as SocketError {
        print("\(name): \(error.operation.rawValue) \(error.code.name)" + (error.advice.map { ": \($0)" } ?? ""))
    } catch { print("\(name): \(error)") }
}

/// Connects, sends, receives and closes: `exchange ADDRESS`.
let exchange: Scenario = { arguments throws(SocketError) in
    let stream = try TCPStream.connect(to: arguments[0])
    try stream.sendAll("hello".utf8.span)
    var buffer = [UInt8](repeating: 0, count: 16)
    try stream.shutdown(.write)
    while try stream.receive(into: &buffer) > 0 {}
    try stream.close()
    print("done")
}

/// Serves itself over TCP with every call that a signal can interrupt.
let server: Scenario = { _ throws(SocketError) in
    let listener = try TCPListener(on: .loopback(port: 0))
    let client = try TCPStream.connect(to: listener.localAddress)
    let server = try listener.accept()
    let sent = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    var got = [UInt8](repeating: 0, count: sent.count)
    try client.sendAll(sent.span)
    try server.receiveExactly(into: &got)
    try client.shutdown(.write)
    let end = try server.receive(into: &got)
    try server.close()
    print(end == 0 ? "done" : "no end")
}

/// Sends itself datagrams.
let datagrams: Scenario = { _ throws(SocketError) in
    let receiver = try UDPSocket(boundTo: .loopback(port: 0)), sender = try UDPSocket()
    var buffer: [UInt8] = [0, 0]
    try sender.send([1, 2].span, to: receiver.localAddress)
    let datagram = try receiver.receive(into: &buffer)
    print(datagram.count == 2 && buffer == [1, 2] ? "done" : "wrong")
}

/// Connects only: `connect ADDRESS`, `connect ADDRESS MILLISECONDS`.
let connect: Scenario = { arguments throws(SocketError) in
    let address = try IPSocketAddress(checking: arguments[0])
    report("connect") {
        if arguments.count > 1, let time = Int(arguments[1]) {
            _ = try TCPStream.connect(to: address, within: .milliseconds(time))
        } else {
            _ = try TCPStream.connect(to: address)
        }
    }
}

/// Binds only: `bind ADDRESS`.
let bind: Scenario = { arguments throws(SocketError) in
    report("bind") { _ = try TCPListener(on: arguments[0]) }
}

/// Connects until no port is left: `exhaust`.
let exhaust: Scenario = { _ throws(SocketError) in
    let socket = try Socket(.ipv4, .stream)
    try socket.bind(to: IPSocketAddress.loopback(port: 9))
    try socket.listen()
    var made = 0
    while made < 1000 {
        do throws(SocketError) {
            _ = try TCPStream.connect(to: .loopback(port: 9)).intoSocket().release()
            made += 1
        } catch {
            print("\(made) then \(error.operation.rawValue) \(error.code.name)")
            return
        }
    }
    print("no end")
}

/// Closes one socket and says what came of it; what else a program closes does not look at the answer.
let close: Scenario = { _ throws(SocketError) in
    let socket = try Socket(.ipv4, .stream)
    socket.withDescriptor { print("descriptor \($0)") }
    fflush(nil)
    do throws(SocketError) { try socket.close() } catch {
        print("\(error.operation.rawValue) \(error.code.name)")
        return
    }
    print("closed")
}

/// Opens what the process is not allowed to.
let privileges: Scenario = { _ throws(SocketError) in
    report("raw") { _ = try Socket(.ipv4, .raw, .icmp) }
    report("port 80") { _ = try TCPListener(on: .loopback(port: 80)) }
    report("mark") { try Socket(.ipv4, .datagram).setOption(.mark, to: 7) }
    report("priority 6") { try Socket(.ipv4, .datagram).setOption(.priority, to: 6) }
    report("priority 7") { try Socket(.ipv4, .datagram).setOption(.priority, to: 7) }
    report("folder") { _ = try UnixListener(on: "/usr/sockets-no-right") }
}

/// Answers on the socket that is standard input, as inetd has it.
let standardInput: Scenario = { _ throws(SocketError) in
    let stream = try UnixStream(try Socket(adopting: 0))
    var buffer = [UInt8](repeating: 0, count: 16)
    let count = try stream.receive(into: &buffer)
    try stream.sendAll(buffer.span.extracting(..<count))
    print("answered \(count) bytes")
}

/// Closes one of two listeners on a port, and says what became of the clients in its queue: `hand-over`.
let handOver: Scenario = { _ throws(SocketError) in
    var configuration = ListenerConfiguration()
    configuration.sharesPort = true
    let old = try TCPListener(on: .loopback(port: 0), configuration), address = old.localAddress
    let first = try TCPStream.connect(to: address)
    let new = try TCPListener(on: address, configuration)
    try old.close()
    try new.socket.setMode(.nonBlocking)
    report("accept") { try new.accept().sendAll([9].span) }
    var buffer: [UInt8] = [0]
    report("receive") { _ = try first.receive(into: &buffer) }
    print("got \(buffer[0])")
}
