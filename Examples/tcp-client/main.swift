// A TCP client: connects, sends a line, says that it has no more to send, and prints the answer.
//
//     swift run tcp-client 127.0.0.1:7777 hello
import ExampleSupport
import Sockets

example {
    let address = argument(0, or: "127.0.0.1:7777")
    let text = argument(1, or: "hello") + "\n"

    // socket, then connect. An address is a literal, read strictly: nothing is looked up.
    // For a host name there is TCPStream.connect(to: "localhost", port: 7777).
    let stream = try TCPStream.connect(to: address)
    print("connected: \(try stream.fiveTuple)")

    // send may take a part of the bytes only. sendAll goes on until all are gone.
    try stream.sendAll(text.utf8.span)

    // Half-close: the server sees the end of the stream, and can still answer.
    try stream.shutdown(.write)

    // TCP has no messages: an answer can come in any number of pieces, and 0 is the end of the stream.
    var buffer = [UInt8](repeating: 0, count: 4096)
    var answer: [UInt8] = []
    while case let count = try stream.receive(into: &buffer), count > 0 {
        answer += buffer.prefix(count)
    }
    print("answer: \(answer.text(answer.count))", terminator: "")
}  // The stream closes here.
