// What the files of the test program for message.h share.
#ifndef MESSAGE_TESTS_H
#define MESSAGE_TESTS_H
#include "../loopback.h"

/// Memory for control data, aligned as the calls want it.
typedef struct {
    size_t storage[64];
} control_t;

static inline csock_message_t message_of(csock_buffer_t *buffers, size_t count) {
    csock_message_t message = {.buffers = buffers, .buffer_count = count};
    return message;
}

/// Sets what a record claims as its length.
static inline void claim(control_t *control, size_t offset, size_t length) {
    struct cmsghdr header;
    memcpy(&header, (uint8_t *)control + offset, sizeof header);
    header.cmsg_len = (__typeof__(header.cmsg_len))length;
    memcpy((uint8_t *)control + offset, &header, sizeof header);
}

// The other files' checks, one function a file.
void check_records(void);
void check_descriptors(void);
void check_credentials(void);
void check_packet_info(void);
#endif
