// Sockets on the loopback interface, for tests that need a pair of them.
#ifndef LOOPBACK_H
#define LOOPBACK_H
#include "check.h"

/// Memory for one address.
typedef struct {
    uint64_t storage[CSOCK_ADDRESS_SIZE / 8];
    uint32_t length;
} address_t;

static inline address_t loopback_address(uint16_t port) {
    address_t address = {.length = 0};
    int32_t length = csock_address_put_ipv4(address.storage, CSOCK_ADDRESS_SIZE, (const uint8_t[]){127, 0, 0, 1}, port);
    TRUE(length > 0);
    address.length = (uint32_t)length;
    return address;
}

static inline address_t local_address(int32_t descriptor) {
    address_t address = {.length = CSOCK_ADDRESS_SIZE};
    EQUAL(csock_getsockname(descriptor, address.storage, &address.length), 0);
    return address;
}

/// A socket bound to a free port of 127.0.0.1; a listener when it is a stream.
static inline int32_t bound_socket(int32_t type) {
    address_t any = loopback_address(0);
    int32_t descriptor = csock_socket(AF_INET, type | csock_SOCK_CLOEXEC, 0);
    TRUE(descriptor >= 0);
    EQUAL(csock_bind(descriptor, any.storage, any.length), 0);
    if (type == csock_SOCK_STREAM) EQUAL(csock_listen(descriptor, 8), 0);
    return descriptor;
}

/// Two connected TCP sockets.
static inline void tcp_pair(int32_t pair[2]) {
    int32_t listener = bound_socket(csock_SOCK_STREAM);
    address_t address = local_address(listener);
    pair[0] = csock_socket(AF_INET, csock_SOCK_STREAM | csock_SOCK_CLOEXEC, 0);
    EQUAL(csock_connect(pair[0], address.storage, address.length), 0);
    pair[1] = csock_accept(listener, NULL, NULL, csock_SOCK_CLOEXEC);
    TRUE(pair[1] >= 0);
    EQUAL(csock_close(listener), 0);
}

static inline void unix_pair(int32_t type, int32_t pair[2]) {
    EQUAL(csock_socketpair(AF_UNIX, type | csock_SOCK_CLOEXEC, 0, pair), 0);
}

static inline void close_pair(const int32_t pair[2]) {
    EQUAL(csock_close(pair[0]), 0);
    EQUAL(csock_close(pair[1]), 0);
}
/// Whether a child made now finds the byte there. It is read by a system call, which fails where an access would end the
/// child; by then, something else may lie there.
static inline int child_finds(const void *memory, char byte) {
    int32_t status = 0, child = csock_fork();
    if (child == 0) {
        int32_t ends[2];
        char found = 0;
        csock_socketpair(AF_UNIX, csock_SOCK_STREAM, 0, ends);
        int64_t sent = csock_write(ends[1], memory, 1);
        csock_exit_now(sent == 1 && csock_read(ends[0], &found, 1) == 1 && found == byte);
    }
    EQUAL(csock_waitpid(child, &status, 0), child);
    return status;
}
#endif
