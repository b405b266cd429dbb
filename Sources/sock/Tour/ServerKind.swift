/// One stop of the tour: a server model over a transport, and the calls a reader of the notes expects there.
struct ServerKind {
    let model: EchoModel
    let transport: Transport
    /// The server's system calls in their order: setting up, then serving, then the end, told apart by bars. Those in
    /// parentheses are a client's own process or thread. Options, names and signals are left out.
    let calls: String

    /// What carries the bytes.
    enum Transport: String {
        case tcp = "TCP"
        case udp = "UDP"
        case unixStream = "Unix stream"
        case unixDatagram = "Unix datagram"

        var isDatagram: Bool { self == .udp || self == .unixDatagram }
        var isUnix: Bool { self == .unixStream || self == .unixDatagram }
    }

    /// All of them, from the simplest to the ones for many clients.
    static let all = [
        ServerKind(.iterative, .tcp, "socket bind listen | poll accept recv send close"),
        ServerKind(.fork, .tcp, "socket bind listen | poll accept fork (recv send _exit) close waitpid"),
        ServerKind(.thread, .tcp, "socket bind listen | poll accept pthread_create (recv send close)"),
        ServerKind(.select, .tcp, "socket bind listen | select accept recv send close"),
        ServerKind(.poll, .tcp, "socket bind listen | poll accept recv send close"),
        ServerKind(.epoll, .tcp, "socket bind listen epoll_create | epoll_wait accept epoll_ctl recv send close"),
        ServerKind(.asynchronous, .tcp, loop("socket bind listen | epoll_wait accept recv send close")),
        ServerKind(.udp, .udp, "socket bind | poll recvfrom sendto"),
        ServerKind(.udpFork, .udp, forkingDatagrams),
        ServerKind(.udpForkShared, .udp, forkingDatagrams),
        ServerKind(.udpAsynchronous, .udp, loop("socket bind | epoll_wait recvfrom sendto")),
        ServerKind(.iterative, .unixStream, "socket bind listen | poll accept recv send close | unlink"),
        ServerKind(.asynchronous, .unixStream, loop("socket bind listen | epoll_wait accept recv send close | unlink")),
        ServerKind(.udp, .unixDatagram, "socket bind | poll recvfrom sendto | unlink"),
    ]

    private static let forkingDatagrams =
        "socket bind | poll recvfrom socket bind connect fork (recv send _exit) close waitpid"

    /// The calls of a loop, which has a thread of its own.
    private static func loop(_ calls: String) -> String { "pthread_create (epoll_create \(calls))" }

    private init(_ model: EchoModel, _ transport: Transport, _ calls: String) {
        self.model = model
        self.transport = transport
        self.calls = calls
    }
}
