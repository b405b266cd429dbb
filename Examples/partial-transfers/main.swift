// On a stream, a call moves as many bytes as it can, not as many as it was given. There are no messages in TCP.
//
//     swift run partial-transfers
import ExampleSupport
import Sockets

example {
    let listener = try TCPListener(on: .loopback(port: 0))
    let client = try TCPStream.connect(to: listener.localAddress)
    let server = try listener.accept()
    var buffer = [UInt8](repeating: 0, count: 64)

    // Don't wait: with nothing to receive, the call answers at once. Would-block is an answer, not a failure.
    do throws(SocketError) {
        _ = try server.receive(into: &buffer, flags: .dontWait)
    } catch {
        print("nothing there yet: \(error)")
    }

    // Peek: the bytes stay in the queue, and the next receive gets them again.
    try client.sendAll("hello world".utf8.span)
    let peeked = try server.receive(into: &buffer, flags: .peek)
    print("peeked: \(buffer.text(peeked))")

    // Exactly five bytes, however many calls that takes. When the stream ends before, it throws `unexpectedEnd`.
    var word = [UInt8](repeating: 0, count: 5)
    try server.receiveExactly(into: &word)
    print("exactly five: \(word.text(5))")

    // Wait-all asks the kernel for the same in one call. It still gives less at the end of the stream or after an error.
    var rest = [UInt8](repeating: 0, count: 6)
    let count = try server.receive(into: &rest, flags: .waitAll)
    print("wait-all got \(count):\(rest.text(count))")

    // A large send that may not wait: the kernel takes what its buffers hold, and says how much.
    let large = [UInt8](repeating: 7, count: 16_000_000)
    let taken = try client.send(large.span, flags: .dontWait)
    print("partial send: \(taken < large.count)")

    // sendAll is the loop around that: it waits for room until all bytes are gone. Receive them, to have room again.
    var received = 0
    var chunk = [UInt8](repeating: 0, count: 65536)
    while received < taken { received += try server.receive(into: &chunk) }
    print("all of them came: \(received == taken)")

    // Out of band: one urgent byte that overtakes the others. Few protocols use it, telnet among them.
    try client.sendAll("ab".utf8.span)
    try client.sendAll("!".utf8.span, flags: .outOfBand)
    try server.socket.wait(for: .priority)
    let urgent = try server.receive(into: &buffer, flags: .outOfBand)
    print("urgent: \(buffer.text(urgent))")
    let normal = try server.receive(into: &buffer)
    print("in order: \(buffer.text(normal)), at the mark: \(try server.socket.isAtMark)")

    // The end of the stream is a count of 0: a value, not an error. After the end, an exact receive is one.
    try client.close()
    print("end of stream: \(try server.receive(into: &buffer))")
    do throws(SocketError) { try server.receiveExactly(into: &word) } catch { print("then: \(error)") }
}
