#if os(Linux)
internal import Sockets

extension Multiplexer {
    /// Its cost grows with what is ready only. C: epoll(7)
    public static let epoll = Multiplexer(EpollPoller.self)
}
#endif
