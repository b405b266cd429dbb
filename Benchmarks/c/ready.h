// One step of a non-blocking echo connection, the same for select, poll and epoll: one receive for each time it is
// readable; what the socket does not take at once is kept, and nothing is read until it has been sent.
#ifndef READY_H
#define READY_H
#include "echo.h"

/// What a connection waits for next.
enum wish { READABLE, WRITABLE, CLOSE };

/// Received bytes that the socket has not taken yet.
struct unsent {
    uint8_t *bytes;
    size_t start, end;
};

static inline enum wish keep_unsent(struct unsent *unsent, const uint8_t *bytes, size_t count) {
    uint8_t *copy = malloc(count);
    if (!copy) return CLOSE;
    memcpy(copy, bytes, count);
    *unsent = (struct unsent){copy, 0, count};
    return WRITABLE;
}

static inline enum wish when_readable(int fd, struct unsent *unsent) {
    static uint8_t buffer[BUFFER];
    ssize_t count = recv(fd, buffer, sizeof buffer, 0);
    if (count < 0) return errno == EAGAIN || errno == EINTR ? READABLE : CLOSE;
    if (count == 0) return CLOSE;
    ssize_t sent = send(fd, buffer, (size_t)count, MSG_NOSIGNAL);
    if (sent == count) return READABLE;
    if (sent < 0) {
        if (errno != EAGAIN && errno != EINTR) return CLOSE;
        sent = 0;
    }
    return keep_unsent(unsent, buffer + sent, (size_t)(count - sent));
}

static inline enum wish when_writable(int fd, struct unsent *unsent) {
    ssize_t sent = send(fd, unsent->bytes + unsent->start, unsent->end - unsent->start, MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EINTR ? WRITABLE : CLOSE;
    unsent->start += (size_t)sent;
    if (unsent->start < unsent->end) return WRITABLE;
    free(unsent->bytes);
    *unsent = (struct unsent){0};
    return READABLE;
}

static inline void close_connection(int fd, struct unsent *unsent) {
    free(unsent->bytes);
    *unsent = (struct unsent){0};
    close(fd);
}

/// The next waiting client of a non-blocking listener, or -1.
static inline int waiting_client(int listener) { return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC); }

/// Makes room for `*capacity > index`, filling with zeros.
static inline void *grown(void *table, size_t *capacity, size_t index, size_t size) {
    if (index < *capacity) return table;
    size_t more = *capacity ? *capacity : 64;
    while (more <= index) more *= 2;
    char *larger = realloc(table, more * size);
    if (!larger) fail("realloc");
    memset(larger + *capacity * size, 0, (more - *capacity) * size);
    *capacity = more;
    return larger;
}
#endif
