// Calls that Linux hides behind _GNU_SOURCE, which a Swift import cannot define; emulated or refused elsewhere.
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1
#endif
#ifdef __APPLE__
#define _DARWIN_UNLIMITED_SELECT 1
#define __APPLE_USE_RFC_3542 1
#endif
#include "CSocketShim.h"

#include <assert.h>

static_assert(sizeof(csock_buffer_t) == sizeof(struct iovec), "csock_buffer_t stands in for struct iovec");
static_assert(offsetof(csock_buffer_t, count) == offsetof(struct iovec, iov_len), "as above");
static_assert(sizeof(csock_pollfd_t) == sizeof(struct pollfd), "csock_pollfd_t stands in for struct pollfd");
static_assert(offsetof(csock_pollfd_t, ready) == offsetof(struct pollfd, revents), "as above");
static_assert(sizeof(struct sockaddr_storage) <= CSOCK_ADDRESS_SIZE || sizeof(struct sockaddr_storage) == 256,
               "CSOCK_ADDRESS_SIZE holds every address");

// The numbers that constants.h writes out are the ones of the headers, where those show them.
#ifdef CSOCK_APPLE
static_assert(IPV6_HOPLIMIT == 47 && IPV6_PKTINFO == 46, "the kernel's numbers");
static_assert(IPV6_RECVHOPLIMIT == 37 && IPV6_RECVPKTINFO == 61, "the kernel's numbers");
#endif

#ifdef CSOCK_LINUX
static_assert(POLLRDHUP == 0x2000 && SCM_CREDENTIALS == 2, "the kernel's numbers");

int32_t csock_socket(int32_t family, int32_t type, int32_t protocol) {
    return (int32_t)csock_result(socket(family, type, protocol));
}

int32_t csock_socketpair(int32_t family, int32_t type, int32_t protocol, int32_t *descriptors) {
    return (int32_t)csock_result(socketpair(family, type, protocol, descriptors));
}

int32_t csock_accept(int32_t descriptor, void *address, uint32_t *length, int32_t flags) {
    return (int32_t)csock_result(accept4(descriptor, (struct sockaddr *)address, length, flags));
}

int32_t csock_pipe(int32_t *descriptors, int32_t flags) {
    int wanted = (flags & SOCK_CLOEXEC ? O_CLOEXEC : 0) | (flags & SOCK_NONBLOCK ? O_NONBLOCK : 0);
    return (int32_t)csock_result(pipe2(descriptors, wanted));
}

int64_t csock_splice(int32_t from, int32_t to, size_t count) {
    return csock_result(splice(from, NULL, to, NULL, count, SPLICE_F_MOVE | SPLICE_F_NONBLOCK));
}

int32_t csock_set_pipe_size(int32_t descriptor, int32_t size) {
    return (int32_t)csock_result(fcntl(descriptor, F_SETPIPE_SZ, size));
}
#else
// Applies the flags that a type or an accept carries; closes the descriptor when that fails.
static int32_t apply_flags(int32_t descriptor, int32_t flags) {
    int32_t result = 0;
#ifdef SO_NOSIGPIPE
    int on = 1;
    (void)setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
    // What accept inherits differs per system, so both states are set.
    result = csock_set_close_on_exec(descriptor, (flags & csock_SOCK_CLOEXEC) != 0);
    if (result >= 0) result = csock_set_nonblocking(descriptor, (flags & csock_SOCK_NONBLOCK) != 0);
    if (result >= 0) return descriptor;
    close(descriptor);
    return result;
}

static int32_t plain_type(int32_t type) { return type & ~(csock_SOCK_CLOEXEC | csock_SOCK_NONBLOCK); }

int32_t csock_socket(int32_t family, int32_t type, int32_t protocol) {
    int32_t descriptor = (int32_t)csock_result(socket(family, plain_type(type), protocol));
    return descriptor < 0 ? descriptor : apply_flags(descriptor, type);
}

static int32_t apply_flags_to_pair(int32_t *descriptors, int32_t flags) {
    int32_t first = apply_flags(descriptors[0], flags);
    if (first < 0) {
        close(descriptors[1]);
        return first;
    }
    int32_t second = apply_flags(descriptors[1], flags);
    if (second < 0) close(descriptors[0]);
    return second < 0 ? second : 0;
}

int32_t csock_socketpair(int32_t family, int32_t type, int32_t protocol, int32_t *descriptors) {
    int32_t result = (int32_t)csock_result(socketpair(family, plain_type(type), protocol, descriptors));
    return result < 0 ? result : apply_flags_to_pair(descriptors, type);
}

