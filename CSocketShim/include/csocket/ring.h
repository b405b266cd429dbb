// io_uring: operations go to the kernel through one ring in shared memory, and their results come back through another.
// This is the ring alone, without the library liburing: which operation means what is io_uring_enter(2).
//
// A ring belongs to one thread at a time, except for csock_ring_open's memory, which nobody else knows.
#ifndef CSOCKET_RING_H
#define CSOCKET_RING_H
#include "process.h"
#ifdef CSOCK_LINUX
CSOCK_BEGIN

/// One operation for the kernel, as it reads it: which fields count depends on `operation`. C: struct io_uring_sqe
typedef struct csock_ring_submission {
    uint8_t operation;  // csock_IORING_OP_...
    uint8_t flags;      // csock_IOSQE_...
    uint16_t modifier;  // csock_IORING_ACCEPT_MULTISHOT, csock_IORING_RECV_MULTISHOT ...
    int32_t descriptor;
    uint64_t offset;    // or a second address, such as that of a peer's length
    uint64_t address;   // of memory, which has to stay until the result is there
    uint32_t length;
    uint32_t operation_flags;  // of send, receive, accept, poll, time-out or cancellation
    uint64_t user;             // comes back with the result
    uint16_t buffer;           // a group of provided buffers, or a registered buffer
    uint16_t personality;
    int32_t file;  // a place in the table of registered files, counted from 1; the length of a peer's address
    uint64_t more[2];
} csock_ring_submission_t;

/// What became of an operation. C: struct io_uring_cqe
typedef struct csock_ring_completion {
    uint64_t user;   // that of the operation
    int32_t result;  // >= 0, or -errno
    uint32_t flags;  // csock_IORING_CQE_F_..., and the buffer that was taken in the upper half
} csock_ring_completion_t;

/// A ring, in memory of the caller. The fields are the shim's own, but for `descriptor` and `features`.
typedef struct csock_ring {
    int32_t descriptor;
    uint32_t features;  // csock_IORING_FEAT_...
    uint32_t setup;     // csock_IORING_SETUP_... that it was opened with
    uint32_t submission_count;
    uint32_t completion_count;
    uint32_t tail;  // of the submissions, up to which they are filled in
    int32_t registered;
    uint32_t reserved;
    csock_ring_submission_t *CSOCK_NULLABLE submissions;
    const csock_ring_completion_t *CSOCK_NULLABLE completions;
    uint32_t *CSOCK_NULLABLE submission_head;
    uint32_t *CSOCK_NULLABLE submission_tail;
    uint32_t *CSOCK_NULLABLE submission_flags;
    uint32_t *CSOCK_NULLABLE completion_head;
    uint32_t *CSOCK_NULLABLE completion_tail;
    void *CSOCK_NULLABLE queues;
    size_t queues_size;
} csock_ring_t;

/// Opens a ring for `entries` submissions at once and `completions` results (0: twice as many), both rounded up to a
/// power of two. `setup` is csock_IORING_SETUP_...; -EINVAL when the kernel is too old for one of them, -ENOTSUP when
/// it is older than 5.11, -EPERM or -ENOSYS where io_uring is forbidden or missing. Exec closes it, and children do not
/// get its memory. C: io_uring_setup(2), which has no wrapper, and mmap(2)
CSOCK_API int32_t csock_ring_open(csock_ring_t *ring, uint32_t entries, uint32_t completions, uint32_t setup);

/// Closes the ring. The kernel cancels what runs, but this does not wait for it: memory that was lent may still be
/// written to, unless all results were seen. C: close(2), munmap(2)
CSOCK_API int32_t csock_ring_close(csock_ring_t *ring);

/// Makes this thread's enter calls cheaper, by a number for the ring that only this thread has. 0, or -EINVAL before
/// Linux 5.18. C: io_uring_register(2) IORING_REGISTER_RING_FDS
CSOCK_API int32_t csock_ring_register_self(csock_ring_t *ring);

/// 1 when the kernel has the operation, 0 when it has not, -errno when it does not tell.
/// C: io_uring_register(2) IORING_REGISTER_PROBE
CSOCK_API int32_t csock_ring_supports(const csock_ring_t *ring, int32_t operation);

/// A call on the ring that has no function of its own here. C: io_uring_register(2)
CSOCK_API int32_t csock_ring_register(const csock_ring_t *ring, uint32_t operation, const void *CSOCK_NULLABLE argument,
                                      uint32_t count);

