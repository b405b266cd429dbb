// Who closes a socket, when, and what the other end sees.
//
//     swift run close-and-shutdown
import ExampleSupport
import Sockets

/// What the end of a stream sees: a count of bytes, 0 for the end, or that nothing happened yet.
func look(_ stream: borrowing UnixStream) throws(SocketError) -> String {
    var buffer = [UInt8](repeating: 0, count: 16)
    do throws(SocketError) {
        return "\(try stream.receive(into: &buffer, flags: .dontWait)) bytes"
    } catch .wouldBlock { return "still open" }
}

example {
    // A socket belongs to the value that holds it, and closes where its scope ends. It cannot be forgotten, closed twice,
    // or used afterwards: that does not compile.
    let before = try SocketTable.current().count
    let first = try UnixStream.pair()
    do {
        let second = try UnixStream.pair()
        print("inside: \(try SocketTable.current().count - before) sockets, \(try look(second.first))")
    }
    print("outside: \(try SocketTable.current().count - before) sockets, \(try look(first.first))")

    // shutdown ends one half of the connection. The peer sees the end of the stream and can still answer.
    try first.first.sendAll("question".utf8.span)
    try first.first.shutdown(.write)
    print("the peer got \(try look(first.second)), then \(try look(first.second))")
    try first.second.sendAll("answer".utf8.span)
    print("the way back is open: \(try look(first.first))")

    try duplicates()
    try reset()
}

/// A duplicate is a second descriptor of the same connection, which ends when the last one closes.
///
/// fork makes duplicates too: the child has all sockets of its parent. It has to close what it does not need, such as the
/// listener, and the parent has to close the client's. `ForkingServer` does. Threads have no descriptors of their own:
/// those belong to the process.
func duplicates() throws(SocketError) {
    let pair = try UnixStream.pair()
    let here = pair.first
    let there = pair.second
    let copy = try there.duplicate()
    try there.close()
    print("one of two closed: \(try look(here))")
    try copy.close()
    print("both closed: \(try look(here))")
}

/// close is polite: what was sent still arrives. reset is not: it throws away what is on its way.
func reset() throws(SocketError) {
    let listener = try TCPListener(on: .loopback(port: 0))
    let client = try TCPStream.connect(to: listener.localAddress)
    try listener.accept().reset()
    var buffer: [UInt8] = [0]
    do throws(SocketError) {
        _ = try client.receive(into: &buffer)
    } catch {
        print("after a reset: \(error)")
    }
}
