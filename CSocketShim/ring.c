// io_uring: opening, entering and registering. The layouts are the kernel's own, which never change, so that the age of
// the installed headers does not matter.
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1
#endif
#include "csocket/ring.h"

#ifdef CSOCK_LINUX
#include <sys/mman.h>
#include <sys/syscall.h>

// The same numbers on all processors but alpha, since they came after the tables were unified.
enum { CALL_SETUP = 425, CALL_ENTER = 426, CALL_REGISTER = 427 };

enum { FEATURES = 1 << 0 | 1 << 1 | 1 << 8 };  // one mapping for both queues, no result is lost, waiting with a time-out
enum { SETUP_CQSIZE = 1 << 3, SETUP_DEFER_TASKRUN = 1 << 13, SETUP_NO_SQARRAY = 1 << 16 };
enum { ENTER_GETEVENTS = 1 << 0, ENTER_EXT_ARG = 1 << 3, ENTER_REGISTERED_RING = 1 << 4 };
enum { REGISTER_PROBE = 8, REGISTER_RING_FDS = 20, REGISTER_PBUF_RING = 22, UNREGISTER_PBUF_RING = 23 };

static const off_t OFFSET_QUEUES = 0, OFFSET_SUBMISSIONS = 0x10000000;

typedef struct {
    uint32_t head, tail, mask, count, flags, dropped, array, reserved;
    uint64_t address;
} submission_offsets_t;

typedef struct {
    uint32_t head, tail, mask, count, overflow, completions, flags, reserved;
    uint64_t address;
} completion_offsets_t;

// struct io_uring_params
typedef struct {
    uint32_t submissions, completions, setup, poll_cpu, poll_idle, features, worker, reserved[3];
    submission_offsets_t submission;
    completion_offsets_t completion;
} parameters_t;

_Static_assert(sizeof(parameters_t) == 120, "as the kernel has it");
_Static_assert(sizeof(csock_ring_submission_t) == 64, "as the kernel has it");
_Static_assert(sizeof(csock_ring_completion_t) == 16, "as the kernel has it");
_Static_assert(sizeof(csock_ring_buffer_t) == 16, "as the kernel has it");

static size_t larger(size_t one, size_t other) { return one > other ? one : other; }

static size_t submissions_size(const csock_ring_t *ring) {
    return ring->submission_count * sizeof *ring->submissions;
}

static int32_t map(int32_t descriptor, size_t size, off_t offset, void **memory) {
    void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, descriptor, offset);
    if (pages == MAP_FAILED) return -errno;
    *memory = pages;
    return (int32_t)csock_result(madvise(pages, size, MADV_DONTFORK));
}

static int32_t map_queues(csock_ring_t *ring, const parameters_t *p) {
    size_t array = p->submission.array + p->submissions * sizeof(uint32_t);
    size_t completions = p->completion.completions + p->completions * sizeof(csock_ring_completion_t);
    ring->queues_size = larger(array, completions);
    int32_t result = map(ring->descriptor, ring->queues_size, OFFSET_QUEUES, &ring->queues);
    if (result < 0) return result;
    void *submissions = NULL;
    result = map(ring->descriptor, submissions_size(ring), OFFSET_SUBMISSIONS, &submissions);
    ring->submissions = submissions;
    return result;
}

static uint32_t *word(const csock_ring_t *ring, uint32_t offset) {
    return (uint32_t *)(void *)((uint8_t *)ring->queues + offset);
}

static void find_fields(csock_ring_t *ring, const parameters_t *p) {
    ring->submission_head = word(ring, p->submission.head);
    ring->submission_tail = word(ring, p->submission.tail);
    ring->submission_flags = word(ring, p->submission.flags);
    ring->completion_head = word(ring, p->completion.head);
    ring->completion_tail = word(ring, p->completion.tail);
    ring->completions = (void *)word(ring, p->completion.completions);
    ring->tail = *ring->submission_tail;
    if (p->setup & SETUP_NO_SQARRAY) return;
    // The detour that could reorder submissions leads straight on.
    for (uint32_t i = 0; i < p->submissions; i++) word(ring, p->submission.array)[i] = i;
}

int32_t csock_ring_open(csock_ring_t *ring, uint32_t entries, uint32_t completions, uint32_t setup) {
    parameters_t p;
    memset(&p, 0, sizeof p);
    memset(ring, 0, sizeof *ring);
    ring->registered = -1;
    p.setup = completions > 0 ? setup | SETUP_CQSIZE : setup;
    p.completions = completions;
    ring->descriptor = (int32_t)csock_result(syscall(CALL_SETUP, entries, &p));
    if (ring->descriptor < 0) return ring->descriptor;
    ring->features = p.features;
    ring->setup = p.setup;
    ring->submission_count = p.submissions;
    ring->completion_count = p.completions;
    int32_t result = (p.features & FEATURES) == FEATURES ? map_queues(ring, &p) : -ENOTSUP;
    if (result < 0) {
        csock_ring_close(ring);
        return result;
    }
    find_fields(ring, &p);
    return 0;
}

