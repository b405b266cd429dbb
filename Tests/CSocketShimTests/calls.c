// calls.h: each call with a good descriptor, a closed one, and one that is no socket.
#include "calls/timeout.h"

enum { NO_DESCRIPTOR = -1 };

static void a_socket_has_the_flags_it_was_asked_for(void) {
    for (int32_t flags = 0; flags < 4; flags++) {
        int32_t type = csock_SOCK_STREAM | (flags & 1 ? csock_SOCK_CLOEXEC : 0) | (flags & 2 ? csock_SOCK_NONBLOCK : 0);
        int32_t one = csock_socket(AF_INET, type, 0);
        EQUAL(csock_close_on_exec(one), flags & 1);
        EQUAL(csock_nonblocking(one), flags >> 1);
        EQUAL(csock_close(one), 0);
    }
}

static void a_family_or_type_that_is_none_is_refused(void) {
    EQUAL(csock_socket(-1, csock_SOCK_STREAM, 0), -EAFNOSUPPORT);
    EQUAL(csock_socket(9999, csock_SOCK_STREAM, 0), -EAFNOSUPPORT);
    TRUE(csock_socket(AF_INET, 15, 0) < 0);
    EQUAL(csock_socket(AF_INET, csock_SOCK_STREAM, IPPROTO_UDP), -EPROTONOSUPPORT);
    int32_t pair[2];
    EQUAL(csock_socketpair(AF_INET, csock_SOCK_STREAM, 0, pair), -EOPNOTSUPP);
}

static void a_pair_is_connected_and_has_its_flags(void) {
    int32_t pair[2];
    EQUAL(csock_socketpair(AF_UNIX, csock_SOCK_SEQPACKET | csock_SOCK_NONBLOCK | csock_SOCK_CLOEXEC, 0, pair), 0);
    for (int i = 0; i < 2; i++) {
        EQUAL(csock_nonblocking(pair[i]), 1);
        EQUAL(csock_close_on_exec(pair[i]), 1);
        EQUAL(csock_is_socket(pair[i]), 1);
    }
    EQUAL(csock_send(pair[0], "abc", 3, csock_MSG_NOSIGNAL), 3);
    char bytes[8];
    EQUAL(csock_recv(pair[1], bytes, sizeof bytes, 0), 3);
    SAME_BYTES(bytes, "abc", 3);
    EQUAL(csock_recv(pair[1], bytes, sizeof bytes, 0), -EAGAIN);
    close_pair(pair);
}

static void a_pipe_carries_bytes_and_has_its_flags(void) {
    int32_t ends[2];
    char bytes[4];
    EQUAL(csock_pipe(ends, csock_SOCK_NONBLOCK | csock_SOCK_CLOEXEC), 0);
    EQUAL(csock_nonblocking(ends[0]) + csock_nonblocking(ends[1]), 2);
    EQUAL(csock_close_on_exec(ends[0]) + csock_close_on_exec(ends[1]), 2);
    EQUAL(csock_is_socket(ends[0]), 0);
    EQUAL(csock_read(ends[0], bytes, sizeof bytes), -EAGAIN);
    EQUAL(csock_write(ends[1], "xy", 2), 2);
    EQUAL(csock_available(ends[0]), 2);
    EQUAL(csock_read(ends[0], bytes, sizeof bytes), 2);
    EQUAL(csock_recv(ends[0], bytes, sizeof bytes, 0), -ENOTSOCK);
    close_pair(ends);
    EQUAL(csock_pipe(ends, 0), 0);
    EQUAL(csock_nonblocking(ends[0]) + csock_close_on_exec(ends[1]), 0);
    close_pair(ends);
}

