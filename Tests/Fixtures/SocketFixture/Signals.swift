import Glibc
import SignalStorm
import Sockets

/// Sends to ends that are gone in every way there is; a signal would end the program.
let brokenPipes: Scenario = { _ throws(SocketError) in
    let pair = try UnixStream.pair()
    try pair.first.shutdown(.write)
    report("send") { _ = try pair.first.send([1].span) }
    report("sendAll") { try pair.first.sendAll([1].span) }
    report("base") { _ = try pair.first.socket.send([1].span) }
    report("base with flags") { _ = try pair.first.socket.send([1].span, flags: .dontWait) }
    let listener = try TCPListener(on: .loopback(port: 0))
    let client = try TCPStream.connect(to: listener.localAddress)
    try listener.accept().reset()
    report("reset") { try client.sendAll([1].span) }
    report("again") { try client.sendAll([1].span) }
    let socket = try Socket(.ipv4, .stream)
    report("to") { try socket.send([1].span, to: IPSocketAddress.loopback(port: 9)) }
    print(sigpipe_is_untouched() == 1 ? "untouched" : "CHANGED")
}

/// Calls that wait while signals interrupt them. The other side acts only after some signals were handled, so that the
/// call had to go on after them.
let storm: Scenario = { arguments throws(SocketError) in
    storm_start(200)
    let listener = try TCPListener(on: .loopback(port: 0))
    let address = listener.localAddress
    let client = try Later { () throws(SocketError) in try TCPStream.connect(to: address).intoSocket() }
    let server = try listener.accept()
    let first = try client.wait()
    print("accept: ok")
    try receiveInStorm(server, first)
    try sendInStorm(server, first)
    try waitInStorm(server, first)
    try datagramInStorm()
    try connectInStorm(arguments[0])
    storm_stop()
    print(storm_count() > 50 ? "stormy" : "no storm: \(storm_count())")
}

private func receiveInStorm(_ server: borrowing TCPStream, _ client: borrowing Socket) throws(SocketError) {
    let number = client.withDescriptor { $0 }
    let sender = try Later { () throws(SocketError) in try sendTo(number, [1, 2, 3]) }
    var buffer = [UInt8](repeating: 0, count: 3)
    try server.receiveExactly(into: &buffer)
    print(buffer == [1, 2, 3] ? "receive: ok" : "receive: \(buffer)")
    _ = try sender.wait()
}

private func sendTo(_ number: Int32, _ bytes: [UInt8]) throws(SocketError) -> Socket {
    // The number is that of a socket that its owner keeps open for longer.
    let socket = try Socket(adopting: dup(number))
    _ = try socket.send(bytes.span)
    return socket
}

private func sendInStorm(_ server: borrowing TCPStream, _ client: borrowing Socket) throws(SocketError) {
    let bytes = (0..<8 << 20).map { UInt8(truncatingIfNeeded: $0 * 13 + $0 >> 9) }
    let number = client.withDescriptor { $0 }
    let reader = try Later { () throws(SocketError) in
        let stream = try TCPStream(Socket(adopting: dup(number)))
        var buffer = [UInt8](repeating: 0, count: bytes.count)
        try stream.receiveExactly(into: &buffer)
        if buffer != bytes { throw SocketError(.recv, .protocolError) }
        return stream.intoSocket()
    }
    try server.sendAll(bytes.span)
    _ = try reader.wait()
    print("send: ok")
}

private func waitInStorm(_ server: borrowing TCPStream, _ client: borrowing Socket) throws(SocketError) {
    let ready = try server.socket.wait(for: .readable, until: .after(.milliseconds(20)))
    print(ready.isEmpty ? "time-out: ok" : "time-out: \(ready)")
    let number = client.withDescriptor { $0 }
    let sender = try Later { () throws(SocketError) in try sendTo(number, [1]) }
    print(try server.socket.wait(for: .readable) == .readable ? "wait: ok" : "wait: wrong")
    _ = try sender.wait()
}

private func datagramInStorm() throws(SocketError) {
    let receiver = try UDPSocket(boundTo: .loopback(port: 0)), address = try receiver.localAddress
    let sender = try Later { () throws(SocketError) in
        let socket = try Socket(.ipv4, .datagram)
        try socket.send([9].span, to: address)
        return socket
    }
    var buffer: [UInt8] = [0]
    let datagram = try receiver.receive(into: &buffer)
    print(datagram.count == 1 && buffer == [9] ? "datagram: ok" : "datagram: wrong")
    _ = try sender.wait()
}

/// A connect that waits for a place in the queue, which signals break off.
private func connectInStorm(_ path: String) throws(SocketError) {
    var configuration = ListenerConfiguration()
    configuration.backlog = 0
    let listener = try UnixListener(on: path, configuration)
    let address = listener.localAddress
    let filler = try UnixStream.connect(to: address)
    let number = listener.socket.withDescriptor { $0 }
    let acceptor = try Later { () throws(SocketError) in
        let socket = try Socket(adopting: dup(number))
        let first = try socket.accept()
        _ = first.socket.release()
        let second = try socket.accept()
        return second.socket
    }
    let stream = try UnixStream.connect(to: address)
    try stream.sendAll([4].span)
    let server = try acceptor.wait()
    var buffer: [UInt8] = [0]
    _ = try server.receive(into: &buffer)
    print(buffer == [4] ? "connect: ok" : "connect: wrong")
    _ = filler.peerAddress
}

/// Work of a sheltered thread, which begins when some signals have been handled from now on.
private final class Later: @unchecked Sendable {
    private var thread = pthread_t()
    private let body: () throws(SocketError) -> Socket
    private var result: Int32 = -1
    private var failure: SocketError?

    init(_ body: @escaping () throws(SocketError) -> Socket) throws(SocketError) {
        self.body = body
        let context = unsafe Unmanaged.passRetained(self).toOpaque()
        // The thread is joined before its context is given back.
        unsafe pthread_create(
            &thread, nil,
            { context in
                guard let context = unsafe context else { return nil }
                storm_shelter()
                unsafe Unmanaged<Later>.fromOpaque(context).takeUnretainedValue().run()
                return nil
            }, context)
    }

    private func run() {
        let start = storm_count()
        while storm_count() < start + 10 { sched_yield() }
        do throws(SocketError) { result = try body().release() } catch { failure = error }
    }

    func wait() throws(SocketError) -> Socket {
        pthread_join(thread, nil)
        unsafe Unmanaged.passUnretained(self).release()
        if let failure { throw failure }
        return try Socket(adopting: result)
    }
}
