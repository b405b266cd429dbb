// select, poll, epoll and kqueue. Time-outs are nanoseconds, rounded up to what the call takes; negative waits for ever.
#ifndef CSOCKET_READINESS_H
#define CSOCKET_READINESS_H
#include "calls.h"
CSOCK_BEGIN

/// The words a set of descriptors is made of. Bit n of the set is bit n % CSOCK_WORD_BITS of word n / CSOCK_WORD_BITS.
/// C: fd_set, which has room for 1024 descriptors and is overrun by the next one
typedef unsigned long csock_word_t;
#define CSOCK_WORD_BITS (8 * sizeof(csock_word_t))

/// Words needed for a set that holds the descriptors 0 ..< `limit`.
CSOCK_INLINE size_t csock_set_words(int32_t limit) {
    return limit <= 0 ? 0 : ((size_t)limit + CSOCK_WORD_BITS - 1) / CSOCK_WORD_BITS;
}

/// Puts a descriptor in: 0, or -EINVAL when it is negative or has no bit in `words` words. C: FD_SET, a macro
CSOCK_INLINE int32_t csock_set_insert(csock_word_t *set, size_t words, int32_t descriptor) {
    if (descriptor < 0 || (size_t)descriptor / CSOCK_WORD_BITS >= words) return -EINVAL;
    set[(size_t)descriptor / CSOCK_WORD_BITS] |= (csock_word_t)1 << ((size_t)descriptor % CSOCK_WORD_BITS);
    return 0;
}

/// Takes a descriptor out: 0, or -EINVAL as for csock_set_insert. C: FD_CLR, a macro
CSOCK_INLINE int32_t csock_set_remove(csock_word_t *set, size_t words, int32_t descriptor) {
    if (descriptor < 0 || (size_t)descriptor / CSOCK_WORD_BITS >= words) return -EINVAL;
    set[(size_t)descriptor / CSOCK_WORD_BITS] &= ~((csock_word_t)1 << ((size_t)descriptor % CSOCK_WORD_BITS));
    return 0;
}

/// 1 when the descriptor is in the set, else 0, also for numbers that no set holds. C: FD_ISSET, a macro
CSOCK_INLINE int32_t csock_set_contains(const csock_word_t *set, size_t words, int32_t descriptor) {
    if (descriptor < 0 || (size_t)descriptor / CSOCK_WORD_BITS >= words) return 0;
    return (set[(size_t)descriptor / CSOCK_WORD_BITS] >> ((size_t)descriptor % CSOCK_WORD_BITS)) & 1;
}

/// The smallest descriptor in the set that is at least `from`, or -ENOENT.
CSOCK_INLINE int32_t csock_set_next(const csock_word_t *set, size_t words, int32_t from) {
    size_t start = from < 0 ? 0 : (size_t)from;
    for (size_t word = start / CSOCK_WORD_BITS; word < words; word++) {
        csock_word_t bits = set[word];
        if (word == start / CSOCK_WORD_BITS) bits &= ~(csock_word_t)0 << (start % CSOCK_WORD_BITS);
        if (bits) return (int32_t)(word * CSOCK_WORD_BITS + (size_t)__builtin_ctzl(bits));
    }
    return -ENOENT;
}

/// How many descriptors are ready; the sets, each of `words` words or NULL, then hold only those. Descriptors beyond the
/// process's table are ignored by the kernel and left in the sets: the caller checks what it puts in. C: select(2)
CSOCK_API int32_t csock_select(int32_t limit, csock_word_t *CSOCK_NULLABLE readable,
                               csock_word_t *CSOCK_NULLABLE writable, csock_word_t *CSOCK_NULLABLE exceptional,
                               size_t words, int64_t timeout_ns);

/// One descriptor to wait for. C: struct pollfd
typedef struct csock_pollfd {
    int32_t descriptor;
    int16_t events;   // csock_POLLIN ...
    int16_t ready;    // out
} csock_pollfd_t;