int32_t csock_accept(int32_t descriptor, void *address, uint32_t *length, int32_t flags) {
    socklen_t room = length ? (socklen_t)*length : 0;
    int32_t result = (int32_t)csock_result(accept(descriptor, (struct sockaddr *)address, length ? &room : NULL));
    if (length) *length = (uint32_t)room;
    return result < 0 ? result : apply_flags(result, flags);
}

int32_t csock_pipe(int32_t *descriptors, int32_t flags) {
    int32_t result = (int32_t)csock_result(pipe(descriptors));
    return result < 0 ? result : apply_flags_to_pair(descriptors, flags);
}

int64_t csock_splice(int32_t from, int32_t to, size_t count) {
    (void)from, (void)to, (void)count;
    return -ENOSYS;
}

int32_t csock_set_pipe_size(int32_t descriptor, int32_t size) {
    (void)descriptor, (void)size;
    return -ENOSYS;
}
#endif

// Several messages in one call

#ifdef CSOCK_LINUX
#define CHUNK 64u  // messages per system call: what fits on a small stack

#ifdef __GLIBC__
typedef int batch_flags_t;
#else
typedef unsigned int batch_flags_t;
#endif

static void chunk_to_headers(const csock_message_t *messages, uint32_t count, struct mmsghdr *headers) {
    for (uint32_t i = 0; i < count; i++) {
        csock_message_to_header(&messages[i], &headers[i].msg_hdr);
        headers[i].msg_len = 0;
    }
}

static int32_t send_chunk(int32_t descriptor, csock_message_t *messages, uint32_t count, int32_t flags) {
    struct mmsghdr headers[CHUNK];
    chunk_to_headers(messages, count, headers);
    int32_t sent = (int32_t)csock_result(sendmmsg(descriptor, headers, count, (batch_flags_t)flags));
    for (int32_t i = 0; i < sent; i++) messages[i].transferred = headers[i].msg_len;
    return sent;
}

static int32_t receive_chunk(int32_t descriptor, csock_message_t *messages, uint32_t count, int32_t flags) {
    struct mmsghdr headers[CHUNK];
    chunk_to_headers(messages, count, headers);
    batch_flags_t wanted = (batch_flags_t)(flags | MSG_WAITFORONE);
    int32_t got = (int32_t)csock_result(recvmmsg(descriptor, headers, count, wanted, NULL));
    for (int32_t i = 0; i < got; i++) {
        csock_message_from_header(&messages[i], &headers[i].msg_hdr);
        messages[i].transferred = headers[i].msg_len;
    }
    return got;
}
#else
#define CHUNK 1u

static int32_t send_chunk(int32_t descriptor, csock_message_t *messages, uint32_t count, int32_t flags) {
    (void)count;
    int64_t sent = csock_sendmsg(descriptor, messages, flags);
    if (sent < 0) return (int32_t)sent;
    messages->transferred = (size_t)sent;
    return 1;
}

static int32_t receive_chunk(int32_t descriptor, csock_message_t *messages, uint32_t count, int32_t flags) {
    (void)count;
    int64_t got = csock_recvmsg(descriptor, messages, flags);
    if (got < 0) return (int32_t)got;
    messages->transferred = (size_t)got;
    return 1;
}
#endif

int32_t csock_sendmmsg(int32_t descriptor, csock_message_t *messages, uint32_t count, int32_t flags) {
    uint32_t done = 0;
    while (done < count) {
        uint32_t wanted = count - done < CHUNK ? count - done : CHUNK;
        int32_t sent = send_chunk(descriptor, messages + done, wanted, flags);
        if (sent < 0) return done > 0 ? (int32_t)done : sent;
        done += (uint32_t)sent;
        if ((uint32_t)sent < wanted) break;
    }
    return (int32_t)done;
}

int32_t csock_recvmmsg(int32_t descriptor, csock_message_t *messages, uint32_t count, int32_t flags) {
    uint32_t done = 0;
    while (done < count) {
        uint32_t wanted = count - done < CHUNK ? count - done : CHUNK;
        int32_t got = receive_chunk(descriptor, messages + done, wanted, done > 0 ? flags | MSG_DONTWAIT : flags);
        if (got < 0) return done > 0 ? (int32_t)done : got;
        done += (uint32_t)got;
        if ((uint32_t)got < wanted) break;
    }
    return (int32_t)done;
}

// Control messages whose structs are hidden

