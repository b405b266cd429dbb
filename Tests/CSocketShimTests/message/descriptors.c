// Descriptors in control data.
#include "message.h"

/// Sends `count` duplicates of descriptor 2 with one byte.
static int64_t send_descriptors(int32_t descriptor, size_t count) {
    static size_t storage[2048 / sizeof(size_t)];
    static int32_t numbers[256];
    char byte = 'f';
    csock_buffer_t buffer = {&byte, 1};
    csock_message_t message = message_of(&buffer, 1);
    for (size_t i = 0; i < count; i++) numbers[i] = 2;
    int64_t length = csock_control_put(storage, sizeof storage, 0, csock_SOL_SOCKET, csock_SCM_RIGHTS, numbers,
                                       count * sizeof *numbers);
    if (!TRUE(length > 0)) return length;
    message.control = storage;
    message.control_length = (size_t)length;
    return csock_sendmsg(descriptor, &message, 0);
}

/// Receives into `room` bytes of control data, closes what came and answers how many that were.
static size_t receive_descriptors(int32_t descriptor, size_t room, int32_t *flags) {
    control_t control;
    csock_control_record_t record = {0};
    char byte = 0;
    csock_buffer_t buffer = {&byte, 1};
    csock_message_t message = message_of(&buffer, 1);
    message.control = &control;
    message.control_length = room;
    EQUAL(csock_recvmsg(descriptor, &message, csock_MSG_CMSG_CLOEXEC), 1);
    *flags = message.flags;
    TRUE(message.control_length <= room);
    if (csock_control_next(&control, message.control_length, 0, &record) <= 0) return 0;
    EQUAL(record.type, csock_SCM_RIGHTS);
    for (size_t i = 0; i < record.count / sizeof(int32_t); i++) {
        int32_t number;
        memcpy(&number, (const uint8_t *)&control + record.offset + i * sizeof number, sizeof number);
        EQUAL(csock_close_on_exec(number), csock_MSG_CMSG_CLOEXEC != 0);
        EQUAL(csock_close(number), 0);
    }
    return record.count / sizeof(int32_t);
}

static void descriptors_travel(void) {
    int32_t pair[2], flags = 0;
    unix_pair(csock_SOCK_STREAM, pair);
    EQUAL(send_descriptors(pair[0], 4), 1);
    EQUAL(receive_descriptors(pair[1], csock_control_space(16), &flags), 4);
    EQUAL(flags & csock_MSG_CTRUNC, 0);
    close_pair(pair);
}

#ifdef CSOCK_LINUX
static void descriptors_that_do_not_fit_are_dropped_and_told(void) {
    if (emulator_differs("asks the kernel for more control data than fits, drops the rest, and does not tell")) return;
    int32_t pair[2], flags = 0;
    const size_t head = CMSG_LEN(0);
    unix_pair(csock_SOCK_STREAM, pair);
    for (size_t room = 0; room <= head + 3 * sizeof(int32_t); room++) {
        EQUAL(send_descriptors(pair[0], 3), 1);
        size_t fit = room < head ? 0 : (room - head) / sizeof(int32_t);
        EQUAL(receive_descriptors(pair[1], room, &flags), fit);
        EQUAL((flags & csock_MSG_CTRUNC) != 0, fit < 3);
    }
    EQUAL(send_descriptors(pair[0], 3), 1);
    const size_t with_padding = (csock_control_space(4) - head) / sizeof(int32_t);  // 2 on 64-bit systems
    EQUAL(receive_descriptors(pair[1], csock_control_space(4), &flags), with_padding);
    close_pair(pair);
}

static void too_many_or_bad_descriptors_are_refused(void) {
    int32_t pair[2], bad = 9999, flags = 0;
    control_t control;
    char byte = 'x';
    csock_buffer_t buffer = {&byte, 1};
    csock_message_t message = message_of(&buffer, 1);
    unix_pair(csock_SOCK_STREAM, pair);
    EQUAL(send_descriptors(pair[0], 254), -EINVAL);
    message.control = &control;
    message.control_length = (size_t)csock_control_put(&control, sizeof control, 0, csock_SOL_SOCKET, csock_SCM_RIGHTS,
                                                       &bad, sizeof bad);
    EQUAL(csock_sendmsg(pair[0], &message, 0), -EBADF);
    claim(&control, 0, 5);
    if (!emulator_differs("sends a record whose length it does not understand"))
        EQUAL(csock_sendmsg(pair[0], &message, 0), -EINVAL);
    EQUAL(csock_send(pair[0], &byte, 1, 0), 1);
    EQUAL(receive_descriptors(pair[1], sizeof control, &flags), 0);
    close_pair(pair);
}

static void at_the_limit_descriptors_are_dropped_and_told(void) {
    int32_t pair[2], flags = 0;
    unix_pair(csock_SOCK_STREAM, pair);
    EQUAL(send_descriptors(pair[0], 3), 1);
    int64_t limit = csock_descriptor_limit();
    int32_t first_free = csock_duplicate(2);
    EQUAL(csock_close(first_free), 0);
    EQUAL(csock_set_descriptor_limit(first_free + 1), 0);
    size_t came = receive_descriptors(pair[1], csock_control_space(12), &flags);
    EQUAL(csock_set_descriptor_limit(limit), 0);
    TRUE(came <= 1);
    EQUAL(flags & csock_MSG_CTRUNC, csock_MSG_CTRUNC);
    close_pair(pair);
}
#endif

void check_descriptors(void) {
    descriptors_travel();
#ifdef CSOCK_LINUX
    descriptors_that_do_not_fit_are_dropped_and_told();
    too_many_or_bad_descriptors_are_refused();
    at_the_limit_descriptors_are_dropped_and_told();
#endif
}
