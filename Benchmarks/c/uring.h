// io_uring(7) without a library: one ring of one thread, and one ring of buffers that the kernel receives into.
#ifndef URING_H
#define URING_H
#include "ready.h"
#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>

// What async.py compiles differently, to see what it is worth.
#ifndef BUFFERS
#define BUFFERS 128
#endif
#ifndef BUFFER_SIZE
#define BUFFER_SIZE (64 << 10)
#endif
#ifndef TASK_WORK
#define TASK_WORK (IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN)
#endif
#ifndef SHOTS
#define SHOTS IORING_RECV_MULTISHOT
#endif
#ifndef SENDING
#define SENDING IORING_OP_SEND
#endif
// Places of a table of the ring that the clients' sockets are in, instead of having descriptors; 0 for none.
#ifndef FILES
#define FILES 0
#endif

enum { SUBMISSIONS = 4096, COMPLETIONS = 16384, GROUP = 0 };
// Buffers at the distance of a power of two would share few places of the processor's cache.
enum { STRIDE = BUFFER_SIZE + 64 };

static struct {
    int fd, number;  // the number is the thread's own for the descriptor, and cheaper
    unsigned tail, mask, count;  // of the submissions; the tail runs ahead of what the kernel has seen
    unsigned *submission_head, *submission_tail, *completion_head, *completion_tail, completion_mask;
    struct io_uring_sqe *submissions;
    struct io_uring_cqe *completions;
} ring;

static struct io_uring_buf *places;  // of the ring of buffers; the first one's last field is the tail
static uint16_t places_tail;
static unsigned lent;                // buffers that the kernel has
static uint8_t *buffer_memory;

static inline void *mapped(size_t size, int fd, off_t offset) {
    int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED | MAP_POPULATE;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, offset);
    if (memory == MAP_FAILED) fail("mmap");
    return memory;
}

static inline unsigned *field(void *queues, unsigned offset) { return (unsigned *)(void *)((uint8_t *)queues + offset); }

static inline void map_ring(const struct io_uring_params *p) {
    size_t size = p->cq_off.cqes + p->cq_entries * sizeof *ring.completions;
    size_t array = p->sq_off.array + p->sq_entries * sizeof(unsigned);
    void *queues = mapped(size > array ? size : array, ring.fd, IORING_OFF_SQ_RING);
    ring.submissions = mapped(p->sq_entries * sizeof *ring.submissions, ring.fd, IORING_OFF_SQES);
    ring.submission_head = field(queues, p->sq_off.head);
    ring.submission_tail = field(queues, p->sq_off.tail);
    ring.completion_head = field(queues, p->cq_off.head);
    ring.completion_tail = field(queues, p->cq_off.tail);
    ring.completions = (void *)field(queues, p->cq_off.cqes);
    ring.count = p->sq_entries;
    ring.mask = p->sq_entries - 1;
    ring.completion_mask = p->cq_entries - 1;
    for (unsigned i = 0; i < p->sq_entries; i++) field(queues, p->sq_off.array)[i] = i;
}

static inline long registered(unsigned what, void *argument, unsigned count) {
    return syscall(SYS_io_uring_register, ring.fd, what, argument, count);
}

static inline void open_ring(void) {
    struct io_uring_params p = {.cq_entries = COMPLETIONS};
    p.flags = IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL | TASK_WORK;
    ring.fd = (int)syscall(SYS_io_uring_setup, SUBMISSIONS, &p);
    if (ring.fd < 0) fail("io_uring_setup");
    map_ring(&p);
    struct io_uring_rsrc_update update = {.offset = UINT32_MAX, .data = (unsigned)ring.fd};
    if (registered(IORING_REGISTER_RING_FDS, &update, 1) < 0) fail("IORING_REGISTER_RING_FDS");
    ring.number = (int)update.offset;
    struct io_uring_rsrc_register files = {.nr = FILES, .flags = IORING_RSRC_REGISTER_SPARSE};
    if (FILES > 0 && registered(IORING_REGISTER_FILES2, &files, sizeof files) < 0) fail("IORING_REGISTER_FILES2");
}

static inline uint8_t *buffer_at(unsigned id) { return buffer_memory + (size_t)id * STRIDE; }

/// Lends a buffer to the kernel, from the next call on.
static inline void lend(unsigned id) {
    struct io_uring_buf *place = &places[places_tail++ & (BUFFERS - 1)];
    place->addr = (uint64_t)(uintptr_t)buffer_at(id);
    place->len = BUFFER_SIZE;
    place->bid = (uint16_t)id;
    lent++;
}

static inline void publish_buffers(void) { __atomic_store_n(&places[0].resv, places_tail, __ATOMIC_RELEASE); }

