// A client for echo servers on 127.0.0.1. Every byte that comes back is compared with what was sent.
//
//   loadgen pingpong PORT [name=value ...]   each of N connections sends S bytes, waits for all of them, and again
//   loadgen churn    PORT [name=value ...]   N connections at a time: connect, one echo, half-close, end, next
//   loadgen udp      PORT [name=value ...]   each of N sockets sends a datagram of S bytes, waits for it, and again
//   loadgen bulk     PORT [name=value ...]   N connections send all they can and get all of it back; S bytes are a message
//   loadgen upload   PORT [name=value ...]   N connections send all they can to a bulk server (bulk.h)
//   loadgen download PORT [name=value ...]   N connections receive all they can from a bulk server
//   loadgen idle     PORT [name=value ...]   opens N connections, one echo on each, and holds them until stdin ends
//
// Names: conns (64), size (64, bytes), seconds (1), warmup (0.2, seconds), pid (of the server whose CPU time to read).
// For every empty line on stdin it measures once and prints one line of JSON, and it rests meanwhile: two of them can
// take short turns, so that what disturbs the machine disturbs both. `echo | loadgen pingpong 7000` measures once.
// Exit status: 0, 1 when a byte was wrong or a connection broke, 2 for a wrong command line.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include "bulk.h"
#include "cputime.h"

enum { EVENTS = 256, RECEIVE = 64 << 10, LOSS_MS = 250 };

static int port, conns = 64;
static size_t size = 64;
static double seconds = 1, warmup = 0.2;
static pid_t server;

static struct { uint64_t messages, wrong, broken, lost; } counted;
static int poller;

static _Noreturn void fail(const char *what) {
    fprintf(stderr, "loadgen: %s: %s\n", what, errno ? strerror(errno) : "end of stream");
    exit(1);
}

static uint64_t nanoseconds(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

// Connections. Each sends its own never-ending pseudo-random stream, so that bytes that are lost, repeated, late or of
// another connection are wrong bytes.

struct connection {
    int fd;
    bool heard, wants_room;      // heard: something came since the last look for losses
    uint64_t random, serial;
    size_t sent, received;       // of the present message
    uint8_t *message;
    uint64_t streamed, returned; // bytes of a bulk transfer, sent and received
};

/// The next eight bytes of a connection's stream (splitmix64).
static uint64_t next_word(struct connection *c) {
    uint64_t z = c->random += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static void next_message(struct connection *c) {
    for (size_t at = 0; at < size; at += 8) {
        uint64_t word = next_word(c);
        memcpy(c->message + at, &word, 8);  // the buffer is rounded up to eight
    }
    c->serial++;
    c->sent = c->received = 0;
}

static void set_nonblocking(int fd) {
    if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) < 0) fail("O_NONBLOCK");
}

static void set_blocking(int fd) {
    if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK) < 0) fail("O_NONBLOCK");
}

static void watch(struct connection *c, int operation, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = c};
    if (epoll_ctl(poller, operation, c->fd, &event) < 0) fail("epoll_ctl");
}

static struct sockaddr_in loopback(uint32_t host, int number) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)number)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + host);
    return address;
}

/// Every connection that churns leaves a port in TIME_WAIT behind; 250 source addresses have enough of them.
static void spread_sources(struct connection *c) {
    struct sockaddr_in source = loopback(256 + (uint32_t)(c->serial % 250), 0);
    int on = 1;
    if (setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on) < 0) fail("IP_BIND_ADDRESS_NO_PORT");
    if (bind(c->fd, (struct sockaddr *)&source, sizeof source) < 0) fail("bind");
}

static void open_socket(struct connection *c, int type, void (*prepare)(struct connection *)) {
    struct sockaddr_in address = loopback(0, port);
    struct timeval patience = {.tv_sec = 10};
    int on = 1;
    c->fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    if (c->fd < 0) fail("socket");
    if (setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) < 0) fail("SO_RCVTIMEO");
    if (type == SOCK_STREAM && setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0) fail("TCP_NODELAY");
    if (prepare) prepare(c);
    if (connect(c->fd, (struct sockaddr *)&address, sizeof address) < 0) fail("connect");
}

static struct connection *new_connections(void) {
    struct connection *all = calloc((size_t)conns, sizeof *all);
    for (int i = 0; all && i < conns; i++) {
        all[i].random = (uint64_t)i << 48;
        all[i].message = malloc((size + 7) / 8 * 8);
        if (!all[i].message) fail("malloc");
    }
    return all ? all : (fail("calloc"), NULL);
}

static size_t wrong_bytes(const uint8_t *a, const uint8_t *b, size_t count) {
    size_t wrong = 0;
    for (size_t i = 0; i < count; i++) wrong += a[i] != b[i];
    return wrong;
}

