// The calls from a program with times and sizes of 64 bits, which 32-bit glibc lets it choose, and the library has not.
#define _FILE_OFFSET_BITS 64
#define _TIME_BITS 64
#include "timeout.h"

#include <stdlib.h>

int32_t large_file(void) {
    char path[] = "/tmp/csock-XXXXXX";
    int32_t file = mkstemp(path);
    TRUE(file >= 0);
    EQUAL(csock_unlink(path), 0);
    EQUAL(ftruncate(file, (off_t)3 << 30), 0);
    return file;
}

void check_with_wide_types(void) {
    a_time_out_goes_in_and_comes_out();
    a_time_out_is_never_cut();
}
