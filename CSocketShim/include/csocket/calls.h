// The system calls, at fixed arity: a count or a descriptor, or -errno. No retry: a signal shows as -EINTR.
#ifndef CSOCKET_CALLS_H
#define CSOCKET_CALLS_H
#include "table.h"
CSOCK_BEGIN

/// Turns a C result into the shim's convention: the result, or -errno. The only reader of errno.
CSOCK_INLINE int64_t csock_result(int64_t result) {
    return result < 0 ? -(int64_t)errno : result;
}

/// Close-on-exec on (1) or off (0). C: fcntl(2) F_SETFD, which is variadic.
CSOCK_INLINE int32_t csock_set_close_on_exec(int32_t descriptor, int32_t on) {
    int flags = fcntl(descriptor, F_GETFD);
    if (flags < 0) return (int32_t)csock_result(flags);
    return (int32_t)csock_result(fcntl(descriptor, F_SETFD, on ? flags | FD_CLOEXEC : flags & ~FD_CLOEXEC));
}

/// 1 when the descriptor is closed by exec, 0 when it is inherited. C: fcntl(2) F_GETFD, which is variadic.
CSOCK_INLINE int32_t csock_close_on_exec(int32_t descriptor) {
    int flags = fcntl(descriptor, F_GETFD);
    return flags < 0 ? (int32_t)csock_result(flags) : (flags & FD_CLOEXEC) != 0;
}

/// Non-blocking on (1) or off (0), for this and every duplicate. C: fcntl(2) F_SETFL, which is variadic.
CSOCK_INLINE int32_t csock_set_nonblocking(int32_t descriptor, int32_t on) {
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0) return (int32_t)csock_result(flags);
    int wanted = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
    return wanted == flags ? 0 : (int32_t)csock_result(fcntl(descriptor, F_SETFL, wanted));
}

/// 1 when the descriptor is non-blocking, 0 when it blocks. C: fcntl(2) F_GETFL, which is variadic.
CSOCK_INLINE int32_t csock_nonblocking(int32_t descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    return flags < 0 ? (int32_t)csock_result(flags) : (flags & O_NONBLOCK) != 0;
}

/// A new descriptor; `type` may carry csock_SOCK_CLOEXEC and csock_SOCK_NONBLOCK on every system. C: socket(2)
CSOCK_API int32_t csock_socket(int32_t family, int32_t type, int32_t protocol);

/// Two connected descriptors; `type` as for csock_socket. C: socketpair(2)
CSOCK_API int32_t csock_socketpair(int32_t family, int32_t type, int32_t protocol, int32_t *descriptors);

/// The next connection; `*length` is the room for the address and becomes its length; `flags` as the bits of a type.
/// C: accept4(2), hidden behind _GNU_SOURCE; composed of accept and fcntl where there is none.
CSOCK_API int32_t csock_accept(int32_t descriptor, void *CSOCK_NULLABLE address, uint32_t *CSOCK_NULLABLE length,
                               int32_t flags);

/// C: bind(2), for its sockaddr cast
CSOCK_INLINE int32_t csock_bind(int32_t descriptor, const void *address, uint32_t length) {
    return (int32_t)csock_result(bind(descriptor, (const struct sockaddr *)address, (socklen_t)length));
}

/// C: connect(2), for its sockaddr cast
CSOCK_INLINE int32_t csock_connect(int32_t descriptor, const void *address, uint32_t length) {
    return (int32_t)csock_result(connect(descriptor, (const struct sockaddr *)address, (socklen_t)length));
}

/// C: listen(2)
CSOCK_INLINE int32_t csock_listen(int32_t descriptor, int32_t backlog) {
    return (int32_t)csock_result(listen(descriptor, backlog));
}

/// The local address; `*length` is the room and becomes the full length, which may be more. C: getsockname(2)
CSOCK_INLINE int32_t csock_getsockname(int32_t descriptor, void *address, uint32_t *length) {
    socklen_t room = (socklen_t)*length;
    int32_t result = (int32_t)csock_result(getsockname(descriptor, (struct sockaddr *)address, &room));
    *length = (uint32_t)room;
    return result;
}

/// The peer's address; `*length` as for csock_getsockname. C: getpeername(2)
CSOCK_INLINE int32_t csock_getpeername(int32_t descriptor, void *address, uint32_t *length) {
    socklen_t room = (socklen_t)*length;
    int32_t result = (int32_t)csock_result(getpeername(descriptor, (struct sockaddr *)address, &room));
    *length = (uint32_t)room;
    return result;
}

