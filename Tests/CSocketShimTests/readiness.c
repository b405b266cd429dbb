// readiness.h: sets of any size, select, poll and epoll.
#include "loopback.h"

enum { WORDS = 3, MANY_WORDS = 64, MILLISECOND = 1000000 };

static void a_set_holds_what_was_put_in(void) {
    csock_word_t set[WORDS] = {0};
    const int32_t limit = WORDS * (int32_t)CSOCK_WORD_BITS;
    for (int32_t descriptor = 0; descriptor < limit; descriptor++) {
        EQUAL(csock_set_contains(set, WORDS, descriptor), 0);
        EQUAL(csock_set_insert(set, WORDS, descriptor), 0);
        EQUAL(csock_set_contains(set, WORDS, descriptor), 1);
        EQUAL(csock_set_next(set, WORDS, 0), descriptor);
        EQUAL(csock_set_next(set, WORDS, descriptor + 1), -ENOENT);
        EQUAL(csock_set_remove(set, WORDS, descriptor), 0);
        EQUAL(set[0] | set[1] | set[2], 0);
    }
}

static void a_set_is_never_overrun(void) {
    csock_word_t memory[WORDS + 2], *set = memory + 1;
    memset(memory, 0xAA, sizeof memory);
    const int32_t outside[] = {-1, INT32_MIN, WORDS * (int32_t)CSOCK_WORD_BITS, 1024, 65536, INT32_MAX};
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        EQUAL(csock_set_insert(set, WORDS, outside[i]), -EINVAL);
        EQUAL(csock_set_remove(set, WORDS, outside[i]), -EINVAL);
        EQUAL(csock_set_contains(set, WORDS, outside[i]), 0);
    }
    EQUAL(csock_set_insert(set, 0, 0), -EINVAL);
    EQUAL(csock_set_next(set, 0, 0), -ENOENT);
    EQUAL(csock_set_next(set, WORDS, INT32_MAX), -ENOENT);
    for (size_t i = 0; i < sizeof memory; i++) EQUAL(((const uint8_t *)memory)[i], 0xAA);
}

static void a_set_is_walked_in_order(void) {
    csock_word_t set[MANY_WORDS] = {0};
    const int32_t members[] = {0, 1, 63, 64, 127, 1023, 1024, 2047};
    for (size_t i = 0; i < 8; i++) EQUAL(csock_set_insert(set, MANY_WORDS, members[i]), 0);
    int32_t next = csock_set_next(set, MANY_WORDS, -5);
    for (size_t i = 0; i < 8; i++) {
        EQUAL(next, members[i]);
        next = csock_set_next(set, MANY_WORDS, next + 1);
    }
    EQUAL(next, -ENOENT);
}

static void the_words_of_a_set_are_counted(void) {
    const int32_t bits = (int32_t)CSOCK_WORD_BITS;
    EQUAL(csock_set_words(0), 0);
    EQUAL(csock_set_words(-1), 0);
    EQUAL(csock_set_words(1), 1);
    EQUAL(csock_set_words(bits), 1);
    EQUAL(csock_set_words(bits + 1), 2);
    EQUAL(csock_set_words(INT32_MAX), ((size_t)INT32_MAX + (size_t)bits - 1) / (size_t)bits);
}

static void a_set_is_what_the_system_macros_make(void) {
    fd_set system;
    csock_word_t own[sizeof system / sizeof(csock_word_t)] = {0};
    FD_ZERO(&system);
    for (int32_t descriptor = 0; descriptor < FD_SETSIZE; descriptor += 17) {
        FD_SET(descriptor, &system);
        EQUAL(csock_set_insert(own, sizeof own / sizeof *own, descriptor), 0);
    }
    SAME_BYTES(own, &system, sizeof system);
}

