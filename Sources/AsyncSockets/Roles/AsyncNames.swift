public import Sockets

/// One end of a TCP connection, for tasks. C: tcp(7)
public typealias AsyncTCPStream = AsyncStreamSocket<IPSocketAddress>
/// A socket that accepts TCP connections, for tasks. C: tcp(7)
public typealias AsyncTCPListener = AsyncStreamListener<IPSocketAddress>
/// A socket for UDP datagrams to and from anybody, for tasks. C: udp(7)
public typealias AsyncUDPSocket = AsyncDatagramSocket<IPSocketAddress>
/// A socket for UDP datagrams to and from one peer, for tasks. C: udp(7)
public typealias AsyncConnectedUDPSocket = AsyncConnectedDatagramSocket<IPSocketAddress>
/// One end of a connection between processes of one machine, for tasks. C: unix(7)
public typealias AsyncUnixStream = AsyncStreamSocket<UnixAddress>
/// A socket that accepts connections of processes of this machine, for tasks. C: unix(7)
public typealias AsyncUnixListener = AsyncStreamListener<UnixAddress>
/// A socket for datagrams between processes of one machine, for tasks. C: unix(7)
public typealias AsyncUnixDatagramSocket = AsyncDatagramSocket<UnixAddress>
/// A socket for datagrams to and from one process, for tasks. C: unix(7)
public typealias AsyncConnectedUnixDatagramSocket = AsyncConnectedDatagramSocket<UnixAddress>
