// Bulk in one direction (bulk.h) with io_uring(7).
#include "uring.h"
#include "bulk.h"

struct connection {
    bool asked, sends, receiving, sending, ended;
    uint64_t received;
    size_t at;  // in the chunk that is being sent
};

static struct connection *connections;  // by descriptor
static size_t capacity;
static uint8_t chunk[CHUNK];

static void receive(int fd) {
    connections[fd].receiving = true;
    start_receiving(fd);
}

static void send_chunk(int fd) {
    struct connection *c = &connections[fd];
    c->sending = true;
    start_sending(fd, chunk + c->at, CHUNK - c->at);
}

static void end(int fd) {
    struct connection *c = &connections[fd];
    // The answer is short, and a client that does not take it does not get it.
    if (c->asked && !c->sends && !c->ended) (void)send(fd, &c->received, sizeof c->received, MSG_NOSIGNAL | MSG_DONTWAIT);
    c->ended = true;
    if (!c->receiving && !c->sending) start_closing(fd);
}

static void accepted(int listener, int fd, bool more) {
    if (fd >= 0) {
        connections = grown(connections, &capacity, (size_t)fd, sizeof *connections);
        connections[fd] = (struct connection){0};
        receive(fd);
    }
    if (!more) start_accepting(listener);
}

static void take(int fd, unsigned id, size_t count) {
    struct connection *c = &connections[fd];
    lent--;
    if (!c->asked) {
        c->asked = true;
        c->sends = *buffer_at(id) == '<';
        count--;
        if (c->sends) send_chunk(fd);
    }
    c->received += count;
    lend(id);
}

static void received(int fd, int result, unsigned flags) {
    struct connection *c = &connections[fd];
    if (!(flags & IORING_CQE_F_MORE)) c->receiving = false;
    if (result > 0) take(fd, flags >> IORING_CQE_BUFFER_SHIFT, (size_t)result);
    else if (result != -ENOBUFS) return end(fd);
    if (!c->receiving && !c->ended) receive(fd);
}

static void sent(int fd, int result) {
    struct connection *c = &connections[fd];
    c->sending = false;
    if (result < 0 || c->ended) return end(fd);
    c->at = (c->at + (size_t)result) % CHUNK;
    send_chunk(fd);
}

static void dispatch(const struct io_uring_cqe *cqe) {
    int fd = (int)(uint32_t)cqe->user_data;
    switch ((enum kind)(cqe->user_data >> 32)) {
    case ACCEPT: return accepted(fd, cqe->res, cqe->flags & IORING_CQE_F_MORE);
    case RECEIVE: return received(fd, cqe->res, cqe->flags);
    case SEND: return sent(fd, cqe->res);
    case CANCEL: case END: return;
    }
}

int main(int argc, char **argv) {
    int listener = listening_socket(0, argc, argv);
    fill_wave(chunk, sizeof chunk);
    open_ring();
    open_buffers();
    start_accepting(listener);
    run_ring(dispatch, NULL);
}