static int64_t put_packet_info_ipv4(void *control, size_t room, size_t offset, const csock_packet_info_t *info) {
#ifdef IP_PKTINFO
    struct in_pktinfo in;
    memset(&in, 0, sizeof in);
    memcpy(&in.ipi_spec_dst, info->address, 4);
    in.ipi_addr = in.ipi_spec_dst;  // the kernel does not look at it; whoever reads the record back does
    in.ipi_ifindex = (__typeof__(in.ipi_ifindex))info->interface_index;  // signed on Linux only
    return csock_control_put(control, room, offset, IPPROTO_IP, IP_PKTINFO, &in, sizeof in);
#else
    (void)control, (void)room, (void)offset, (void)info;
    return -ENOTSUP;
#endif
}

int64_t csock_control_put_packet_info(void *control, size_t room, size_t offset, const csock_packet_info_t *info) {
    if (info->family == AF_INET) return put_packet_info_ipv4(control, room, offset, info);
    if (info->family != AF_INET6) return -EAFNOSUPPORT;
    struct in6_pktinfo in;
    memset(&in, 0, sizeof in);
    memcpy(&in.ipi6_addr, info->address, 16);
    in.ipi6_ifindex = info->interface_index;
    return csock_control_put(control, room, offset, IPPROTO_IPV6, csock_IPV6_PKTINFO, &in, sizeof in);
}

static int32_t get_packet_info_ipv6(const uint8_t *data, size_t count, csock_packet_info_t *info) {
    struct in6_pktinfo in;
    if (count < sizeof in) return -EINVAL;
    memcpy(&in, data, sizeof in);
    info->family = AF_INET6;
    info->interface_index = (uint32_t)in.ipi6_ifindex;
    memcpy(info->address, &in.ipi6_addr, 16);
    return 0;
}

int32_t csock_control_get_packet_info(const void *control, const csock_control_record_t *record,
                                      csock_packet_info_t *info) {
    const uint8_t *data = (const uint8_t *)control + record->offset;
    memset(info, 0, sizeof *info);
    if (record->level == IPPROTO_IPV6 && record->type == csock_IPV6_PKTINFO)
        return get_packet_info_ipv6(data, record->count, info);
#ifdef IP_PKTINFO
    struct in_pktinfo in;
    if (record->level != IPPROTO_IP || record->type != IP_PKTINFO) return -ENOENT;
    if (record->count < sizeof in) return -EINVAL;
    memcpy(&in, data, sizeof in);
    info->family = AF_INET;
    info->interface_index = (uint32_t)in.ipi_ifindex;
    memcpy(info->address, &in.ipi_addr, 4);
    return 0;
#else
    return -ENOENT;
#endif
}

#ifdef CSOCK_LINUX
static void copy_credentials(csock_credentials_t *credentials, const struct ucred *raw) {
    credentials->process = raw->pid;
    credentials->user = raw->uid;
    credentials->group = raw->gid;
}

int64_t csock_control_put_credentials(void *control, size_t room, size_t offset,
                                      const csock_credentials_t *credentials) {
    struct ucred raw;
    raw.pid = credentials->process;
    raw.uid = credentials->user;
    raw.gid = credentials->group;
    return csock_control_put(control, room, offset, SOL_SOCKET, SCM_CREDENTIALS, &raw, sizeof raw);
}

int32_t csock_control_get_credentials(const void *control, const csock_control_record_t *record,
                                      csock_credentials_t *credentials) {
    struct ucred raw;
    if (record->level != SOL_SOCKET || record->type != SCM_CREDENTIALS) return -ENOENT;
    if (record->count < sizeof raw) return -EINVAL;
    memcpy(&raw, (const uint8_t *)control + record->offset, sizeof raw);
    copy_credentials(credentials, &raw);
    return 0;
}

int32_t csock_peer_credentials(int32_t descriptor, csock_credentials_t *credentials) {
    struct ucred raw;
    socklen_t length = sizeof raw;
    int32_t result = (int32_t)csock_result(getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &raw, &length));
    if (result < 0) return result;
    if (length < sizeof raw) return -ENOTSUP;
    copy_credentials(credentials, &raw);
    return 0;
}
#else
int64_t csock_control_put_credentials(void *control, size_t room, size_t offset,
                                      const csock_credentials_t *credentials) {
    (void)control, (void)room, (void)offset, (void)credentials;
    return -ENOTSUP;
}

int32_t csock_control_get_credentials(const void *control, const csock_control_record_t *record,
                                      csock_credentials_t *credentials) {
    (void)control, (void)record, (void)credentials;
    return -ENOENT;
}

