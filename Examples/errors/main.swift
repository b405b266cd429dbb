// Errors are values with a type. They name the call, the code, the addresses and, where there is something to say, advice.
//
//     swift run errors
import ExampleSupport
import Sockets

/// Prints all that an error knows.
func explain(_ title: String, _ body: () throws(SocketError) -> Void) {
    do throws(SocketError) {
        try body()
        print("\(title): no error")
    } catch {
        print("\(title): \(error)")
        print("    call \(error.operation), code \(error.code.name), peer \(error.peerAddress?.description ?? "none")")
        if let advice = error.advice { print("    advice: \(advice)") }
    }
}

/// A port on which nobody listens: it was free a moment ago.
func closedAddress() throws(SocketError) -> IPSocketAddress { try TCPListener(on: .loopback(port: 0)).localAddress }

/// Which error it was is compared by name. Nobody looks at errno.
func catchByName() throws(SocketError) {
    do throws(SocketError) {
        _ = try TCPStream.connect(to: try closedAddress())
    } catch .connectionRefused {
        print("caught by name")
    }
}

example {
    try catchByName()
    explain("nobody listens") { () throws(SocketError) in _ = try TCPStream.connect(to: try closedAddress()) }

    // Bad input is refused before any system call.
    explain("no address") { () throws(SocketError) in _ = try TCPStream.connect(to: "127.0.0.1:99999") }

    // EPIPE. In C this is also the signal SIGPIPE, which kills the program. Each send of this library asks the kernel not
    // to send it (MSG_NOSIGNAL). Nothing about the process is changed, so other code keeps its own handling.
    explain("the peer is gone") { () throws(SocketError) in
        let pair = try UnixStream.pair()
        try pair.second.shutdown(.both)
        try pair.first.sendAll("hello".utf8.span)
    }

    // ECONNRESET: the peer threw the connection away.
    explain("the peer reset the connection") { () throws(SocketError) in
        let listener = try TCPListener(on: .loopback(port: 0))
        let client = try TCPStream.connect(to: listener.localAddress)
        try listener.accept().reset()
        var buffer: [UInt8] = [0]
        _ = try client.receive(into: &buffer)
    }

    // EAGAIN: there is nothing to receive, and the call may not wait.
    explain("nothing there") { () throws(SocketError) in
        let pair = try Socket.pair(.stream, .nonBlocking)
        var buffer: [UInt8] = [0]
        _ = try pair.first.receive(into: &buffer)
    }

    // EINTR has no example: a call that a signal interrupts is made again, or goes on waiting, and nobody hears of it.
    // A code that this library has no name for is kept as it is, never a crash.
    print("unknown: \(SocketError(.recv, SocketError.Code(rawValue: 4711)))")
}
