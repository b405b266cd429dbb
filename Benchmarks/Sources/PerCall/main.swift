// One kind of call, COUNT times, over the Sockets module: percall CASE COUNT. c/percall.c is the same in C, and
// percall.py compares what the two cost.
import Sockets

let size = 64

func expect(_ isAsExpected: Bool) {
    precondition(isAsExpected, "a call did not do what was expected")
}

/// Bytes that are waiting already.
func receiving(_ count: Int) throws(SocketError) {
    let pair = try Socket.pair()
    var buffer = [UInt8](repeating: 0, count: size)
    let preload = [UInt8](repeating: 0, count: 32 << 10)
    expect(try pair.first.send(preload.span) == preload.count)
    for _ in 0..<count {
        expect(try pair.second.receive(into: &buffer) == size)
    }
}

/// Into a socket with room, which nobody reads.
func sending(_ count: Int) throws(SocketError) {
    let pair = try Socket.pair()
    let buffer = [UInt8](repeating: 0, count: size)
    for _ in 0..<count {
        expect(try pair.first.send(buffer.span) == size)
    }
}

/// From a non-blocking socket where nothing waits.
func wouldBlock(_ count: Int) throws(SocketError) {
    let pair = try Socket.pair(.stream, .nonBlocking)
    var buffer = [UInt8](repeating: 0, count: size)
    var span = buffer.mutableSpan
    for _ in 0..<count {
        expect(try pair.second.receiveIfReady(into: &span) == nil)
    }
}

/// The same, with an error in place of nil.
func wouldBlockThrown(_ count: Int) throws(SocketError) {
    let pair = try Socket.pair(.stream, .nonBlocking)
    var buffer = [UInt8](repeating: 0, count: size)
    for _ in 0..<count {
        do throws(SocketError) {
            _ = try pair.second.receive(into: &buffer)
            expect(false)
        } catch .wouldBlock {}
    }
}

/// `receiving` on a stream, which names its peer in errors.
func receivingFromStream(_ count: Int) throws(SocketError) {
    let pair = try Socket.pair()
    let preload = [UInt8](repeating: 0, count: 32 << 10)
    expect(try pair.first.send(preload.span) == preload.count)
    try receive(from: try UnixStream(pair.second), count)
}

/// As in a server's handler, which gets its stream from elsewhere.
@inline(never)
func receive(from stream: borrowing UnixStream, _ count: Int) throws(SocketError) {
    var buffer = [UInt8](repeating: 0, count: size)
    for _ in 0..<count {
        expect(try stream.receive(into: &buffer) == size)
    }
}

/// `sending` on a stream.
func sendingToStream(_ count: Int) throws(SocketError) {
    let pair = try Socket.pair()
    try send(to: try UnixStream(pair.second), count)
}

@inline(never)
func send(to stream: borrowing UnixStream, _ count: Int) throws(SocketError) {
    let buffer = [UInt8](repeating: 0, count: size)
    for _ in 0..<count {
        expect(try stream.send(buffer.span) == size)
    }
}

/// `wouldBlockThrown` on a stream.
func wouldBlockThrownByStream(_ count: Int) throws(SocketError) {
    let pair = try Socket.pair(.stream, .nonBlocking)
    try wouldBlock(on: try UnixStream(pair.second), count)
}

@inline(never)
func wouldBlock(on stream: borrowing UnixStream, _ count: Int) throws(SocketError) {
    var buffer = [UInt8](repeating: 0, count: size)
    for _ in 0..<count {
        do throws(SocketError) {
            _ = try stream.receive(into: &buffer)
            expect(false)
        } catch .wouldBlock {}
    }
}

/// A datagram to the own address, and the receipt of it with its sender.
func udp(_ count: Int) throws(SocketError) {
    let socket = try UDPSocket(boundTo: .loopback(port: 0))
    let own = try socket.localAddress
    var buffer = [UInt8](repeating: 0, count: size)
    for _ in 0..<count {
        try socket.send(buffer.span, to: own)
        let datagram = try socket.receive(into: &buffer)
        expect(datagram.count == size)
    }
}

func run(_ name: String, _ count: Int) throws(SocketError) {
    switch name {
    case "receive": try receiving(count)
    case "send": try sending(count)
    case "would-block": try wouldBlock(count)
    case "would-block-thrown": try wouldBlockThrown(count)
    case "stream-receive": try receivingFromStream(count)
    case "stream-send": try sendingToStream(count)
    case "stream-would-block-thrown": try wouldBlockThrownByStream(count)
    case "udp": try udp(count)
    default: fatalError("there is no case \(name)")
    }
}

guard CommandLine.arguments.count == 3, let count = Int(CommandLine.arguments[2]), count > 0 else {
    fatalError("usage: percall CASE COUNT; percall.py lists the cases")
}
try run(CommandLine.arguments[1], count)
