// connect on a UDP socket sends nothing. It fixes the peer: send and receive need no address any more, datagrams of others
// do not come in, and the socket hears when nobody is there.
//
//     swift run udp-connected
import ExampleSupport
import Sockets

example {
    let server = try UDPSocket(boundTo: .loopback(port: 0))
    let address = try server.localAddress
    let client = try ConnectedUDPSocket.connect(to: address)
    print("fixed: \(try client.fiveTuple)")

    var buffer = [UInt8](repeating: 0, count: 512)
    try client.send("hello".utf8.span)
    let request = try server.receive(into: &buffer)
    try server.send("welcome".utf8.span, to: request.sender)
    let answer = try client.receive(into: &buffer)
    print("answer: \(buffer.text(answer.count))")

    // A stranger's datagram is not for this socket: the kernel does not deliver it.
    let stranger = try UDPSocket(boundTo: .loopback(port: 0))
    try stranger.send("psst".utf8.span, to: try client.localAddress)
    let heard = try client.socket.wait(for: .readable, until: .after(.milliseconds(50)))
    print("heard the stranger: \(!heard.isEmpty)")

    // The server goes away. Its machine answers the next datagram with an ICMP message, "port unreachable", and the
    // kernel reports that at the next call. An unconnected socket would not hear of it.
    try server.close()
    try client.send("anybody there?".utf8.span)
    do throws(SocketError) {
        _ = try client.receive(into: &buffer)
    } catch {
        print("reported: \(error)")
    }

    // The error is reported once, and the socket is as good as before.
    let second = try UDPSocket(boundTo: address)
    try client.send("and now?".utf8.span)
    let datagram = try second.receive(into: &buffer)
    print("the new server got: \(buffer.text(datagram.count))")
}