/// Submits all that is filled in and waits until `wait` results are there, for at most `timeout_ns` (negative: for ever).
/// How many were submitted; if none, -ETIME when the time was up, -EINTR. -EBUSY: results have to be seen first.
/// C: io_uring_enter(2), which has no wrapper
CSOCK_API int32_t csock_ring_enter(csock_ring_t *ring, uint32_t wait, int64_t timeout_ns);

/// Submissions that were filled in and that the kernel has not taken.
CSOCK_INLINE uint32_t csock_ring_pending(const csock_ring_t *ring) {
    return ring->tail - __atomic_load_n(ring->submission_head, __ATOMIC_ACQUIRE);
}

/// The next submission to be filled in, all zeroes; NULL when there is no room before csock_ring_enter.
CSOCK_INLINE csock_ring_submission_t *CSOCK_NULLABLE csock_ring_next(csock_ring_t *ring) {
    if (csock_ring_pending(ring) == ring->submission_count) return NULL;
    csock_ring_submission_t *next = &ring->submissions[ring->tail++ & (ring->submission_count - 1)];
    memset(next, 0, sizeof *next);
    return next;
}

/// How many results wait to be seen.
CSOCK_INLINE uint32_t csock_ring_ready(const csock_ring_t *ring) {
    return __atomic_load_n(ring->completion_tail, __ATOMIC_ACQUIRE) - *ring->completion_head;
}

/// Result `index` of those that are ready, without taking it.
CSOCK_INLINE void csock_ring_peek(const csock_ring_t *ring, uint32_t index, csock_ring_completion_t *completion) {
    *completion = ring->completions[(*ring->completion_head + index) & (ring->completion_count - 1)];
}

/// Takes `count` results away, so that the kernel can write others in their place.
CSOCK_INLINE void csock_ring_advance(csock_ring_t *ring, uint32_t count) {
    __atomic_store_n(ring->completion_head, *ring->completion_head + count, __ATOMIC_RELEASE);
}

/// 1 when results are ready that did not fit, or work that only csock_ring_enter does: it has to be called to get them.
CSOCK_INLINE int32_t csock_ring_needs_enter(const csock_ring_t *ring) {
    const uint32_t wanted = 1U << 1 | 1U << 2;  // IORING_SQ_CQ_OVERFLOW, IORING_SQ_TASKRUN
    return (__atomic_load_n(ring->submission_flags, __ATOMIC_RELAXED) & wanted) != 0;
}

/// One place in a ring of provided buffers. C: struct io_uring_buf
typedef struct csock_ring_buffer {
    uint64_t address;
    uint32_t length;
    uint16_t id;
    uint16_t tail;  // that of the ring, in the first place
} csock_ring_buffer_t;

/// Buffers that the kernel takes from when there is something to receive. C: struct io_uring_buf_ring
typedef struct csock_ring_buffers {
    csock_ring_buffer_t *CSOCK_NULLABLE places;
    uint32_t count;
    uint16_t group;
    uint16_t tail;  // up to which places are filled in
} csock_ring_buffers_t;

/// Makes a ring of `count` places, a power of two up to 32768, known as `group`. -EINVAL before Linux 5.19.
/// C: io_uring_register(2) IORING_REGISTER_PBUF_RING
CSOCK_API int32_t csock_ring_buffers_open(const csock_ring_t *ring, csock_ring_buffers_t *buffers, uint16_t group,
                                          uint32_t count);

/// Ends it. C: io_uring_register(2) IORING_UNREGISTER_PBUF_RING
CSOCK_API int32_t csock_ring_buffers_close(const csock_ring_t *ring, csock_ring_buffers_t *buffers);

/// Lends memory to the kernel, once csock_ring_buffers_publish is called, under an id that comes back with the result.
/// There may be at most `count` at a time.
CSOCK_INLINE void csock_ring_buffers_add(csock_ring_buffers_t *buffers, void *memory, uint32_t length, uint16_t id) {
    csock_ring_buffer_t *place = &buffers->places[buffers->tail++ & (buffers->count - 1)];
    place->address = (uint64_t)(uintptr_t)memory;
    place->length = length;
    place->id = id;
}

/// Lets the kernel see what was added.
CSOCK_INLINE void csock_ring_buffers_publish(csock_ring_buffers_t *buffers) {
    __atomic_store_n(&buffers->places[0].tail, buffers->tail, __ATOMIC_RELEASE);
}

CSOCK_END
#endif
#endif
