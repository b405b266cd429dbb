// listen makes a socket accept connections. The kernel completes them on its own and queues them; accept takes them out.
// The backlog is the length of that queue.
//
//     swift run listen-backlog
import ExampleSupport
import Sockets

example {
    // The kernel cuts a backlog to its own limit (net.core.somaxconn), so the usual of this library is "as long as it
    // may be". Here the queue is short: Linux lets one more wait than the number says, two for a backlog of 1.
    var short = ListenerConfiguration()
    short.backlog = 1
    let listener = try TCPListener(on: .loopback(port: 0), short)

    // Both are connected although nobody called accept: the kernel did it.
    let first = try TCPStream.connect(to: listener.localAddress)
    let second = try TCPStream.connect(to: listener.localAddress)
    print("waiting in the queue: \(try first.localAddress) and \(try second.localAddress)")

    // The queue is full. Linux ignores the next request to connect, so that the client tries again and again. Without a
    // time of its own, connect would go on for two minutes.
    do throws(SocketError) {
        _ = try TCPStream.connect(to: listener.localAddress, within: .milliseconds(200))
        print("there was room for a third one")
    } catch {
        print("the third one: \(error)")
    }

    // accept takes the oldest out, which makes room.
    let accepted = try listener.accept()
    print("accepted \(accepted.peerAddress)")
    let third = try TCPStream.connect(to: listener.localAddress, within: .seconds(5))
    print("now there is room for \(try third.localAddress)")
}
