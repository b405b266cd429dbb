// What both files of the test program for calls.h check: a program may choose the size of time_t, on some systems.
#ifndef CALLS_TIMEOUT_H
#define CALLS_TIMEOUT_H
#include "../loopback.h"

/// The option as a symbol and by its name, which is looked up in the library, go with the time as it is written here.
static inline void a_time_out_goes_in_and_comes_out(void) {
    int64_t by_name = 0;
    EQUAL(csock_constant("SO_RCVTIMEO", &by_name), 0);
    EQUAL(by_name, csock_SO_RCVTIMEO);
    const int32_t names[] = {csock_SO_RCVTIMEO, (int32_t)by_name};
    for (size_t i = 0; i < 2; i++) {
        uint64_t time[2] = {UINT64_MAX, UINT64_MAX};
        uint32_t length = sizeof time;
        char byte;
        int32_t one = bound_socket(csock_SOCK_DGRAM), size = csock_timeval_put(time, 1020000);
        EQUAL(size, csock_timeval_size());
        EQUAL(csock_setsockopt(one, csock_SOL_SOCKET, names[i], time, (uint32_t)size), 0);
        EQUAL(csock_getsockopt(one, csock_SOL_SOCKET, names[i], time, &length), 0);
        const int is_of_longs = size == (int32_t)(2 * sizeof(long));
        if (is_of_longs || !emulator_differs("reads the longer SO_RCVTIMEO of 32 bits as an int")) EQUAL(length, size);
        if (EQUAL(csock_timeval_get(time), 1020000)) {  // else nobody knows how long it would wait
            csock_timeval_put(time, 20000);
            EQUAL(csock_setsockopt(one, csock_SOL_SOCKET, names[i], time, (uint32_t)size), 0);
            int64_t start = csock_monotonic_ns();
            EQUAL(csock_recv(one, &byte, 1, 0), -EAGAIN);
            TRUE(csock_monotonic_ns() - start > 19000000);
        }
        EQUAL(csock_close(one), 0);
    }
}

/// A number of seconds that does not fit becomes the most that does, which is 68 years or more.
static inline void a_time_out_is_never_cut(void) {
    const int64_t years = (int64_t)31556952 * 1000000;
    const int64_t times[] = {69 * years, 100 * years, 137 * years, 1000 * years, INT64_MAX};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        uint64_t time[2];
        TRUE(csock_timeval_put(time, times[i]) > 0);
        int64_t back = csock_timeval_get(time);
        TRUE(back <= times[i] && back >= 68 * years);
    }
}

/// A file of more than 2 GiB, whose name is gone already.
int32_t large_file(void);

void check_with_wide_types(void);
#endif