static void check(struct connection *c, const uint8_t *bytes, size_t count) {
    size_t expected = size - c->received < count ? size - c->received : count;
    counted.wrong += count - expected;
    if (memcmp(bytes, c->message + c->received, expected) != 0)
        counted.wrong += wrong_bytes(bytes, c->message + c->received, expected);
    c->received += expected;
}

/// Opens a connection and waits for one short echo: the server's child or thread exists then, and has used its buffer.
static void open_and_greet(struct connection *c) {
    size_t whole = size;
    uint8_t answer[64];
    size = size < sizeof answer ? size : sizeof answer;
    open_socket(c, SOCK_STREAM, NULL);
    next_message(c);
    if (send(c->fd, c->message, size, MSG_NOSIGNAL) != (ssize_t)size) fail("send");
    while (c->received < size) {
        ssize_t count = recv(c->fd, answer, sizeof answer, 0);
        if (count == 0) errno = 0;
        if (count <= 0) fail("no echo on a new connection");
        check(c, answer, (size_t)count);
    }
    size = whole;
}

// The measured time.

struct mark { uint64_t wall, server, own, messages; };

static struct mark mark(void) {
    uint64_t cpu = server ? tree_cpu_ns(server) : 0;
    return (struct mark){nanoseconds(CLOCK_MONOTONIC), cpu, nanoseconds(CLOCK_PROCESS_CPUTIME_ID), counted.messages};
}

static void print_result(const char *mode, struct mark from, struct mark to) {
    printf("{\"mode\": \"%s\", \"conns\": %d, \"size\": %zu, \"seconds\": %.6f, \"messages\": %" PRIu64
           ", \"server_cpu_ns\": %" PRIu64 ", \"client_cpu_ns\": %" PRIu64 ", \"wrong_bytes\": %" PRIu64
           ", \"broken\": %" PRIu64 ", \"lost\": %" PRIu64 "}\n",
           mode, conns, size, (double)(to.wall - from.wall) / 1e9, to.messages - from.messages, to.server - from.server,
           to.own - from.own, counted.wrong, counted.broken, counted.lost);
    fflush(stdout);
}

static void run_for(double duration, void (*serve)(struct connection *c, uint32_t events), void (*overdue)(void)) {
    uint64_t end = nanoseconds(CLOCK_MONOTONIC) + (uint64_t)(duration * 1e9), look = 0;
    for (uint64_t now; (now = nanoseconds(CLOCK_MONOTONIC)) < end;) {
        if (overdue && now >= look) {
            if (look) overdue();
            look = now + LOSS_MS * 1000000u;
        }
        struct epoll_event events[EVENTS];
        uint64_t left_ms = (end - now) / 1000000 + 1;
        int count = epoll_wait(poller, events, EVENTS, left_ms < LOSS_MS ? (int)left_ms : LOSS_MS);
        for (int i = 0; i < count; i++) serve(events[i].data.ptr, events[i].events);
    }
}

static void measure(const char *mode, void (*serve)(struct connection *, uint32_t), void (*overdue)(void)) {
    while (getchar() == '\n') {
        run_for(warmup, serve, overdue);
        struct mark from = mark();
        run_for(seconds, serve, overdue);
        print_result(mode, from, mark());
    }
}

// pingpong

static void drop(struct connection *c) {
    counted.broken++;
    close(c->fd);
    c->fd = -1;
}

static void send_rest(struct connection *c) {
    ssize_t sent = send(c->fd, c->message + c->sent, size - c->sent, MSG_NOSIGNAL);
    if (sent > 0) c->sent += (size_t)sent;
    if (sent < 0 && errno != EAGAIN) return drop(c);
    bool wants_room = c->sent < size;
    if (wants_room != c->wants_room) watch(c, EPOLL_CTL_MOD, wants_room ? EPOLLIN | EPOLLOUT : EPOLLIN);
    c->wants_room = wants_room;
}

static void play(struct connection *c, uint32_t events) {
    static uint8_t buffer[RECEIVE];
    if (events & EPOLLOUT) {
        send_rest(c);
        if (c->fd < 0 || !(events & EPOLLIN)) return;
    }
    ssize_t count = recv(c->fd, buffer, sizeof buffer, 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) return drop(c);
    check(c, buffer, (size_t)count);
    if (c->received < size) return;
    counted.messages++;
    next_message(c);
    send_rest(c);
}

static void pingpong(void) {
    struct connection *all = new_connections();
    for (int i = 0; i < conns; i++) {
        open_and_greet(&all[i]);
        set_nonblocking(all[i].fd);
        watch(&all[i], EPOLL_CTL_ADD, EPOLLIN);
    }
    for (int i = 0; i < conns; i++) {
        next_message(&all[i]);
        send_rest(&all[i]);
    }
    measure("pingpong", play, NULL);
}