static void select_tells_who_is_ready(void) {
    int32_t pair[2];
    unix_pair(csock_SOCK_STREAM, pair);
    csock_word_t readable[16] = {0}, writable[16] = {0}, exceptional[16] = {0};
    int32_t limit = (pair[0] > pair[1] ? pair[0] : pair[1]) + 1;
    csock_set_insert(readable, 16, pair[1]);
    EQUAL(csock_select(limit, readable, NULL, NULL, 16, 0), 0);
    EQUAL(csock_set_next(readable, 16, 0), -ENOENT);
    EQUAL(csock_send(pair[0], "x", 1, 0), 1);
    csock_set_insert(readable, 16, pair[1]);
    csock_set_insert(writable, 16, pair[0]);
    csock_set_insert(exceptional, 16, pair[0]);
    EQUAL(csock_select(limit, readable, writable, exceptional, 16, -1), 2);
    EQUAL(csock_set_next(readable, 16, 0), pair[1]);
    EQUAL(csock_set_next(writable, 16, 0), pair[0]);
    EQUAL(csock_set_next(exceptional, 16, 0), -ENOENT);
    close_pair(pair);
}

static void select_refuses_more_than_the_sets_hold(void) {
    csock_word_t set[1] = {0};
    EQUAL(csock_select((int32_t)CSOCK_WORD_BITS + 1, set, NULL, NULL, 1, 0), -EINVAL);
    EQUAL(csock_select(-1, set, NULL, NULL, 1, 0), -EINVAL);
    EQUAL(csock_select((int32_t)CSOCK_WORD_BITS, set, NULL, NULL, 1, 0), 0);
}

static void select_reports_a_closed_descriptor(void) {
    int32_t closed = csock_duplicate(2);
    csock_word_t set[16] = {0};
    EQUAL(csock_close(closed), 0);
    csock_set_insert(set, 16, closed);
    EQUAL(csock_select(closed + 1, set, NULL, NULL, 16, 0), -EBADF);
}

static void time_is_rounded_up(void) {
    csock_pollfd_t none;
    int64_t start = csock_monotonic_ns();
    EQUAL(csock_select(0, NULL, NULL, NULL, 0, 3 * MILLISECOND + 1), 0);
    TRUE(csock_monotonic_ns() - start > 3 * MILLISECOND);
    start = csock_monotonic_ns();
    EQUAL(csock_poll(&none, 0, 3 * MILLISECOND + 1), 0);
    TRUE(csock_monotonic_ns() - start > 3 * MILLISECOND);
}

static void a_very_long_time_is_a_time(void) {
    int32_t pair[2];
    unix_pair(csock_SOCK_STREAM, pair);
    EQUAL(csock_send(pair[0], "x", 1, 0), 1);
    csock_word_t set[16] = {0};
    csock_set_insert(set, 16, pair[1]);
    csock_pollfd_t entry = {.descriptor = pair[1], .events = (int16_t)csock_POLLIN};
    // The second one has more seconds than 31 bits hold, and the third more than 32.
    const int64_t times[] = {INT64_MAX, (int64_t)3000000000 * 1000000000, (int64_t)5000000000 * 1000000000};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        EQUAL(csock_select(pair[1] + 1, set, NULL, NULL, 16, times[i]), 1);
        EQUAL(csock_poll(&entry, 1, times[i]), 1);
    }
    close_pair(pair);
}

static void poll_tells_who_is_ready(void) {
    int32_t pair[2];
    unix_pair(csock_SOCK_STREAM, pair);
    csock_pollfd_t entries[3] = {
        {.descriptor = pair[0], .events = (int16_t)(csock_POLLIN | csock_POLLOUT)},
        {.descriptor = -1, .events = (int16_t)csock_POLLIN, .ready = 77},
        {.descriptor = INT32_MAX, .events = (int16_t)csock_POLLIN},
    };
    EQUAL(csock_poll(entries, 3, -1), 2);
    EQUAL(entries[0].ready, csock_POLLOUT);
    EQUAL(entries[1].ready, 0);
    EQUAL(entries[2].ready, csock_POLLNVAL);
    EQUAL(csock_close(pair[1]), 0);
    entries[0].events = 0;
    EQUAL(csock_poll(entries, 1, 0), 1);
    TRUE(entries[0].ready & csock_POLLHUP);
    EQUAL(csock_close(pair[0]), 0);
}

