// select(2): descriptors below FD_SETSIZE, every one of them looked at in each round.
#include "ready.h"
#include <sys/select.h>

static fd_set reading, writing;
static struct unsent unsent[FD_SETSIZE];
static int highest;

static void wait_for(int fd, enum wish wish) {
    FD_CLR(fd, &reading);
    FD_CLR(fd, &writing);
    if (wish == READABLE) FD_SET(fd, &reading);
    if (wish == WRITABLE) FD_SET(fd, &writing);
    if (wish == CLOSE) close_connection(fd, &unsent[fd]);
}

static void accept_clients(int listener) {
    for (int fd; (fd = waiting_client(listener)) >= 0;) {
        if (fd >= FD_SETSIZE) {
            close(fd);
            continue;
        }
        FD_SET(fd, &reading);
        if (fd > highest) highest = fd;
    }
}

int main(int argc, char **argv) {
    int listener = highest = listening_socket(SOCK_NONBLOCK, argc, argv);
    FD_SET(listener, &reading);
    for (;;) {
        fd_set readable = reading, writable = writing;
        int left = select(highest + 1, &readable, &writable, NULL, NULL);
        for (int fd = 0; left > 0 && fd <= highest; fd++) {
            if (FD_ISSET(fd, &readable)) {
                left--;
                if (fd == listener) {
                    accept_clients(listener);
                } else {
                    enum wish wish = when_readable(fd, &unsent[fd]);
                    if (wish != READABLE) wait_for(fd, wish);
                }
            } else if (FD_ISSET(fd, &writable)) {
                left--;
                enum wish wish = when_writable(fd, &unsent[fd]);
                if (wish != WRITABLE) wait_for(fd, wish);
            }
        }
    }
}
