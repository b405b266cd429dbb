// The server models of this library as echo servers on 127.0.0.1: echo-servers MODEL PORT. The programs in c/ do the
// same in C, and run.py compares them.
import Sockets

guard CommandLine.arguments.count == 3, let port = UInt16(CommandLine.arguments[2]) else {
    fatalError("usage: echo-servers iterative|udp PORT")
}
let address = IPSocketAddress.loopback(port: Port(port))

switch CommandLine.arguments[1] {
case "iterative":
    let listener = try listen(on: address)
    while true {
        let client = try listener.accept()
        try? echo(client)
    }
case "udp": try echoDatagrams(UDPSocket(boundTo: address))
case let model: fatalError("there is no model \(model)")
}