static inline void open_buffers(void) {
    places = mapped(BUFFERS * sizeof *places, -1, 0);
    buffer_memory = mapped((size_t)BUFFERS * STRIDE, -1, 0);
    struct io_uring_buf_reg group = {.ring_addr = (uint64_t)(uintptr_t)places, .ring_entries = BUFFERS, .bgid = GROUP};
    if (registered(IORING_REGISTER_PBUF_RING, &group, 1) < 0) fail("IORING_REGISTER_PBUF_RING");
    for (unsigned id = 0; id < BUFFERS; id++) lend(id);
    publish_buffers();
}

/// Submits what is filled in, and waits until `wait` results are there.
static inline void enter(unsigned wait) {
    publish_buffers();
    unsigned head = __atomic_load_n(ring.submission_head, __ATOMIC_ACQUIRE);
    __atomic_store_n(ring.submission_tail, ring.tail, __ATOMIC_RELEASE);
    unsigned flags = IORING_ENTER_GETEVENTS | IORING_ENTER_REGISTERED_RING;
    if (syscall(SYS_io_uring_enter, ring.number, ring.tail - head, wait, flags, NULL, 0) < 0)
        if (errno != EINTR && errno != EBUSY && errno != EAGAIN) fail("io_uring_enter");
}

/// An operation to fill in; the upper half of `user` says what it is, the lower one whose.
static inline struct io_uring_sqe *operation(uint8_t opcode, int fd, uint64_t user) {
    while (ring.tail - __atomic_load_n(ring.submission_head, __ATOMIC_ACQUIRE) == ring.count) enter(0);
    struct io_uring_sqe *sqe = &ring.submissions[ring.tail++ & ring.mask];
    memset(sqe, 0, sizeof *sqe);
    sqe->opcode = opcode;
    sqe->fd = fd;
    sqe->user_data = user;
    return sqe;
}

// What the servers have in common: clients are accepted by one operation, received from by one operation each, and
// closed with the next batch.

enum kind { ACCEPT = 1, RECEIVE, SEND, CANCEL, END };

static inline uint64_t user(enum kind kind, int fd) { return (uint64_t)kind << 32 | (uint32_t)fd; }

static inline void start_accepting(int listener) {
    struct io_uring_sqe *sqe = operation(IORING_OP_ACCEPT, listener, user(ACCEPT, listener));
    sqe->ioprio = IORING_ACCEPT_MULTISHOT;
    if (FILES > 0) sqe->file_index = IORING_FILE_INDEX_ALLOC;
    else sqe->accept_flags = SOCK_CLOEXEC;
}

/// An operation on a client's socket.
static inline struct io_uring_sqe *client_operation(uint8_t opcode, int fd, enum kind kind) {
    struct io_uring_sqe *sqe = operation(opcode, fd, user(kind, fd));
    if (FILES > 0) sqe->flags = IOSQE_FIXED_FILE;
    return sqe;
}

static inline void start_receiving(int fd) {
    struct io_uring_sqe *sqe = client_operation(IORING_OP_RECV, fd, RECEIVE);
    sqe->ioprio = SHOTS;
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = GROUP;
}

static inline void start_sending(int fd, const uint8_t *bytes, size_t count) {
    struct io_uring_sqe *sqe = client_operation(SENDING, fd, SEND);
    sqe->addr = (uint64_t)(uintptr_t)bytes;
    sqe->len = (uint32_t)count;
    sqe->msg_flags = MSG_NOSIGNAL;
}

static inline void stop_receiving(int fd) {
    struct io_uring_sqe *sqe = operation(IORING_OP_ASYNC_CANCEL, -1, user(CANCEL, fd));
    sqe->addr = user(RECEIVE, fd);
    sqe->flags = IOSQE_CQE_SKIP_SUCCESS;
}

static inline void start_closing(int fd) {
    struct io_uring_sqe *sqe = operation(IORING_OP_CLOSE, FILES > 0 ? 0 : fd, user(END, fd));
    if (FILES > 0) sqe->file_index = (uint32_t)fd + 1;
    sqe->flags = IOSQE_CQE_SKIP_SUCCESS;
}

/// Runs the ring for ever: `each` gets every result, and `after` comes after every batch of them.
static inline _Noreturn void run_ring(void (*each)(const struct io_uring_cqe *), void (*after)(void)) {
    for (;;) {
        enter(1);
        unsigned head = *ring.completion_head, tail = __atomic_load_n(ring.completion_tail, __ATOMIC_ACQUIRE);
        for (; head != tail; head++) each(&ring.completions[head & ring.completion_mask]);
        __atomic_store_n(ring.completion_head, head, __ATOMIC_RELEASE);
        if (after) after();
    }
}
#endif