/// C: send(2)
CSOCK_INLINE int64_t csock_send(int32_t descriptor, const void *CSOCK_NULLABLE bytes, size_t count, int32_t flags) {
    return csock_result(send(descriptor, bytes, count, flags));
}

/// C: recv(2)
CSOCK_INLINE int64_t csock_recv(int32_t descriptor, void *CSOCK_NULLABLE bytes, size_t count, int32_t flags) {
    return csock_result(recv(descriptor, bytes, count, flags));
}

/// C: sendto(2), for its sockaddr cast
CSOCK_INLINE int64_t csock_sendto(int32_t descriptor, const void *CSOCK_NULLABLE bytes, size_t count, int32_t flags,
                                  const void *CSOCK_NULLABLE address, uint32_t length) {
    return csock_result(sendto(descriptor, bytes, count, flags, (const struct sockaddr *)address, (socklen_t)length));
}

/// C: recvfrom(2), for its sockaddr cast; `*length` as for csock_getsockname, 0 when there is no address
CSOCK_INLINE int64_t csock_recvfrom(int32_t descriptor, void *CSOCK_NULLABLE bytes, size_t count, int32_t flags,
                                    void *address, uint32_t *length) {
    socklen_t room = (socklen_t)*length;
    int64_t result = csock_result(recvfrom(descriptor, bytes, count, flags, (struct sockaddr *)address, &room));
    *length = (uint32_t)room;
    return result;
}

/// C: read(2), for descriptors that are no sockets
CSOCK_INLINE int64_t csock_read(int32_t descriptor, void *bytes, size_t count) {
    return csock_result(read(descriptor, bytes, count));
}

/// C: write(2), for descriptors that are no sockets; on a socket it can raise SIGPIPE
CSOCK_INLINE int64_t csock_write(int32_t descriptor, const void *bytes, size_t count) {
    return csock_result(write(descriptor, bytes, count));
}

/// `how` is csock_SHUT_RD, csock_SHUT_WR or csock_SHUT_RDWR. C: shutdown(2)
CSOCK_INLINE int32_t csock_shutdown(int32_t descriptor, int32_t how) {
    return (int32_t)csock_result(shutdown(descriptor, how));
}

/// Never to be called again for the same number, whatever it answers: the number is free afterwards. C: close(2)
CSOCK_INLINE int32_t csock_close(int32_t descriptor) {
    return (int32_t)csock_result(close(descriptor));
}

/// A second descriptor of the same socket, closed by exec. C: fcntl(2) F_DUPFD_CLOEXEC, which is variadic
CSOCK_INLINE int32_t csock_duplicate(int32_t descriptor) {
    return (int32_t)csock_result(fcntl(descriptor, F_DUPFD_CLOEXEC, 0));
}

/// C: setsockopt(2)
CSOCK_INLINE int32_t csock_setsockopt(int32_t descriptor, int32_t level, int32_t name,
                                      const void *CSOCK_NULLABLE value, uint32_t length) {
    return (int32_t)csock_result(setsockopt(descriptor, level, name, value, (socklen_t)length));
}

/// `*length` is the room for the value and becomes its length, which an older kernel may make shorter. C: getsockopt(2)
CSOCK_INLINE int32_t csock_getsockopt(int32_t descriptor, int32_t level, int32_t name, void *value, uint32_t *length) {
    socklen_t room = (socklen_t)*length;
    int32_t result = (int32_t)csock_result(getsockopt(descriptor, level, name, value, &room));
    *length = (uint32_t)room;
    return result;
}

/// 1 when reading the option makes a new descriptor, which a caller that only wants bytes would leak.
CSOCK_INLINE int32_t csock_makes_descriptor(int32_t level, int32_t name) {
#ifdef CSOCK_LINUX
    return level == SOL_SOCKET && name == csock_SO_PEERPIDFD;
#else
    (void)level, (void)name;
    return 0;
#endif
}

#ifdef SO_RCVTIMEO_OLD
// A 32-bit program chooses the size of its time_t, and may choose another than this library did. This stays the same.
typedef struct csock_timeval {
    __kernel_long_t tv_sec, tv_usec;
} csock_timeval_t;
#else
typedef struct timeval csock_timeval_t;
#endif