static void bytes_go_from_socket_to_pipe_to_socket(void) {
    int32_t from[2], to[2], ends[2];
    char bytes[8];
    EQUAL(csock_pipe(ends, csock_SOCK_CLOEXEC), 0);
    int32_t room = csock_set_pipe_size(ends[1], 131072);
    if (room == -ENOSYS) {
        EQUAL(csock_splice(ends[0], ends[1], 1), -ENOSYS);
        close_pair(ends);
        return;
    }
    EQUAL(room, 131072);
    EQUAL(csock_socketpair(AF_UNIX, csock_SOCK_STREAM | csock_SOCK_NONBLOCK, 0, from), 0);
    EQUAL(csock_socketpair(AF_UNIX, csock_SOCK_STREAM | csock_SOCK_NONBLOCK, 0, to), 0);
    EQUAL(csock_splice(from[1], ends[1], 100), -EAGAIN);
    EQUAL(csock_send(from[0], "abcde", 5, csock_MSG_NOSIGNAL), 5);
    EQUAL(csock_splice(from[1], ends[1], 3), 3);
    EQUAL(csock_splice(from[1], ends[1], 100), 2);
    EQUAL(csock_splice(ends[0], to[0], 100), 5);
    EQUAL(csock_splice(ends[0], to[0], 100), -EAGAIN);
    EQUAL(csock_recv(to[1], bytes, sizeof bytes, 0), 5);
    SAME_BYTES(bytes, "abcde", 5);
    EQUAL(csock_close(from[0]), 0);
    EQUAL(csock_splice(from[1], ends[1], 100), 0);
    EQUAL(csock_splice(from[1], to[0], 1), -EINVAL);
    EQUAL(csock_set_pipe_size(from[1], 4096), -EBADF);
    EQUAL(csock_close(from[1]), 0);
    close_pair(to);
    close_pair(ends);
}

static void flags_are_changed_both_ways(void) {
    int32_t one = csock_socket(AF_INET, csock_SOCK_DGRAM, 0);
    for (int on = 1; on >= 0; on--) {
        for (int again = 0; again < 2; again++) {
            EQUAL(csock_set_nonblocking(one, on), 0);
            EQUAL(csock_nonblocking(one), on);
            EQUAL(csock_set_close_on_exec(one, on), 0);
            EQUAL(csock_close_on_exec(one), on);
        }
    }
    EQUAL(csock_close(one), 0);
}

static void a_duplicate_is_the_same_socket_and_closed_by_exec(void) {
    int32_t pair[2];
    unix_pair(csock_SOCK_STREAM, pair);
    int32_t twin = csock_duplicate(pair[0]);
    TRUE(twin >= 0 && twin != pair[0]);
    EQUAL(csock_close_on_exec(twin), 1);
    EQUAL(csock_set_nonblocking(twin, 1), 0);
    EQUAL(csock_nonblocking(pair[0]), 1);
    EQUAL(csock_close(pair[0]), 0);
    char byte;
    EQUAL(csock_send(twin, "z", 1, csock_MSG_NOSIGNAL), 1);
    EQUAL(csock_recv(pair[1], &byte, 1, 0), 1);
    EQUAL(csock_close(twin), 0);
    EQUAL(csock_close(pair[1]), 0);
}

static void accept_tells_the_peer_and_sets_flags(void) {
    int32_t listener = bound_socket(csock_SOCK_STREAM), client = csock_socket(AF_INET, csock_SOCK_STREAM, 0);
    address_t server = local_address(listener), peer = {.length = CSOCK_ADDRESS_SIZE};
    EQUAL(csock_connect(client, server.storage, server.length), 0);
    int32_t accepted = csock_accept(listener, peer.storage, &peer.length, csock_SOCK_CLOEXEC | csock_SOCK_NONBLOCK);
    TRUE(accepted >= 0);
    EQUAL(csock_close_on_exec(accepted), 1);
    EQUAL(csock_nonblocking(accepted), 1);
    address_t own = local_address(client), remote = {.length = CSOCK_ADDRESS_SIZE};
    EQUAL(peer.length, own.length);
    SAME_BYTES(peer.storage, own.storage, own.length);
    EQUAL(csock_getpeername(client, remote.storage, &remote.length), 0);
    SAME_BYTES(remote.storage, server.storage, server.length);
    EQUAL(csock_set_nonblocking(listener, 1), 0);
    EQUAL(csock_accept(listener, NULL, NULL, 0), -EAGAIN);
    EQUAL(csock_accept(client, NULL, NULL, 0), -EINVAL);
    EQUAL(csock_close(accepted), 0);
    EQUAL(csock_close(client), 0);
    EQUAL(csock_close(listener), 0);
}

static void a_short_room_for_an_address_is_not_overrun(void) {
    int32_t one = bound_socket(csock_SOCK_DGRAM);
    uint8_t room[CSOCK_ADDRESS_SIZE];
    memset(room, 0xEE, sizeof room);
    uint32_t length = 5;
    EQUAL(csock_getsockname(one, room, &length), 0);
    EQUAL(length, sizeof(struct sockaddr_in));
    for (size_t i = 5; i < sizeof room; i++) EQUAL(room[i], 0xEE);
    EQUAL(csock_getpeername(one, room, &length), -ENOTCONN);
    EQUAL(csock_close(one), 0);
}