static void poll_refuses_more_entries_than_descriptors_may_be_open(void) {
    csock_pollfd_t entries[65];
    for (size_t i = 0; i < 65; i++) entries[i] = (csock_pollfd_t){.descriptor = -1};
    int64_t limit = csock_descriptor_limit();
    EQUAL(csock_set_descriptor_limit(64), 0);
    EQUAL(csock_poll(entries, 64, 0), 0);
    EQUAL(csock_poll(entries, 65, 0), -EINVAL);
    EQUAL(csock_set_descriptor_limit(limit), 0);
}

/// Moves a descriptor to a number above 1024, or -1 where the limit is too low.
static int32_t high_duplicate(int32_t descriptor) {
    EQUAL(csock_set_descriptor_limit(2048), 0);
    return csock_descriptor_limit() < 2048 ? -1 : (int32_t)csock_result(fcntl(descriptor, F_DUPFD_CLOEXEC, 1500));
}

static void select_takes_a_descriptor_above_1024(void) {
    if (emulator_differs("ends when select gets a set of more than 1024 descriptors")) return;
    int32_t pair[2];
    unix_pair(csock_SOCK_STREAM, pair);
    int32_t high = high_duplicate(pair[1]);
    if (high >= 0) {
        csock_word_t set[MANY_WORDS] = {0};
        EQUAL(csock_set_insert(set, 16, high), -EINVAL);
        EQUAL(csock_set_insert(set, MANY_WORDS, high), 0);
        EQUAL(csock_select(high + 1, set, NULL, NULL, MANY_WORDS, 0), 0);
        EQUAL(csock_send(pair[0], "x", 1, 0), 1);
        EQUAL(csock_set_insert(set, MANY_WORDS, high), 0);
        EQUAL(csock_select(high + 1, set, NULL, NULL, MANY_WORDS, -1), 1);
        EQUAL(csock_set_next(set, MANY_WORDS, 0), high);
        EQUAL(csock_close(high), 0);
    }
    close_pair(pair);
}

static void poll_takes_a_descriptor_above_1024(void) {
    int32_t pair[2];
    unix_pair(csock_SOCK_STREAM, pair);
    int32_t high = high_duplicate(pair[1]);
    if (high >= 0) {
        csock_pollfd_t entry = {.descriptor = high, .events = (int16_t)csock_POLLIN};
        EQUAL(csock_poll(&entry, 1, 0), 0);
        EQUAL(csock_send(pair[0], "x", 1, 0), 1);
        EQUAL(csock_poll(&entry, 1, -1), 1);
        EQUAL(csock_close(high), 0);
    }
    close_pair(pair);
}

#ifdef CSOCK_LINUX
static void epoll_brings_back_the_number_it_was_given(void) {
    int32_t pair[2], epoll = csock_epoll_create();
    uint64_t data = 0, events[16];
    unix_pair(csock_SOCK_STREAM, pair);
    TRUE(sizeof events >= 4 * csock_epoll_event_size());
    EQUAL(csock_close_on_exec(epoll), 1);
    EQUAL(csock_epoll_ctl(epoll, csock_EPOLL_CTL_ADD, pair[1], (uint32_t)csock_EPOLLIN, UINT64_MAX - 1), 0);
    EQUAL(csock_epoll_ctl(epoll, csock_EPOLL_CTL_ADD, pair[0], (uint32_t)csock_EPOLLOUT, 42), 0);
    EQUAL(csock_epoll_wait(epoll, events, 4, 0), 1);
    EQUAL(csock_epoll_event(events, 0, &data), csock_EPOLLOUT);
    EQUAL(data, 42);
    EQUAL(csock_send(pair[0], "x", 1, 0), 1);
    EQUAL(csock_epoll_wait(epoll, events, 4, -1), 2);
    EQUAL(csock_epoll_wait(epoll, events, 1, INT64_MAX), 1);
    EQUAL(csock_epoll_ctl(epoll, csock_EPOLL_CTL_DEL, pair[0], 0, 0), 0);
    EQUAL(csock_epoll_ctl(epoll, csock_EPOLL_CTL_MOD, pair[1], (uint32_t)csock_EPOLLIN, 7), 0);
    EQUAL(csock_epoll_wait(epoll, events, 4, -1), 1);
    EQUAL(csock_epoll_event(events, 0, &data), csock_EPOLLIN);
    EQUAL(data, 7);
    EQUAL(csock_close(epoll), 0);
    close_pair(pair);
}

