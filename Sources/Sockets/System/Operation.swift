extension SocketError {
    /// What was being done when an error came: a system call, or work of this library. C: the call of the case's name
    public enum Operation: String, Sendable {
        case accept, bind, close, connect, fcntl, fork, fstat, getsockname, getpeername, getsockopt, ioctl, listen
        case poll, recv, recvfrom, recvmsg, recvmmsg, select, send, sendto, sendmsg, sendmmsg, setsockopt, shutdown
        case socket, socketpair, waitpid, unlink, pipe, kill, mmap, getifaddrs, getaddrinfo, getnameinfo
        case epollCreate = "epoll_create"
        case epollControl = "epoll_ctl"
        case epollWait = "epoll_wait"
        case processDescriptor = "pidfd_open"
        case signalDescriptor = "signalfd"
        case threadCreate = "pthread_create"
        case read, write
        /// Reading an address, a port or an option from text.
        case parse
        /// Looking at descriptors or limits of this process.
        case inspect
    }
}