static void bind_connect_and_listen_report_their_errors(void) {
    int32_t first = bound_socket(csock_SOCK_STREAM), second = csock_socket(AF_INET, csock_SOCK_STREAM, 0);
    address_t taken = local_address(first);
    EQUAL(csock_bind(second, taken.storage, taken.length), -EADDRINUSE);
    EQUAL(csock_bind(first, taken.storage, taken.length), -EINVAL);
    EQUAL(csock_bind(second, taken.storage, 3), -EINVAL);
    EQUAL(csock_connect(second, taken.storage, 3), -EINVAL);
    int32_t datagram = bound_socket(csock_SOCK_DGRAM);
    EQUAL(csock_listen(datagram, 1), -EOPNOTSUPP);
    address_t free_port = local_address(datagram);
    EQUAL(csock_connect(second, free_port.storage, free_port.length), -ECONNREFUSED);
    uint8_t foreign[4] = {192, 0, 2, 1};
    uint64_t storage[CSOCK_ADDRESS_SIZE / 8];
    int32_t length = csock_address_put_ipv4(storage, sizeof storage, foreign, 0);
    EQUAL(csock_bind(second, storage, (uint32_t)length), -EADDRNOTAVAIL);
    EQUAL(csock_close(datagram), 0);
    EQUAL(csock_close(second), 0);
    EQUAL(csock_close(first), 0);
}

static void datagrams_keep_their_bounds_and_tell_the_sender(void) {
    int32_t one = bound_socket(csock_SOCK_DGRAM), other = bound_socket(csock_SOCK_DGRAM);
    address_t target = local_address(other), own = local_address(one), from = {.length = CSOCK_ADDRESS_SIZE};
    char bytes[8];
    EQUAL(csock_sendto(one, "hello", 5, 0, target.storage, target.length), 5);
    EQUAL(csock_sendto(one, NULL, 0, 0, target.storage, target.length), 0);
    EQUAL(csock_available(other), 5);
    EQUAL(csock_recvfrom(other, bytes, 3, csock_MSG_TRUNC, from.storage, &from.length), 5);
    EQUAL(from.length, own.length);
    SAME_BYTES(from.storage, own.storage, own.length);
    SAME_BYTES(bytes, "hel", 3);
    from.length = CSOCK_ADDRESS_SIZE;
    EQUAL(csock_recvfrom(other, bytes, sizeof bytes, 0, from.storage, &from.length), 0);
    EQUAL(csock_send(one, "x", 1, 0), -EDESTADDRREQ);
    EQUAL(csock_recvfrom(other, bytes, 1, csock_MSG_DONTWAIT, from.storage, &from.length), -EAGAIN);
    char large[65508] = {0};
    EQUAL(csock_sendto(one, large, sizeof large, 0, target.storage, target.length), -EMSGSIZE);
    EQUAL(csock_close(one), 0);
    EQUAL(csock_close(other), 0);
}

static void a_stream_has_no_sender_address(void) {
    int32_t pair[2];
    tcp_pair(pair);
    address_t from = {.length = CSOCK_ADDRESS_SIZE};
    char byte;
    EQUAL(csock_send(pair[0], "q", 1, csock_MSG_NOSIGNAL), 1);
    EQUAL(csock_recvfrom(pair[1], &byte, 1, 0, from.storage, &from.length), 1);
    EQUAL(from.length, 0);
    close_pair(pair);
}

static void a_half_closed_stream_still_receives(void) {
    int32_t pair[2];
    char byte = 0;
    tcp_pair(pair);
    EQUAL(csock_shutdown(pair[0], csock_SHUT_WR), 0);
    EQUAL(csock_recv(pair[1], &byte, 1, 0), 0);
    EQUAL(csock_send(pair[1], "b", 1, csock_MSG_NOSIGNAL), 1);
    EQUAL(csock_recv(pair[0], &byte, 1, 0), 1);
    EQUAL(byte, 'b');
    EQUAL(csock_send(pair[0], "c", 1, csock_MSG_NOSIGNAL), -EPIPE);
    EQUAL(csock_shutdown(pair[0], 9), -EINVAL);
    close_pair(pair);
    int32_t fresh = csock_socket(AF_INET, csock_SOCK_STREAM, 0);
    EQUAL(csock_shutdown(fresh, csock_SHUT_RDWR), -ENOTCONN);
    EQUAL(csock_close(fresh), 0);
}

