// One kind of call, COUNT times, as plain C: percall CASE COUNT. What it costs is read from outside, as the difference
// between COUNT and twice COUNT, so that nothing but the calls remains. Sources/PerCall is the same in Swift.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { SIZE = 64, PRELOAD = 32 << 10 };

static _Noreturn void fail(const char *what, int error) {
    fprintf(stderr, "percall: %s: %s\n", what, error ? strerror(error) : "not what was expected");
    exit(1);
}

static void make_pair(int type, int pair[2]) {
    if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair) < 0) fail("socketpair", errno);
}

/// Bytes that are waiting already.
static void receive_case(long count) {
    int pair[2];
    uint8_t buffer[SIZE], preload[PRELOAD] = {0};
    make_pair(SOCK_STREAM, pair);
    if (send(pair[0], preload, sizeof preload, MSG_NOSIGNAL) != sizeof preload) fail("send", errno);
    for (long i = 0; i < count; i++) {
        ssize_t result = recv(pair[1], buffer, sizeof buffer, 0);
        if (result < 0) fail("recv", errno);
        if (result != SIZE) fail("recv", 0);
    }
}

/// Into a socket with room, which nobody reads.
static void send_case(long count) {
    int pair[2];
    uint8_t buffer[SIZE] = {0};
    make_pair(SOCK_STREAM, pair);
    for (long i = 0; i < count; i++) {
        ssize_t result = send(pair[0], buffer, sizeof buffer, MSG_NOSIGNAL);
        if (result < 0) fail("send", errno);
        if (result != SIZE) fail("send", 0);
    }
}

/// From a non-blocking socket where nothing waits.
static void would_block_case(long count) {
    int pair[2];
    uint8_t buffer[SIZE];
    make_pair(SOCK_STREAM | SOCK_NONBLOCK, pair);
    for (long i = 0; i < count; i++) {
        ssize_t result = recv(pair[1], buffer, sizeof buffer, 0);
        if (result >= 0) fail("recv", 0);
        if (errno != EAGAIN) fail("recv", errno);
    }
}

/// A datagram to the own address, and the receipt of it with its sender.
static void udp_case(long count) {
    uint8_t buffer[SIZE] = {0};
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof own;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&own, length) < 0) fail("bind", errno);
    if (getsockname(fd, (struct sockaddr *)&own, &length) < 0) fail("getsockname", errno);
    for (long i = 0; i < count; i++) {
        ssize_t result = sendto(fd, buffer, sizeof buffer, MSG_NOSIGNAL, (struct sockaddr *)&own, sizeof own);
        if (result < 0) fail("sendto", errno);
        struct sockaddr_storage sender;
        length = sizeof sender;
        result = recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&sender, &length);
        if (result < 0) fail("recvfrom", errno);
        if (result != SIZE || length != sizeof own) fail("recvfrom", 0);
    }
}

int main(int argc, char **argv) {
    static const struct { const char *name; void (*run)(long count); } cases[] = {
        {"receive", receive_case}, {"send", send_case}, {"would-block", would_block_case},
        {"would-block-thrown", would_block_case}, {"stream-receive", receive_case}, {"stream-send", send_case},
        {"stream-would-block-thrown", would_block_case}, {"udp", udp_case}};
    long count = argc == 3 ? atol(argv[2]) : 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases && count > 0; i++) {
        if (strcmp(argv[1], cases[i].name) != 0) continue;
        cases[i].run(count);
        return 0;
    }
    fprintf(stderr, "usage: percall CASE COUNT; percall.py lists the cases\n");
    return 2;
}
