// Bulk in one direction (bulk.h) with epoll(7), edge-triggered.
#include "ready.h"
#include "bulk.h"
#include <sys/epoll.h>

enum { EVENTS = 512 };

struct connection {
    bool asked, sends, ended;
    uint64_t received;
    size_t at;  // in the chunk that is being sent
};

static struct connection *connections;  // by descriptor
static size_t capacity;
static int epoll;
static uint8_t chunk[CHUNK];

static void watch(int fd, uint32_t events) {
    struct epoll_event event = {.events = events | EPOLLET, .data.fd = fd};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) fail("epoll_ctl");
}

static void accept_clients(int listener) {
    for (int fd; (fd = waiting_client(listener)) >= 0;) {
        connections = grown(connections, &capacity, (size_t)fd, sizeof *connections);
        connections[fd] = (struct connection){0};
        watch(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP);
    }
}

/// False when the connection is to be closed, here and below.
static bool send_chunks(int fd, struct connection *c) {
    for (;;) {
        ssize_t count = send(fd, chunk + c->at, CHUNK - c->at, MSG_NOSIGNAL);
        if (count < 0) return errno == EAGAIN;
        size_t rest = CHUNK - c->at;
        c->at = (c->at + (size_t)count) % CHUNK;
        if ((size_t)count < rest) return true;
    }
}

static bool receive_all(int fd, struct connection *c) {
    static uint8_t buffer[BUFFER];
    for (;;) {
        ssize_t count = recv(fd, buffer, sizeof buffer, 0);
        if (count < 0) return errno == EAGAIN || errno == EINTR;
        if (count == 0) {
            (void)send(fd, &c->received, sizeof c->received, MSG_NOSIGNAL);
            return false;
        }
        c->received += (uint64_t)count;
        if ((size_t)count < sizeof buffer && !c->ended) return true;
    }
}

static bool serve(int fd, uint32_t events) {
    struct connection *c = &connections[fd];
    c->ended = c->ended || events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR);
    if (!c->asked) {
        char first;
        ssize_t count = recv(fd, &first, 1, 0);
        if (count <= 0) return count < 0 && errno == EAGAIN;
        c->asked = true;
        c->sends = first == '<';
    }
    return c->sends ? !c->ended && send_chunks(fd, c) : receive_all(fd, c);
}

int main(int argc, char **argv) {
    int listener = listening_socket(SOCK_NONBLOCK, argc, argv);
    fill_wave(chunk, sizeof chunk);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) fail("epoll_create1");
    watch(listener, EPOLLIN);
    for (;;) {
        struct epoll_event events[EVENTS];
        int count = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == listener) accept_clients(listener);
            else if (!serve(events[i].data.fd, events[i].events)) close(events[i].data.fd);
        }
    }
}
