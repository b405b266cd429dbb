// epoll(7), edge-triggered: each connection is registered once, for both directions. A receive that fills less than the
// buffer took all there was, and the next event tells of more.
#include "ready.h"
#include <sys/epoll.h>

enum { EVENTS = 512 };

struct connection {
    struct unsent unsent;
    bool ended;  // the peer sends no more: there will be no further event
};

static struct connection *connections;  // by descriptor
static size_t capacity;
static int epoll;

static void watch(int fd, uint32_t events) {
    struct epoll_event event = {.events = events | EPOLLET, .data.fd = fd};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) fail("epoll_ctl");
}

static void accept_clients(int listener) {
    for (int fd; (fd = waiting_client(listener)) >= 0;) {
        connections = grown(connections, &capacity, (size_t)fd, sizeof *connections);
        watch(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP);
    }
}

/// Receives once, and goes on as long as there may be more. False when the connection is to be closed.
static bool echo_all(int fd, struct connection *c) {
    static uint8_t buffer[BUFFER];
    for (;;) {
        ssize_t count = recv(fd, buffer, sizeof buffer, 0);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return count < 0 && errno == EAGAIN;
        ssize_t sent = send(fd, buffer, (size_t)count, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) return false;
        if (sent < count) {
            size_t taken = sent > 0 ? (size_t)sent : 0;
            return keep_unsent(&c->unsent, buffer + taken, (size_t)count - taken) != CLOSE;
        }
        if ((size_t)count < sizeof buffer && !c->ended) return true;
    }
}

static bool serve(int fd, uint32_t events) {
    const uint32_t end = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
    struct connection *c = &connections[fd];
    if (events & end) c->ended = true;
    if (c->unsent.bytes) {
        if (!(events & (EPOLLOUT | end))) return true;
        enum wish wish = when_writable(fd, &c->unsent);
        if (wish != READABLE) return wish == WRITABLE;
    } else if (!(events & (EPOLLIN | end))) {
        return true;
    }
    return echo_all(fd, c);
}

static void end(int fd) {
    close_connection(fd, &connections[fd].unsent);
    connections[fd].ended = false;
}

int main(int argc, char **argv) {
    int listener = listening_socket(SOCK_NONBLOCK, argc, argv);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) fail("epoll_create1");
    watch(listener, EPOLLIN);
    for (;;) {
        struct epoll_event events[EVENTS];
        int count = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == listener) accept_clients(listener);
            else if (!serve(events[i].data.fd, events[i].events)) end(events[i].data.fd);
        }
    }
}
