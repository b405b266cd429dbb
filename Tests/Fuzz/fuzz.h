// What the fuzz targets share. Each defines the one function that libFuzzer, or replay.c, calls with bytes.
#ifndef FUZZ_H
#define FUZZ_H
#include "CSocketShim.h"

#include <stdio.h>
#include <stdlib.h>

#define MUST(condition) \
    do { \
        if (condition) break; \
        fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
        abort(); \
    } while (0)

/// Memory of exactly this size, so that a sanitizer sees one byte too many.
static inline uint8_t *exact_memory(size_t count) {
    uint8_t *memory = malloc(count > 0 ? count : 1);
    MUST(memory != NULL);
    return memory;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

#endif