static void options_are_set_and_read(void) {
    int32_t one = csock_socket(AF_INET, csock_SOCK_STREAM, 0), value = 1;
    EQUAL(csock_setsockopt(one, csock_IPPROTO_TCP, csock_TCP_NODELAY, &value, sizeof value), 0);
    value = 0;
    uint32_t length = sizeof value;
    EQUAL(csock_getsockopt(one, csock_IPPROTO_TCP, csock_TCP_NODELAY, &value, &length), 0);
    EQUAL(length, sizeof value);
    TRUE(value != 0);
    length = 1;
    value = -1;
    EQUAL(csock_getsockopt(one, csock_SOL_SOCKET, csock_SO_TYPE, &value, &length), 0);
    EQUAL(length, 1);
    EQUAL(csock_setsockopt(one, csock_SOL_SOCKET, 9999, &value, sizeof value), -ENOPROTOOPT);
    length = sizeof value;
    EQUAL(csock_getsockopt(one, csock_SOL_SOCKET, 9999, &value, &length), -ENOPROTOOPT);
    EQUAL(csock_setsockopt(one, csock_SOL_SOCKET, csock_SO_REUSEADDR, &value, 1), -EINVAL);
    EQUAL(csock_close(one), 0);
}

static void bytes_waiting_and_unsent_are_counted(void) {
    int32_t pair[2];
    unix_pair(csock_SOCK_STREAM, pair);
    EQUAL(csock_available(pair[1]), 0);
    EQUAL(csock_send(pair[0], "12345", 5, 0), 5);
    EQUAL(csock_available(pair[1]), 5);
#ifdef CSOCK_LINUX
    TRUE(csock_unsent(pair[0]) >= 5);
    EQUAL(csock_unsent(NO_DESCRIPTOR), -EBADF);
#endif
    close_pair(pair);
    int32_t listener = bound_socket(csock_SOCK_STREAM);
    EQUAL(csock_available(listener), -EINVAL);
    EQUAL(csock_close(listener), 0);
}

static void the_mark_is_at_the_urgent_byte(void) {
    int32_t pair[2];
    char bytes[4];
    tcp_pair(pair);
    EQUAL(csock_send(pair[0], "ab", 2, csock_MSG_NOSIGNAL), 2);
    EQUAL(csock_send(pair[0], "!", 1, csock_MSG_OOB | csock_MSG_NOSIGNAL), 1);
    struct pollfd urgent = {.fd = pair[1], .events = POLLPRI};
    EQUAL(poll(&urgent, 1, 5000), 1);
    EQUAL(csock_sockatmark(pair[1]), 0);
    EQUAL(csock_recv(pair[1], bytes, 2, csock_MSG_WAITALL), 2);
    EQUAL(csock_sockatmark(pair[1]), 1);
    EQUAL(csock_recv(pair[1], bytes, 1, csock_MSG_OOB), 1);
    EQUAL(bytes[0], '!');
    close_pair(pair);
}

static void send_to_a_closed_peer_is_an_error_and_no_signal(void) {
    int32_t pair[2];
    unix_pair(csock_SOCK_STREAM, pair);
    EQUAL(csock_close(pair[1]), 0);
    EQUAL(csock_send(pair[0], "x", 1, csock_MSG_NOSIGNAL), -EPIPE);
    EQUAL(csock_close(pair[0]), 0);
}

static void memory_that_is_not_there_is_an_error(void) {
    int32_t pair[2];
    unix_pair(csock_SOCK_STREAM, pair);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they look at the memory first
    void *nowhere = (void *)(uintptr_t)4096;
    EQUAL(csock_send(pair[0], nowhere, 1, csock_MSG_NOSIGNAL), -EFAULT);
#endif
    close_pair(pair);
}