// churn

static void start_visit(struct connection *c) {
    open_socket(c, SOCK_STREAM, spread_sources);
    set_nonblocking(c->fd);
    watch(c, EPOLL_CTL_ADD, EPOLLIN);
    next_message(c);
    if (send(c->fd, c->message, size, MSG_NOSIGNAL) != (ssize_t)size) fail("send");
}

static void visit(struct connection *c, uint32_t events) {
    static uint8_t buffer[RECEIVE];
    (void)events;
    ssize_t count = recv(c->fd, buffer, sizeof buffer, 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count > 0) {
        check(c, buffer, (size_t)count);
        if (c->received == size) shutdown(c->fd, SHUT_WR);
        return;
    }
    if (count < 0 || c->received < size) counted.broken++;
    counted.messages++;
    close(c->fd);
    start_visit(c);
}

static void churn(void) {
    if (size > 16 << 10) size = 16 << 10;  // what a new connection takes at once
    struct connection *all = new_connections();
    for (int i = 0; i < conns; i++) start_visit(&all[i]);
    measure("churn", visit, NULL);
}

// udp: the first eight bytes of a datagram are its number, which tells late ones and repeated ones from wrong ones.

static struct connection *flows;

static void send_datagram(struct connection *c) {
    if (send(c->fd, c->message, size, MSG_NOSIGNAL) != (ssize_t)size) fail("send");
}

static void next_datagram(struct connection *c) {
    next_message(c);
    memcpy(c->message, &c->serial, 8);
    send_datagram(c);
}

static void volley(struct connection *c, uint32_t events) {
    static uint8_t buffer[RECEIVE];
    (void)events;
    ssize_t count = recv(c->fd, buffer, sizeof buffer, 0);
    if (count < 0) {
        if (errno != EAGAIN) counted.broken++;
        return;
    }
    uint64_t serial = 0;
    memcpy(&serial, buffer, 8);
    if (count >= 8 && serial < c->serial) return;  // late: it has been counted as lost
    check(c, buffer, (size_t)count);
    if (c->received < size) counted.wrong += size - c->received;
    c->heard = true;
    counted.messages++;
    next_datagram(c);
}

static void resend(void) {
    for (int i = 0; i < conns; i++) {
        if (!flows[i].heard) {
            counted.lost++;
            send_datagram(&flows[i]);
        }
        flows[i].heard = false;
    }
}

static void udp(void) {
    if (size < 8 || size > 65507) {
        fprintf(stderr, "loadgen: udp: size must be 8...65507\n");
        exit(2);
    }
    flows = new_connections();
    for (int i = 0; i < conns; i++) {
        open_socket(&flows[i], SOCK_DGRAM, NULL);
        set_nonblocking(flows[i].fd);
        watch(&flows[i], EPOLL_CTL_ADD, EPOLLIN);
        next_datagram(&flows[i]);
    }
    measure("udp", volley, resend);
}

// bulk: every stream is the same pattern, over and over, whose length has no factor in common with any buffer's.

enum { PERIOD = 1048573, AHEAD = 256 << 10 };

static uint8_t pattern[PERIOD + RECEIVE];
static size_t period;

static void count_bytes(uint64_t *bytes, size_t more) {
    counted.messages += (*bytes + more) / size - *bytes / size;
    *bytes += more;
}

static bool may_send(const struct connection *c) { return c->streamed - c->returned < AHEAD; }

static bool stream_out(struct connection *c) {
    size_t room = AHEAD - (size_t)(c->streamed - c->returned);
    ssize_t sent = send(c->fd, pattern + c->streamed % period, room < RECEIVE ? room : RECEIVE, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return drop(c), false;
    if (sent > 0) c->streamed += (size_t)sent;
    return sent > 0;
}

static bool stream_in(struct connection *c) {
    static uint8_t buffer[RECEIVE];
    ssize_t count = recv(c->fd, buffer, sizeof buffer, 0);
    if (count < 0 && errno == EAGAIN) return false;
    if (count <= 0) return drop(c), false;
    const uint8_t *expected = pattern + c->returned % period;
    if (memcmp(buffer, expected, (size_t)count) != 0) counted.wrong += wrong_bytes(buffer, expected, (size_t)count);
    count_bytes(&c->returned, (size_t)count);
    return true;
}

/// As much as fits is on the way; the event for writing is asked for only when the socket is what limits.
static void both_ways(struct connection *c, uint32_t events) {
    if (events & EPOLLIN) stream_in(c);
    while (c->fd >= 0 && may_send(c) && stream_out(c)) {}
    bool wants_room = c->fd >= 0 && may_send(c);
    if (c->fd >= 0 && wants_room != c->wants_room) watch(c, EPOLL_CTL_MOD, wants_room ? EPOLLIN | EPOLLOUT : EPOLLIN);
    c->wants_room = wants_room;
}

static void up(struct connection *c, uint32_t events) {
    if (events & (EPOLLERR | EPOLLHUP)) return drop(c);
    ssize_t sent = send(c->fd, pattern, RECEIVE, MSG_NOSIGNAL);
    if (sent > 0) count_bytes(&c->streamed, (size_t)sent);
    if (sent < 0 && errno != EAGAIN) drop(c);
}

static void down(struct connection *c, uint32_t events) {
    (void)events;
    stream_in(c);
}

static void fill_pattern(void) {
    struct connection source = {.random = 1};
    for (size_t at = 0; at < PERIOD; at += 8) {
        uint64_t word = next_word(&source);
        memcpy(pattern + at, &word, 8);
    }
    memcpy(pattern + PERIOD, pattern, RECEIVE);
    period = PERIOD;
}

/// What the kernel would choose differs from connection to connection, and decides whether what is on the way stays in the
/// processor's cache.
static void limit_buffers(struct connection *c) {
    const int room = AHEAD;
    if (setsockopt(c->fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room) < 0) fail("SO_SNDBUF");
    if (setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room) < 0) fail("SO_RCVBUF");
}

