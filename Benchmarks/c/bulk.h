// The protocol of the bulk servers. The first byte of a client says what is to be done.
//
//   '>'  the client sends; at the end of its stream it is told how many bytes there were, in 8 bytes, the lowest first
//   '<'  the client receives until it has enough: byte number N of the stream is N % 251
#ifndef BULK_H
#define BULK_H
#include <stddef.h>
#include <stdint.h>

enum { WAVE = 251, CHUNK = WAVE * 260 };

static inline void fill_wave(uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) bytes[i] = (uint8_t)(i % WAVE);
}
#endif
