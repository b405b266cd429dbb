// Sends every datagram back to where it came from: non-blocking, with epoll(7), edge-triggered.
#include "echo.h"
#include <sys/epoll.h>

enum { EVENTS = 512 };

static void echo_all(int fd) {
    static uint8_t buffer[BUFFER];
    for (;;) {
        struct sockaddr_storage sender;
        socklen_t length = sizeof sender;
        ssize_t count = recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&sender, &length);
        if (count < 0 && errno == EAGAIN) return;
        // An answer that cannot be sent is a datagram lost, as on any network.
        if (count >= 0) (void)sendto(fd, buffer, (size_t)count, MSG_NOSIGNAL, (struct sockaddr *)&sender, length);
    }
}

int main(int argc, char **argv) {
    int fd = bound_socket(SOCK_DGRAM | SOCK_NONBLOCK, argc, argv), epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.fd = fd};
    if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) fail("epoll");
    for (;;) {
        struct epoll_event events[EVENTS];
        int count = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) echo_all(events[i].data.fd);
    }
}
