// What the echo servers of this folder share. Each is `PROG PORT`, serves 127.0.0.1, and is what a careful C programmer
// would write with these calls: no library, no tricks.
#ifndef ECHO_H
#define ECHO_H
#define _GNU_SOURCE  // accept4
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER = 64 << 10, BACKLOG = 4096 };

static inline _Noreturn void fail(const char *what) {
    perror(what);
    exit(1);
}

static inline int bound_socket(int type, int argc, char **argv) {
    char *end = "";
    long port = argc == 2 ? strtol(argv[1], &end, 10) : 0;
    if (port < 1 || port > 65535 || *end) {
        fprintf(stderr, "usage: %s PORT\n", argv[0]);
        exit(2);
    }
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int on = 1, fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    if (fd < 0) fail("socket");
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0) fail("SO_REUSEADDR");
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) fail("bind");
    return fd;
}

/// A listening socket; `flags` may be SOCK_NONBLOCK. Accepted sockets inherit TCP_NODELAY from it on Linux.
static inline int listening_socket(int flags, int argc, char **argv) {
    int on = 1, fd = bound_socket(SOCK_STREAM | flags, argc, argv);
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0) fail("TCP_NODELAY");
    if (listen(fd, BACKLOG) < 0) fail("listen");
    return fd;
}

/// The next client of a blocking listener. What goes wrong with one connection is no reason to stop.
static inline int next_client(int listener) {
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0) return fd;
        if (errno == EBADF || errno == EINVAL || errno == ENOTSOCK) fail("accept4");
    }
}

/// Serves one blocking connection until its peer has sent everything, or is gone.
static inline void echo_until_end(int fd) {
    uint8_t buffer[BUFFER];
    for (;;) {
        ssize_t count = recv(fd, buffer, sizeof buffer, 0);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return;
        for (ssize_t sent = 0; sent < count;) {
            ssize_t n = send(fd, buffer + sent, (size_t)(count - sent), MSG_NOSIGNAL);
            if (n < 0 && errno != EINTR) return;
            if (n > 0) sent += n;
        }
    }
}
#endif
