// epoll(7), level-triggered: what one receive leaves behind is reported again.
#include "ready.h"
#include <sys/epoll.h>

enum { EVENTS = 256 };

static struct unsent *unsent;  // by descriptor
static size_t capacity;
static int epoll;

static void wait_for(int operation, int fd, uint32_t events) {
    struct epoll_event event = {.events = events, .data.fd = fd};
    if (epoll_ctl(epoll, operation, fd, &event) < 0) fail("epoll_ctl");
}

static void accept_clients(int listener) {
    for (int fd; (fd = waiting_client(listener)) >= 0;) {
        unsent = grown(unsent, &capacity, (size_t)fd, sizeof *unsent);
        wait_for(EPOLL_CTL_ADD, fd, EPOLLIN);
    }
}

static void serve(int fd) {
    struct unsent *mine = &unsent[fd];
    enum wish before = mine->bytes ? WRITABLE : READABLE;
    enum wish wish = before == WRITABLE ? when_writable(fd, mine) : when_readable(fd, mine);
    if (wish == CLOSE) close_connection(fd, mine);  // which also takes it out of the epoll
    else if (wish != before) wait_for(EPOLL_CTL_MOD, fd, wish == WRITABLE ? EPOLLOUT : EPOLLIN);
}

int main(int argc, char **argv) {
    int listener = listening_socket(SOCK_NONBLOCK, argc, argv);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) fail("epoll_create1");
    wait_for(EPOLL_CTL_ADD, listener, EPOLLIN);
    for (;;) {
        struct epoll_event events[EVENTS];
        int count = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == listener) accept_clients(listener);
            else serve(events[i].data.fd);
        }
    }
}