int32_t csock_ring_close(csock_ring_t *ring) {
    if (ring->submissions) munmap(ring->submissions, submissions_size(ring));
    if (ring->queues) munmap(ring->queues, ring->queues_size);
    int32_t result = csock_close(ring->descriptor);
    memset(ring, 0, sizeof *ring);
    ring->descriptor = ring->registered = -1;
    return result;
}

int32_t csock_ring_register(const csock_ring_t *ring, uint32_t operation, const void *argument, uint32_t count) {
    return (int32_t)csock_result(syscall(CALL_REGISTER, ring->descriptor, operation, argument, count));
}

int32_t csock_ring_register_self(csock_ring_t *ring) {
    // struct io_uring_rsrc_update: the place to use, or any, and what to put there.
    struct {
        uint32_t place, reserved;
        uint64_t data;
    } update = {UINT32_MAX, 0, (uint64_t)ring->descriptor};
    int32_t result = csock_ring_register(ring, REGISTER_RING_FDS, &update, 1);
    if (result < 0) return result;
    ring->registered = (int32_t)update.place;
    return 0;
}

int32_t csock_ring_supports(const csock_ring_t *ring, int32_t operation) {
    // struct io_uring_probe
    struct {
        uint8_t last, count;
        uint16_t reserved[7];
        struct {
            uint8_t operation, reserved;
            uint16_t flags;
            uint32_t more;
        } operations[256];
    } probe;
    if (operation < 0 || operation > 255) return -EINVAL;
    memset(&probe, 0, sizeof probe);
    int32_t result = csock_ring_register(ring, REGISTER_PROBE, &probe, 256);
    if (result < 0) return result;
    return operation <= probe.last && (probe.operations[operation].flags & 1) != 0;
}

static int64_t enter(const csock_ring_t *ring, uint32_t submit, uint32_t wait, uint32_t flags, const void *argument,
                     size_t size) {
    int32_t descriptor = ring->descriptor;
    if (ring->registered >= 0) {
        descriptor = ring->registered;
        flags |= ENTER_REGISTERED_RING;
    }
    return csock_result(syscall(CALL_ENTER, descriptor, submit, wait, flags, argument, size));
}

int32_t csock_ring_enter(csock_ring_t *ring, uint32_t wait, int64_t timeout_ns) {
    uint32_t submit = csock_ring_pending(ring);
    __atomic_store_n(ring->submission_tail, ring->tail, __ATOMIC_RELEASE);
    // With deferred work, only a call that asks for results does the work.
    uint32_t flags = wait > 0 || (ring->setup & SETUP_DEFER_TASKRUN) || csock_ring_needs_enter(ring) ? ENTER_GETEVENTS : 0;
    if (wait == 0 || timeout_ns < 0) return (int32_t)enter(ring, submit, wait, flags, NULL, 0);
    const int64_t time[2] = {timeout_ns / 1000000000, timeout_ns % 1000000000};
    // struct io_uring_getevents_arg
    const struct {
        uint64_t mask;
        uint32_t mask_size, reserved;
        uint64_t time;
    } argument = {0, 0, 0, (uint64_t)(uintptr_t)time};
    return (int32_t)enter(ring, submit, wait, flags | ENTER_EXT_ARG, &argument, sizeof argument);
}

static size_t places_size(uint32_t count) { return count * sizeof(csock_ring_buffer_t); }

// struct io_uring_buf_reg
typedef struct {
    uint64_t address;
    uint32_t count;
    uint16_t group, flags;
    uint64_t reserved[3];
} registration_t;

int32_t csock_ring_buffers_open(const csock_ring_t *ring, csock_ring_buffers_t *buffers, uint16_t group,
                                uint32_t count) {
    void *memory = NULL;
    memset(buffers, 0, sizeof *buffers);
    int32_t result = csock_unforked_map(places_size(count), &memory);
    if (result < 0) return result;
    const registration_t registration = {.address = (uint64_t)(uintptr_t)memory, .count = count, .group = group};
    result = csock_ring_register(ring, REGISTER_PBUF_RING, &registration, 1);
    if (result < 0) {
        csock_unforked_unmap(memory, places_size(count));
        return result;
    }
    buffers->places = memory;
    buffers->count = count;
    buffers->group = group;
    return 0;
}

int32_t csock_ring_buffers_close(const csock_ring_t *ring, csock_ring_buffers_t *buffers) {
    if (!buffers->places) return -EINVAL;
    const registration_t registration = {.group = buffers->group};
    int32_t result = csock_ring_register(ring, UNREGISTER_PBUF_RING, &registration, 1);
    csock_unforked_unmap(buffers->places, places_size(buffers->count));
    memset(buffers, 0, sizeof *buffers);
    return result;
}
#endif
