// Options: what a socket can be told, and asked. The value of each has a type, so a wrong one does not compile.
//
//     swift run options
import ExampleSupport
import Sockets

example {
    let listener = try TCPListener(on: .loopback(port: 0))
    let client = try TCPStream.connect(to: listener.localAddress)

    // A flag. Without it, TCP joins small writes, which costs time in a dialogue.
    print("no delay: \(try client.option(.noDelay))")
    try client.setOption(.noDelay, to: true)
    print("no delay, set: \(try client.option(.noDelay))")

    // A number. Linux doubles buffer sizes for its own bookkeeping: what comes back is not what was set.
    try client.setOption(.receiveBufferSize, to: 65536)
    print("receive buffer: \(try client.option(.receiveBufferSize))")

    // Times. Keep-alive finds out that a silent peer is gone.
    try client.setOption(.keepAlive, to: true)
    try client.setOption(.keepAliveIdle, to: .seconds(30))
    print("keep-alive after \(try client.option(.keepAliveIdle)) of silence")

    // The kernel checks unevenly: it would take 256 as type of service and store 0. Here the type of the option knows its
    // limits, and refuses before any system call.
    do throws(SocketError) {
        try client.setOption(.typeOfService, to: 256)
    } catch {
        print("refused: \(error)")
    }

    // Some can only be read: they are the state of the socket.
    print("the listener listens: \(try listener.socket.option(.acceptsConnections))")
    let info = try client.option(.tcpInfo)
    print("state \(info.state), retransmissions \(info.totalRetransmissions)")

    // An option of a protocol that the socket does not speak.
    do throws(SocketError) {
        let socket = try UDPSocket(boundTo: .loopback(port: 0))
        _ = try socket.option(.keepAliveIdle)
    } catch {
        print("TCP's option on UDP: \(error)")
    }
}
