// The table of sockets that a process owns: descriptor, family, type, state and addresses, from the kernel's own tables.
//
//     swift run socket-table
import ExampleSupport
import Sockets

func show(_ title: String) throws(SocketError) {
    print(title)
    for entry in try SocketTable.current() { print("    \(entry)") }
}

example {
    // Some sockets to look at: a listener, both ends of a connection, a datagram socket and a Unix pair.
    let listener = try TCPListener(on: .loopback(port: 0))
    let client = try TCPStream.connect(to: listener.localAddress)
    let accepted = try listener.accept()
    let datagrams = try UDPSocket(boundTo: .loopback(port: 0))
    let pair = try UnixStream.pair()

    // Five bytes that the server does not read: they wait in its receive queue.
    try client.sendAll("hello".utf8.span)
    try accepted.socket.wait(for: .readable)
    try show("with a connection:")

    // The client says that it sends no more. The states of both ends tell.
    try client.shutdown(.write)
    try accepted.socket.wait(for: .readable)
    try show("after the client's half-close:")

    // A socket is open for as long as its owner. These four were in the table only because they are still in use here.
    let addresses = (try datagrams.localAddress, try pair.first.localAddress, try pair.second.localAddress)
    print("still open: \(listener.localAddress), \(addresses)")
}
