// A UDP client: sends one datagram and waits for the answer. There is no connection, so either can get lost.
//
//     swift run udp-client 127.0.0.1:7777 hello
import ExampleSupport
import Sockets

example {
    let server = try IPSocketAddress(parsing: argument(0, or: "127.0.0.1:7777"))
    let text = argument(1, or: "hello")

    // It need not be bound: the kernel gives it a port when it sends for the first time.
    let client = try UDPSocket(server.version)
    try client.send(text.utf8.span, to: server)
    print("sent \(text.utf8.count) bytes from port \(try client.localAddress.port) to \(server)")

    // Nobody reports a lost datagram. So a client needs a time after which it tries again.
    for attempt in 1...3 {
        if try !client.socket.wait(for: .readable, until: .after(.seconds(1))).isEmpty { break }
        print("no answer, attempt \(attempt)")
        if attempt == 3 { throw SocketError(.recvfrom, .timedOut) }
        try client.send(text.utf8.span, to: server)
    }

    var buffer = [UInt8](repeating: 0, count: 65536)
    let answer = try client.receive(into: &buffer)
    print("answer: \(buffer.text(answer.count)) (\(answer.count) bytes from \(answer.sender))")
}
