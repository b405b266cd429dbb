// io_uring(7): accepting is one operation for all clients, and receiving one for each. What was received is sent from the
// buffer that the kernel received it into, and everything of a batch is submitted by the call that waits for the next.
#include "uring.h"

enum { NONE = -1, MOST_WAITING = 8 };

struct connection {
    int32_t first, last, next_starved;  // received buffers that have not been sent, the oldest first
    uint32_t waiting;                   // how many these are
    int result;                         // of a send whose notification is still to come
    bool receiving, stopping, sending, ended, starved;
};

static struct {
    uint32_t start, end;
    int32_t next;
} notes[BUFFERS];

static struct connection *connections;  // by descriptor
static size_t capacity;
static int32_t starved = NONE;

static void receive(int fd) {
    connections[fd].receiving = true;
    connections[fd].stopping = false;
    start_receiving(fd);
}

static void send_first(int fd) {
    int32_t id = connections[fd].first;
    connections[fd].sending = true;
    start_sending(fd, buffer_at((unsigned)id) + notes[id].start, notes[id].end - notes[id].start);
}

static void drop_first(struct connection *c) {
    int32_t id = c->first;
    c->first = notes[id].next;
    if (c->first == NONE) c->last = NONE;
    c->waiting--;
    lend((unsigned)id);
}

static void close_if_over(int fd) {
    struct connection *c = &connections[fd];
    if (c->ended && !c->receiving && !c->sending && !c->starved && c->first == NONE) start_closing(fd);
}

static void accepted(int listener, int fd, bool more) {
    if (fd >= 0) {
        connections = grown(connections, &capacity, (size_t)fd, sizeof *connections);
        connections[fd] = (struct connection){.first = NONE, .last = NONE, .next_starved = NONE};
        receive(fd);
    }
    if (!more) start_accepting(listener);
}

static void append(struct connection *c, int32_t id, uint32_t count) {
    lent--;
    notes[id].start = 0;
    notes[id].end = count;
    notes[id].next = NONE;
    if (c->first == NONE) c->first = id;
    else notes[c->last].next = id;
    c->last = id;
    c->waiting++;
}

/// A peer that sends without reading is left alone until it has read, before it has all buffers.
static void restrain(int fd) {
    struct connection *c = &connections[fd];
    if (c->waiting < MOST_WAITING || !c->receiving || c->stopping) return;
    c->stopping = true;
    stop_receiving(fd);
}

static void received(int fd, int result, unsigned flags) {
    struct connection *c = &connections[fd];
    if (!(flags & IORING_CQE_F_MORE)) c->receiving = false;
    if (result > 0) {
        append(c, (int32_t)(flags >> IORING_CQE_BUFFER_SHIFT), (uint32_t)result);
        if (!c->sending) send_first(fd);
        restrain(fd);
        if (!c->receiving && !c->stopping && !c->ended) receive(fd);
        return;
    }
    if (result == -ENOBUFS) {
        c->starved = true;
        c->next_starved = starved;
        starved = fd;
    } else if (result == -ECANCELED) {
        if (c->first == NONE && !c->ended) receive(fd);
    } else {
        c->ended = true;
    }
    close_if_over(fd);
}

static void sent(int fd, int result) {
    struct connection *c = &connections[fd];
    c->sending = false;
    if (result < 0) {
        c->ended = true;  // the receiving ends by itself, because the connection is gone
        while (c->first != NONE) drop_first(c);
    } else if ((notes[c->first].start += (uint32_t)result) == notes[c->first].end) {
        drop_first(c);
    }
    if (c->first != NONE) send_first(fd);
    else if (c->stopping && !c->receiving && !c->starved && !c->ended) receive(fd);
    close_if_over(fd);
}

/// A zero-copy send has ended when its notification says that the kernel has let go of the bytes.
static void sent_or_notified(int fd, const struct io_uring_cqe *cqe) {
    if (cqe->flags & IORING_CQE_F_MORE) connections[fd].result = cqe->res;
    else sent(fd, cqe->flags & IORING_CQE_F_NOTIF ? connections[fd].result : cqe->res);
}

static void dispatch(const struct io_uring_cqe *cqe) {
    int fd = (int)(uint32_t)cqe->user_data;
    switch ((enum kind)(cqe->user_data >> 32)) {
    case ACCEPT: return accepted(fd, cqe->res, cqe->flags & IORING_CQE_F_MORE);
    case RECEIVE: return received(fd, cqe->res, cqe->flags);
    case SEND: return sent_or_notified(fd, cqe);
    case CANCEL: case END: return;  // told only when it failed: it was over already
    }
}

/// Those that found no buffer try again when there are some.
static void feed_starved(void) {
    if (lent == 0) return;
    int32_t fd = starved;
    starved = NONE;
    while (fd != NONE) {
        struct connection *c = &connections[fd];
        int32_t next = c->next_starved;
        c->starved = false;
        if (c->ended) close_if_over(fd);
        else receive(fd);
        fd = next;
    }
}

int main(int argc, char **argv) {
    int listener = listening_socket(0, argc, argv);
    open_ring();
    open_buffers();
    start_accepting(listener);
    run_ring(dispatch, feed_starved);
}
