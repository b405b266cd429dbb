#if os(Linux)
import SocketServers
import Sockets

extension EchoServers {
    static func epoll<Address>(
        _ listener: consuming StreamListener<Address>, _ configuration: ServerConfiguration
    ) throws(SocketError) -> String {
        try readiness(listener, .epoll, configuration)
    }
}
#else
import SocketServers
import Sockets

extension EchoServers {
    static func epoll<Address>(
        _ listener: consuming StreamListener<Address>, _ configuration: ServerConfiguration
    ) throws(SocketError) -> String {
        throw SocketError(.epollCreate, .notImplemented, detail: "only Linux has epoll; poll does the same")
    }
}
#endif
