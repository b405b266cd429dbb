// The server models of this library as echo servers on 127.0.0.1: echo-servers MODEL PORT. The programs in c/ do the
// same in C, and run.py compares them.
import SocketServers
import Sockets

guard CommandLine.arguments.count == 3, let port = UInt16(CommandLine.arguments[2]) else {
    fatalError("usage: echo-servers iterative|fork|thread|thread-stack|select|poll|epoll|udp PORT")
}
let address = IPSocketAddress.loopback(port: Port(port))
/// More clients at once than any measurement has.
let limit = 8192

switch CommandLine.arguments[1] {
case "iterative": try IterativeServer(listen(on: address)).run { client in try echo(client) }
case "fork":
    var memory: [UInt8] = []
    memory.reserveCapacity(room)
    try ForkingServer(listen(on: address), limit: limit).run { client in try echo(client, in: &memory) }
case "thread": try ThreadedServer(listen(on: address), limit: limit).run { client in try echo(client) }
case "thread-stack": try ThreadedServer(listen(on: address), limit: limit).run { client in try echoOnStack(client) }
case "select": try ReadinessServer(listen(on: address), using: .select).run(EchoProtocol())
case "poll": try ReadinessServer(listen(on: address), using: .poll).run(EchoProtocol())
case "epoll": try ReadinessServer(listen(on: address), using: .epoll).run(EchoProtocol())
case "udp": try echoDatagrams(UDPSocket(boundTo: address))
case let model: fatalError("there is no model \(model)")
}