/// How many entries are ready. C: ppoll(2), hidden behind _GNU_SOURCE; poll(2) where there is none
CSOCK_API int32_t csock_poll(csock_pollfd_t *CSOCK_NULLABLE entries, size_t count, int64_t timeout_ns);

#ifdef CSOCK_LINUX
/// Among the events of csock_epoll_ctl: tells of changes only. No signed constant, which it is too large for. C: EPOLLET
#define CSOCK_EPOLL_EDGE 0x80000000U

/// A descriptor for epoll, closed by exec. C: epoll_create1(2)
CSOCK_INLINE int32_t csock_epoll_create(void) {
    return (int32_t)csock_result(epoll_create1(EPOLL_CLOEXEC));
}

/// `operation` is csock_EPOLL_CTL_ADD, MOD or DEL; `data` comes back with each event. C: epoll_ctl(2), for its struct
CSOCK_INLINE int32_t csock_epoll_ctl(int32_t epoll, int32_t operation, int32_t descriptor, uint32_t events,
                                     uint64_t data) {
    struct epoll_event event;
    memset(&event, 0, sizeof event);
    event.events = events;
    event.data.u64 = data;
    return (int32_t)csock_result(epoll_ctl(epoll, operation, descriptor, &event));
}

/// Bytes of one event in the memory given to csock_epoll_wait. C: struct epoll_event, packed on some processors only
CSOCK_INLINE size_t csock_epoll_event_size(void) { return sizeof(struct epoll_event); }

/// How many events were written to `events`, which has room for `capacity`. C: epoll_wait(2)
CSOCK_INLINE int32_t csock_epoll_wait(int32_t epoll, void *events, int32_t capacity, int64_t timeout_ns) {
    int64_t ms = timeout_ns < 0 ? -1 : timeout_ns / 1000000 + (timeout_ns % 1000000 != 0);
    if (ms > INT32_MAX) ms = INT32_MAX;
    return (int32_t)csock_result(epoll_wait(epoll, (struct epoll_event *)events, capacity, (int)ms));
}

/// As csock_epoll_wait, with a time-out of nanoseconds where the kernel has that (Linux 5.11), and no cancellation point.
/// C: epoll_pwait2(2), which older libcs have no wrapper for
CSOCK_API int32_t csock_epoll_wait_plain(int32_t epoll, void *events, int32_t capacity, int64_t timeout_ns);

/// Reads event `index`: its bits, and the number given with the registration in `*data`.
CSOCK_INLINE uint32_t csock_epoll_event(const void *events, size_t index, uint64_t *data) {
    struct epoll_event event;
    memcpy(&event, (const uint8_t *)events + index * sizeof event, sizeof event);
    *data = event.data.u64;
    return event.events;
}
#else
/// A change of what a queue watches, or an event of it. C: struct kevent, whose members have other types on each system
typedef struct csock_kevent {
    int32_t descriptor;
    int32_t filter;   // csock_EVFILT_READ ...
    uint32_t flags;   // csock_EV_ADD ...
    uint64_t user;    // comes back with each event, as many bits as a pointer has
    int64_t data;     // out: how much there is, or an errno with csock_EV_ERROR
} csock_kevent_t;

/// A descriptor for a queue, closed by exec. C: kqueue(2), which lets exec inherit it
CSOCK_API int32_t csock_kqueue_create(void);

/// Makes at most 8 changes, or those before the first that fails: 0 or its errno. C: kevent(2), for its struct
CSOCK_API int32_t csock_kqueue_change(int32_t queue, const csock_kevent_t *changes, size_t count);

/// Bytes of one event in the memory given to csock_kqueue_wait. C: struct kevent
CSOCK_API size_t csock_kqueue_event_size(void);

/// How many events were written to `events`, which has room for `capacity`; 0 after a day at the latest, unless it waits
/// for ever, because some systems refuse long times. C: kevent(2)
CSOCK_API int32_t csock_kqueue_wait(int32_t queue, void *events, int32_t capacity, int64_t timeout_ns);

/// Reads event `index`.
CSOCK_API csock_kevent_t csock_kqueue_event(const void *events, size_t index);
#endif

CSOCK_END
#endif
