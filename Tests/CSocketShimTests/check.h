// What the test programs share: checks that print where and what, and the ledger of descriptors.
#ifndef CHECK_H
#define CHECK_H
#include "CSocketShim.h"

#include <stdio.h>

enum { SKIP = 77 };

// Weak, so that the files of one program count together.
__attribute__((weak)) int check_count, check_failures;

/// Two integers are equal. Codes below zero print with their errno name.
#define EQUAL(actual, expected) \
    check_equal((int64_t)(actual), (int64_t)(expected), #actual " == " #expected, __FILE__, __LINE__)
#define TRUE(condition) check_equal((condition) ? 1 : 0, 1, #condition, __FILE__, __LINE__)

/// `count` bytes are equal; the first different one is printed.
#define SAME_BYTES(actual, expected, count) check_bytes(actual, expected, count, #actual, __FILE__, __LINE__)

static inline void check_print(const char *label, int64_t value) {
    const char *name = value < 0 && value > -4096 ? csock_error_name((int32_t)value) : NULL;
    fprintf(stderr, "    %s %lld%s%s\n", label, (long long)value, name ? " -" : "", name ? name : "");
}

static inline int check_equal(int64_t actual, int64_t expected, const char *text, const char *file, int line) {
    check_count++;
    if (actual == expected) return 1;
    check_failures++;
    fprintf(stderr, "%s:%d: %s\n", file, line, text);
    check_print("actual:  ", actual);
    check_print("expected:", expected);
    return 0;
}

static inline void check_bytes(const void *actual, const void *expected, size_t count, const char *text,
                               const char *file, int line) {
    const uint8_t *one = actual, *other = expected;
    check_count++;
    for (size_t i = 0; i < count; i++) {
        if (one[i] == other[i]) continue;
        check_failures++;
        fprintf(stderr, "%s:%d: %s differs at byte %zu: %02x, expected %02x\n", file, line, text, i, one[i], other[i]);
        return;
    }
}

/// Whether an emulator of single programs runs this one, as its starter says, which does here what no kernel does. Says
/// what is left out. Where a kernel runs the program, nothing is.
static inline int emulator_differs(const char *how) {
    if (!csock_environment("CSOCK_EMULATED")) return 0;
    printf("skipped: the emulator %s\n", how);
    return 1;
}

static int64_t check_descriptors_before;

/// First and last statement of a program: what it opens it closes.
static inline void check_begin(void) { check_descriptors_before = csock_open_descriptors(NULL, 0); }

static inline int check_end(void) {
    EQUAL(csock_open_descriptors(NULL, 0), check_descriptors_before);
    printf("%d checks, %d failures\n", check_count, check_failures);
    return check_failures > 0;
}
#endif
