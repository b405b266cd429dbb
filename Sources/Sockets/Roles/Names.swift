/// One end of a TCP connection. C: tcp(7)
public typealias TCPStream = StreamSocket<IPSocketAddress>
/// A socket that accepts TCP connections. C: tcp(7)
public typealias TCPListener = StreamListener<IPSocketAddress>
/// A socket for UDP datagrams to and from anybody. C: udp(7)
public typealias UDPSocket = DatagramSocket<IPSocketAddress>
/// A socket for UDP datagrams to and from one peer. C: udp(7)
public typealias ConnectedUDPSocket = ConnectedDatagramSocket<IPSocketAddress>
/// One end of a connection between processes of one machine. C: unix(7)
public typealias UnixStream = StreamSocket<UnixAddress>
/// A socket that accepts connections of processes of this machine. C: unix(7)
public typealias UnixListener = StreamListener<UnixAddress>
/// A socket for datagrams between processes of one machine, which loses none. C: unix(7)
public typealias UnixDatagramSocket = DatagramSocket<UnixAddress>
/// A socket for datagrams to and from one process. C: unix(7)
public typealias ConnectedUnixDatagramSocket = ConnectedDatagramSocket<UnixAddress>