int32_t csock_peer_credentials(int32_t descriptor, csock_credentials_t *credentials) {
#if defined(__APPLE__) || defined(__FreeBSD__) || defined(__OpenBSD__) || defined(__NetBSD__)
    uid_t user = 0;
    gid_t group = 0;
    int32_t result = (int32_t)csock_result(getpeereid(descriptor, &user, &group));
    if (result < 0) return result;
    credentials->process = 0;
    credentials->user = (uint32_t)user;
    credentials->group = (uint32_t)group;
    return 0;
#else
    (void)descriptor, (void)credentials;
    return -ENOTSUP;
#endif
}
#endif

// Readiness

// As many as the type holds, which has 32 bits in many a 32-bit program: 68 years, instead of less than none.
static time_t whole_seconds(int64_t count) {
    const int64_t most = sizeof(time_t) < sizeof count ? INT32_MAX : INT64_MAX;
    return (time_t)(count < most ? count : most);
}

int32_t csock_select(int32_t limit, csock_word_t *readable, csock_word_t *writable, csock_word_t *exceptional,
                     size_t words, int64_t timeout_ns) {
    struct timeval time;
    if (limit < 0 || csock_set_words(limit) > words) return -EINVAL;
    if (timeout_ns >= 0) {
        int64_t us = timeout_ns / 1000 + (timeout_ns % 1000 != 0);
        time.tv_sec = whole_seconds(us / 1000000);
        time.tv_usec = (suseconds_t)(us % 1000000);
    }
    return (int32_t)csock_result(select(limit, (fd_set *)(void *)readable, (fd_set *)(void *)writable,
                                        (fd_set *)(void *)exceptional, timeout_ns < 0 ? NULL : &time));
}

int32_t csock_poll(csock_pollfd_t *entries, size_t count, int64_t timeout_ns) {
#if defined(CSOCK_LINUX) || defined(__FreeBSD__) || defined(__OpenBSD__)
    struct timespec time;
    if (timeout_ns >= 0) {
        time.tv_sec = whole_seconds(timeout_ns / 1000000000);
        time.tv_nsec = (long)(timeout_ns % 1000000000);
    }
    return (int32_t)csock_result(
        ppoll((struct pollfd *)(void *)entries, (nfds_t)count, timeout_ns < 0 ? NULL : &time, NULL));
#else
    int64_t ms = timeout_ns < 0 ? -1 : timeout_ns / 1000000 + (timeout_ns % 1000000 != 0);
    if (ms > INT32_MAX) ms = INT32_MAX;
    return (int32_t)csock_result(poll((struct pollfd *)(void *)entries, (nfds_t)count, (int)ms));
#endif
}

#ifndef CSOCK_LINUX
enum { MOST_CHANGES = 8, DAY = 86400 };

#ifdef __NetBSD__
typedef size_t kevent_count_t;
#else
typedef int kevent_count_t;
#endif

int32_t csock_kqueue_create(void) {
    int queue = kqueue();
    if (queue < 0) return (int32_t)csock_result(queue);
    int32_t result = csock_set_close_on_exec(queue, 1);
    if (result >= 0) return queue;
    csock_close(queue);
    return result;
}

int32_t csock_kqueue_change(int32_t queue, const csock_kevent_t *changes, size_t count) {
    struct kevent list[MOST_CHANGES];
    if (count > MOST_CHANGES) return -EINVAL;
    memset(list, 0, sizeof list);
    for (size_t i = 0; i < count; i++) {
        void *user = (void *)(uintptr_t)changes[i].user;
        // The macro casts to each system's types.
        EV_SET(&list[i], changes[i].descriptor, changes[i].filter, changes[i].flags, 0, 0, user);
    }
    return (int32_t)csock_result(kevent(queue, list, (kevent_count_t)count, NULL, 0, NULL));
}

size_t csock_kqueue_event_size(void) { return sizeof(struct kevent); }

int32_t csock_kqueue_wait(int32_t queue, void *events, int32_t capacity, int64_t timeout_ns) {
    struct timespec time = {DAY, 0};
    if (timeout_ns < (int64_t)DAY * 1000000000) {
        time.tv_sec = (time_t)(timeout_ns / 1000000000);
        time.tv_nsec = (long)(timeout_ns % 1000000000);
    }
    if (capacity < 0) return -EINVAL;
    return (int32_t)csock_result(
        kevent(queue, NULL, 0, (struct kevent *)events, (kevent_count_t)capacity, timeout_ns < 0 ? NULL : &time));
}

csock_kevent_t csock_kqueue_event(const void *events, size_t index) {
    struct kevent event;
    memcpy(&event, (const uint8_t *)events + index * sizeof event, sizeof event);
    csock_kevent_t result = {
        (int32_t)event.ident, (int32_t)event.filter, (uint32_t)event.flags, (uint64_t)(uintptr_t)event.udata,
        (int64_t)event.data};
    return result;
}
#endif