static struct connection *open_streams(const char *request, uint32_t events) {
    struct connection *all = new_connections();
    for (int i = 0; i < conns; i++) {
        open_socket(&all[i], SOCK_STREAM, limit_buffers);
        if (*request && send(all[i].fd, request, 1, MSG_NOSIGNAL) != 1) fail("send");
        set_nonblocking(all[i].fd);
        watch(&all[i], EPOLL_CTL_ADD, events);
        all[i].wants_room = events & EPOLLOUT;
    }
    return all;
}

static void bulk(void) {
    fill_pattern();
    open_streams("", EPOLLIN | EPOLLOUT);
    measure("bulk", both_ways, NULL);
}

static void upload(void) {
    struct connection *all = open_streams(">", EPOLLOUT);
    measure("upload", up, NULL);
    for (int i = 0; i < conns; i++) {
        uint64_t arrived = 0;
        if (all[i].fd < 0) continue;
        set_blocking(all[i].fd);
        shutdown(all[i].fd, SHUT_WR);
        if (recv(all[i].fd, &arrived, sizeof arrived, MSG_WAITALL) != sizeof arrived) fail("no count of an upload");
        if (arrived != all[i].streamed) counted.wrong++;
    }
}

static void download(void) {
    period = CHUNK;
    fill_wave(pattern, CHUNK + RECEIVE);
    open_streams("<", EPOLLIN);
    measure("download", down, NULL);
}

// idle

static void idle(void) {
    struct connection *all = new_connections();
    struct mark from = mark();
    for (int i = 0; i < conns; i++) open_and_greet(&all[i]);
    counted.messages = (uint64_t)conns;
    print_result("idle", from, mark());
    while (getchar() != EOF) {}
}

// The command line.

static bool set(const char *word) {
    const char *value = strchr(word, '=');
    char *end = "?";
    double number = value ? strtod(value + 1, &end) : 0;
    if (!value || *end || number < 0) return false;
    size_t length = (size_t)(value - word);
    if (!strncmp(word, "conns=", length + 1)) conns = (int)number;
    else if (!strncmp(word, "size=", length + 1)) size = (size_t)number;
    else if (!strncmp(word, "seconds=", length + 1)) seconds = number;
    else if (!strncmp(word, "warmup=", length + 1)) warmup = number;
    else if (!strncmp(word, "pid=", length + 1)) server = (pid_t)number;
    else return false;
    return conns > 0 && size > 0;
}

static void allow_many_files(void) {
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) < 0) fail("getrlimit");
    files.rlim_cur = files.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &files) < 0) fail("setrlimit");
}

int main(int argc, char **argv) {
    static const struct { const char *name; void (*run)(void); } modes[] = {
        {"pingpong", pingpong}, {"churn", churn}, {"udp", udp}, {"idle", idle},
        {"bulk", bulk}, {"upload", upload}, {"download", download}};
    void (*run)(void) = NULL;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (argc > 2 && !strcmp(argv[1], modes[i].name)) run = modes[i].run;
    port = argc > 2 ? atoi(argv[2]) : 0;
    for (int i = 3; i < argc && run; i++)
        if (!set(argv[i])) run = NULL;
    if (!run || port < 1 || port > 65535) {
        fprintf(stderr, "usage: loadgen pingpong|churn|udp|idle|bulk|upload|download PORT [conns=|size=|seconds=|warmup=|pid=]...\n");
        return 2;
    }
    allow_many_files();
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (poller < 0) fail("epoll_create1");
    run();
    return counted.wrong || counted.broken ? 1 : 0;
}
