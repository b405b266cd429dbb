import CSocketShim
import Glibc
import SocketServers
import Sockets

// A program of one thread, for the tests of what forks. It says where it is on its standard output, then what happens.

/// Says a line at once: a child leaves without writing what is buffered.
func say(_ text: String) {
    let line = Array((text + "\n").utf8)
    _ = unsafe line.withUnsafeBytes { unsafe write(1, $0.baseAddress, $0.count) }
}

/// The first byte says what the handler does with the rest.
func handle<Address>(_ client: borrowing StreamSocket<Address>) throws {
    var command: [UInt8] = [0]
    guard try client.receive(into: &command) == 1 else { return }
    switch command[0] {
    case UInt8(ascii: "t"): throw SocketError(.read, .protocolError)
    case UInt8(ascii: "c"): abort()
    case UInt8(ascii: "d"): try client.sendAll("\(openDescriptors() - inherited)\n".utf8.span)
    default: try echo(client)
    }
}

func echo<Address>(_ client: borrowing StreamSocket<Address>) throws {
    var buffer = [UInt8](repeating: 0, count: 65536)
    while case let count = try client.receive(into: &buffer), count > 0 {
        try client.sendAll(buffer.span.extracting(..<count))
    }
}

/// How many descriptors below 64 are open.
func openDescriptors() -> Int { (0..<64).count { fcntl(Int32($0), F_GETFD) >= 0 } }

let inherited = openDescriptors()

func describe(_ event: ServerEvent) -> String {
    switch event {
    case .acceptFailed(let error): "accept failed \(error.code.name)"
    case .acceptPaused(let error, let pause): "accept paused \(error.code.name) \(pause)"
    case .clientRefused(let error): "client refused \(error.operation.rawValue) \(error.code.name)"
    case .handlerFailed(let error): "handler failed \(error)"
    case .childFailed(_, let status): "child failed \(status)"
    }
}

func serveDatagrams(_ port: ChildPort, _ limit: Int, _ configuration: ServerConfiguration) throws {
    let before = openDescriptors()
    let server = try ForkingUDPServer(
        try UDPSocket(boundTo: .loopback(port: 0)), childPort: port, limit: limit, configuration)
    let counters = server.counters
    say("\(try server.localAddress)")
    try server.run { client in
        var buffer = [UInt8](repeating: 0, count: 2048)
        while true {
            let datagram = try client.receive(into: &buffer)
            if buffer[..<datagram.count].elementsEqual("end".utf8) { return }
            if buffer[..<datagram.count].elementsEqual("crash".utf8) { abort() }
            if buffer[..<datagram.count].elementsEqual("soon".utf8) {
                try client.socket.setOption(.receiveTimeout, to: .milliseconds(20))
            }
            try client.send("\(getpid()) ".utf8.span)
            try client.send(buffer.span.extracting(..<datagram.count))
        }
    }
    sayEnd(counters, before)
}

/// A server with `spare` descriptors left.
func serveFewDescriptors(_ model: String, _ spare: Int, _ configuration: ServerConfiguration) throws {
    let listener = try TCPListener(on: .loopback(port: 0))
    say("\(listener.localAddress)")
    switch model {
    case "iterative": try IterativeServer(listener, leave(spare, configuration)).run { client in try echo(client) }
    case "threaded": try ThreadedServer(listener, leave(spare + 2, configuration)).run { client in try echo(client) }
    case "select": try ReadinessServer(listener, using: .select, leave(spare, configuration)).run(EchoProtocol())
    case "poll": try ReadinessServer(listener, using: .poll, leave(spare, configuration)).run(EchoProtocol())
    default: try ReadinessServer(listener, using: .epoll, leave(spare + 1, configuration)).run(EchoProtocol())
    }
    say("done")
}

/// Lowers the limit of descriptors to those that are open, and some more.
func leave(_ spare: Int, _ configuration: ServerConfiguration) -> ServerConfiguration {
    var count = 0, number: Int32 = 0
    while count < spare {
        if fcntl(number, F_GETFD) < 0 { count += 1 }
        number += 1
    }
    _ = csock_set_descriptor_limit(Int64(number))
    return configuration
}

func run() throws {
    let arguments = CommandLine.arguments
    let stop = try StopSignal(on: [.terminate, .interrupt])
    let configuration = ServerConfiguration(stop: stop) { say(describe($0)) }
    let limit = Int(arguments[2]) ?? 256
    switch arguments[1] {
    case "tcp":
        let server = try ForkingServer(try TCPListener(on: .loopback(port: 0)), limit: limit, configuration)
        let counters = server.counters
        say("\(server.localAddress)")
        try server.run { client in try handle(client) }
        say("done \(counters.snapshot)")
    case "unix":
        let server = try ForkingServer(try UnixListener(on: arguments[3]), limit: limit, configuration)
        let counters = server.counters
        say("\(server.localAddress)")
        try server.run { client in try handle(client) }
        say("done \(counters.snapshot)")
    case "own": try serveDatagrams(.own, limit, configuration)
    case "same": try serveDatagrams(.same, limit, configuration)
    case "serve": try serve(arguments[3], limit, Array(arguments.dropFirst(4)), configuration)
    case "limited": try serveFewDescriptors(arguments[3], limit, configuration)
    default: say("unknown mode")
    }
}

do { try run() } catch {
    say("failed: \(error)")
    exit(1)
}
exit(0)
