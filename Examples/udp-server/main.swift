// A UDP server: one socket, one loop, all clients.
//
//     swift run udp-server 127.0.0.1:7777 3              ends after 3 datagrams; without the number, with Ctrl-C
import ExampleSupport
import Sockets

example {
    let limit = Int(argument(1, or: "")) ?? .max
    let address = try IPSocketAddress(parsing: argument(0, or: "127.0.0.1:0"))

    // socket, bind. No listen and no accept: there are no connections.
    let socket = try UDPSocket(boundTo: address)
    print("receiving on \(try socket.localAddress)")

    var buffer = [UInt8](repeating: 0, count: 512)
    for _ in 0..<limit {
        // One call gives one datagram, and who sent it.
        let datagram = try socket.receive(into: &buffer)

        // A datagram is all or nothing: what does not fit into the buffer is lost. C does not tell by itself.
        let lost = datagram.isTruncated ? ", of \(datagram.size)" : ""
        // An empty datagram is a datagram. Only on streams, 0 bytes are the end.
        print("\(datagram.count) bytes\(lost) from \(datagram.sender)")
        try socket.send(buffer.span.extracting(..<datagram.count), to: datagram.sender)
    }
}