/// What every call answers for a descriptor that is not open (`-EBADF`) or no socket (`-ENOTSOCK`).
static void calls_refuse(int32_t descriptor, int32_t error) {
    address_t address = loopback_address(9);
    uint32_t length = CSOCK_ADDRESS_SIZE;
    int32_t value = 0;
    EQUAL(csock_accept(descriptor, NULL, NULL, 0), error);
    EQUAL(csock_bind(descriptor, address.storage, address.length), error);
    EQUAL(csock_connect(descriptor, address.storage, address.length), error);
    EQUAL(csock_listen(descriptor, 1), error);
    EQUAL(csock_getsockname(descriptor, address.storage, &length), error);
    EQUAL(csock_getpeername(descriptor, address.storage, &length), error);
    EQUAL(csock_send(descriptor, "x", 1, 0), error);
    EQUAL(csock_sendto(descriptor, "x", 1, 0, address.storage, address.length), error);
    EQUAL(csock_recv(descriptor, &value, 1, 0), error);
    EQUAL(csock_recvfrom(descriptor, &value, 1, 0, address.storage, &length), error);
    EQUAL(csock_shutdown(descriptor, csock_SHUT_RD), error);
    EQUAL(csock_setsockopt(descriptor, csock_SOL_SOCKET, csock_SO_TYPE, &value, sizeof value), error);
    EQUAL(csock_getsockopt(descriptor, csock_SOL_SOCKET, csock_SO_TYPE, &value, &length), error);
    TRUE(csock_sockatmark(descriptor) < 0);
}

static void a_descriptor_that_is_none_is_refused_everywhere(void) {
    char byte = 0;
    calls_refuse(NO_DESCRIPTOR, -EBADF);
    calls_refuse(INT32_MAX, -EBADF);
    EQUAL(csock_close(NO_DESCRIPTOR), -EBADF);
    EQUAL(csock_duplicate(NO_DESCRIPTOR), -EBADF);
    EQUAL(csock_read(NO_DESCRIPTOR, &byte, 1), -EBADF);
    EQUAL(csock_write(NO_DESCRIPTOR, &byte, 1), -EBADF);
    EQUAL(csock_available(NO_DESCRIPTOR), -EBADF);
    EQUAL(csock_is_socket(NO_DESCRIPTOR), -EBADF);
    EQUAL(csock_nonblocking(NO_DESCRIPTOR), -EBADF);
    EQUAL(csock_set_nonblocking(NO_DESCRIPTOR, 1), -EBADF);
    EQUAL(csock_close_on_exec(NO_DESCRIPTOR), -EBADF);
    EQUAL(csock_set_close_on_exec(NO_DESCRIPTOR, 1), -EBADF);
}

static void a_file_is_no_socket(void) {
    int32_t file = open("/dev/null", O_RDWR | O_CLOEXEC);
    calls_refuse(file, -ENOTSOCK);
    EQUAL(csock_close(file), 0);
    EQUAL(csock_close(file), -EBADF);
}

static void a_large_file_is_no_socket(void) {
    int32_t file = large_file();
    EQUAL(csock_is_socket(file), 0);
    EQUAL(csock_close(file), 0);
}

static void a_result_below_zero_becomes_the_negated_errno(void) {
    errno = EPROTO;
    EQUAL(csock_result(-1), -EPROTO);
    EQUAL(csock_result(0), 0);
    EQUAL(csock_result(INT64_MAX), INT64_MAX);
}

int main(void) {
    check_begin();
    a_socket_has_the_flags_it_was_asked_for();
    a_family_or_type_that_is_none_is_refused();
    a_pair_is_connected_and_has_its_flags();
    a_pipe_carries_bytes_and_has_its_flags();
    bytes_go_from_socket_to_pipe_to_socket();
    flags_are_changed_both_ways();
    a_duplicate_is_the_same_socket_and_closed_by_exec();
    accept_tells_the_peer_and_sets_flags();
    a_short_room_for_an_address_is_not_overrun();
    bind_connect_and_listen_report_their_errors();
    datagrams_keep_their_bounds_and_tell_the_sender();
    a_stream_has_no_sender_address();
    a_half_closed_stream_still_receives();
    options_are_set_and_read();
    bytes_waiting_and_unsent_are_counted();
    the_mark_is_at_the_urgent_byte();
    send_to_a_closed_peer_is_an_error_and_no_signal();
    memory_that_is_not_there_is_an_error();
    a_descriptor_that_is_none_is_refused_everywhere();
    a_file_is_no_socket();
    a_large_file_is_no_socket();
    a_time_out_goes_in_and_comes_out();
    a_time_out_is_never_cut();
    check_with_wide_types();
    a_result_below_zero_becomes_the_negated_errno();
    return check_end();
}