/// Bytes of the time that SO_RCVTIMEO and SO_SNDTIMEO take. C: struct timeval, whose fields differ per system
CSOCK_INLINE size_t csock_timeval_size(void) { return sizeof(csock_timeval_t); }

/// Writes such a time, at least 0, and returns its bytes. What is too long becomes the longest: 68 years on 32 bits.
CSOCK_INLINE int32_t csock_timeval_put(void *time, int64_t microseconds) {
    csock_timeval_t value;
    memset(&value, 0, sizeof value);
    const int64_t most = sizeof value.tv_sec < sizeof most ? INT32_MAX : INT64_MAX, seconds = microseconds / 1000000;
    value.tv_sec = (__typeof__(value.tv_sec))(seconds < most ? seconds : most);
    value.tv_usec = (__typeof__(value.tv_usec))(microseconds % 1000000);
    memcpy(time, &value, sizeof value);
    return (int32_t)sizeof value;
}

/// Reads such a time, in microseconds.
CSOCK_INLINE int64_t csock_timeval_get(const void *time) {
    csock_timeval_t value;
    memcpy(&value, time, sizeof value);
    return (int64_t)value.tv_sec * 1000000 + (int64_t)value.tv_usec;
}

/// Bytes that can be received at once; for UDP the size of the next datagram. C: ioctl(2) FIONREAD, which is variadic
CSOCK_INLINE int64_t csock_available(int32_t descriptor) {
    int count = 0;
    int64_t result = csock_result(ioctl(descriptor, FIONREAD, &count));
    return result < 0 ? result : count;
}

/// Bytes sent but not yet taken over by the peer; -ENOTSUP where the system does not tell. C: ioctl(2) SIOCOUTQ
CSOCK_INLINE int64_t csock_unsent(int32_t descriptor) {
#ifdef SIOCOUTQ
    int count = 0;
    int64_t result = csock_result(ioctl(descriptor, SIOCOUTQ, &count));
    return result < 0 ? result : count;
#else
    (void)descriptor;
    return -ENOTSUP;
#endif
}

/// Where a TCP connection stands, as Linux numbers it (1 established ... 10 listening); 0 for other sockets and where the
/// system does not tell. C: TCP_INFO in tcp(7)
CSOCK_INLINE int32_t csock_tcp_state(int32_t descriptor) {
#ifdef CSOCK_LINUX
    uint8_t info[8] = {0};
    uint32_t length = sizeof info;
    return csock_getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, info, &length) == 0 && length > 0 ? info[0] : 0;
#else
    (void)descriptor;
    return 0;
#endif
}

/// 1 when the next byte is the urgent one. C: sockatmark(3)
CSOCK_INLINE int32_t csock_sockatmark(int32_t descriptor) {
    int at_mark = 0;
    int64_t result = csock_result(ioctl(descriptor, SIOCATMARK, &at_mark));
    return result < 0 ? (int32_t)result : at_mark != 0;
}

/// 1 when the descriptor is a socket, 0 when it is something else. C: fstat(2), S_ISSOCK is a macro
CSOCK_API int32_t csock_is_socket(int32_t descriptor);

/// A pipe; `flags` as the bits of a socket type; `descriptors` has room for two. C: pipe2(2), hidden behind _GNU_SOURCE
CSOCK_API int32_t csock_pipe(int32_t *descriptors, int32_t flags);

/// As csock_recv and csock_send, but no cancellation points of pthread_cancel(3), which costs a program with threads two
/// atomic operations a call. For threads that nobody cancels. C: recv(2), send(2)
CSOCK_API int64_t csock_recv_plain(int32_t descriptor, void *CSOCK_NULLABLE bytes, size_t count, int32_t flags);
CSOCK_API int64_t csock_send_plain(int32_t descriptor, const void *CSOCK_NULLABLE bytes, size_t count, int32_t flags);
/// Moves up to `count` bytes between a pipe and a socket within the kernel, without waiting for the pipe; the socket waits
/// unless it is non-blocking. 0 is the end of what is read; a peer that is gone raises SIGPIPE, unless that is held back.
/// -ENOSYS where the system cannot do it. C: splice(2), hidden behind _GNU_SOURCE
CSOCK_API int64_t csock_splice(int32_t from, int32_t to, size_t count);

/// Asks for room in a pipe and returns how much it has then. -ENOSYS where the system cannot do it. C: F_SETPIPE_SZ
CSOCK_API int32_t csock_set_pipe_size(int32_t descriptor, int32_t size);

CSOCK_END
#endif