static void events_lie_next_to_each_other(void) {
    int32_t pair[2], epoll = csock_epoll_create();
    uint64_t events[16], first = 0, second = 0;
    unix_pair(csock_SOCK_STREAM, pair);
    for (int i = 0; i < 2; i++)
        EQUAL(csock_epoll_ctl(epoll, csock_EPOLL_CTL_ADD, pair[i], (uint32_t)csock_EPOLLOUT, (uint64_t)i + 1), 0);
    EQUAL(csock_epoll_wait(epoll, events, 2, -1), 2);
    csock_epoll_event(events, 0, &first);
    csock_epoll_event(events, 1, &second);
    EQUAL(first + second, 3);
    EQUAL(csock_close(epoll), 0);
    close_pair(pair);
}

static void epoll_reports_its_errors(void) {
    int32_t pair[2], epoll = csock_epoll_create(), file = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    uint64_t events[4];
    const uint32_t in = (uint32_t)csock_EPOLLIN;
    unix_pair(csock_SOCK_STREAM, pair);
    EQUAL(csock_epoll_ctl(epoll, csock_EPOLL_CTL_MOD, pair[0], in, 0), -ENOENT);
    EQUAL(csock_epoll_ctl(epoll, csock_EPOLL_CTL_DEL, pair[0], in, 0), -ENOENT);
    EQUAL(csock_epoll_ctl(epoll, csock_EPOLL_CTL_ADD, pair[0], in, 0), 0);
    EQUAL(csock_epoll_ctl(epoll, csock_EPOLL_CTL_ADD, pair[0], in, 0), -EEXIST);
    EQUAL(csock_epoll_ctl(epoll, csock_EPOLL_CTL_ADD, INT32_MAX, in, 0), -EBADF);
    EQUAL(csock_epoll_ctl(epoll, csock_EPOLL_CTL_ADD, epoll, in, 0), -EINVAL);
    EQUAL(csock_epoll_ctl(epoll, csock_EPOLL_CTL_ADD, file, in, 0), -EPERM);
    EQUAL(csock_epoll_ctl(-1, csock_EPOLL_CTL_ADD, pair[0], in, 0), -EBADF);
    EQUAL(csock_epoll_ctl(epoll, 99, pair[0], in, 0), -EINVAL);
    EQUAL(csock_epoll_wait(epoll, events, 0, 0), -EINVAL);
    EQUAL(csock_epoll_wait(pair[0], events, 1, 0), -EINVAL);
    EQUAL(csock_close(file), 0);
    EQUAL(csock_close(epoll), 0);
    close_pair(pair);
}
#endif

int main(void) {
    check_begin();
    a_set_holds_what_was_put_in();
    a_set_is_never_overrun();
    a_set_is_walked_in_order();
    the_words_of_a_set_are_counted();
    a_set_is_what_the_system_macros_make();
    select_tells_who_is_ready();
    select_refuses_more_than_the_sets_hold();
    select_reports_a_closed_descriptor();
    time_is_rounded_up();
    a_very_long_time_is_a_time();
    poll_tells_who_is_ready();
    poll_refuses_more_entries_than_descriptors_may_be_open();
    select_takes_a_descriptor_above_1024();
    poll_takes_a_descriptor_above_1024();
#ifdef CSOCK_LINUX
    epoll_brings_back_the_number_it_was_given();
    events_lie_next_to_each_other();
    epoll_reports_its_errors();
#endif
    return check_end();
}
