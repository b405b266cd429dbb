// Control data as records in bytes.
#include "message.h"

static void sizes_are_those_of_the_system_macros(void) {
    for (size_t count = 0; count <= 256; count++) {
        EQUAL(csock_control_space(count), CMSG_SPACE(count));
        EQUAL(csock_control_length(count), CMSG_LEN(count));
    }
    const size_t largest = (size_t)INT32_MAX;
    EQUAL(csock_control_length(largest), CMSG_LEN(0) + largest);
    TRUE(csock_control_space(largest) >= csock_control_length(largest));
    EQUAL(csock_control_length(largest + 1), 0);
    EQUAL(csock_control_space(largest + 1), 0);
    EQUAL(csock_control_space(SIZE_MAX), 0);
}

static void records_go_in_and_out(void) {
    control_t control;
    csock_control_record_t record = {0};
    const size_t counts[] = {1, 0, 4, 9, 16};
    int64_t end = 0, offset = 0;
    for (int32_t i = 0; i < 5; i++)
        end = csock_control_put(&control, sizeof control, (size_t)end, 10 + i, 20 + i, "0123456789abcdef", counts[i]);
    for (int32_t i = 0; i < 5; i++) {
        int64_t next = csock_control_next(&control, (size_t)end, (size_t)offset, &record);
        TRUE(next > offset);
        EQUAL(record.level, 10 + i);
        EQUAL(record.type, 20 + i);
        EQUAL(record.count, counts[i]);
        EQUAL(record.partial, 0);
        EQUAL(record.offset, (size_t)offset + CMSG_LEN(0));
        SAME_BYTES((const uint8_t *)&control + record.offset, "0123456789abcdef", counts[i]);
        offset = next;
    }
    EQUAL(offset, end);
    EQUAL(csock_control_next(&control, (size_t)end, (size_t)offset, &record), 0);
}

static void a_record_is_what_the_system_macros_read(void) {
    control_t control;
    int64_t end = csock_control_put(&control, sizeof control, 0, SOL_SOCKET, SCM_RIGHTS, "abcd", 4);
    end = csock_control_put(&control, sizeof control, (size_t)end, IPPROTO_IP, IP_TTL, "efgh", 4);
    struct msghdr header;
    memset(&header, 0, sizeof header);
    header.msg_control = &control;
    header.msg_controllen = (socklen_t)end;
    struct cmsghdr *first = CMSG_FIRSTHDR(&header), *second = CMSG_NXTHDR(&header, first);
    EQUAL(first->cmsg_len, CMSG_LEN(4));
    EQUAL(first->cmsg_type, SCM_RIGHTS);
    SAME_BYTES(CMSG_DATA(first), "abcd", 4);
    TRUE(second != NULL);
    EQUAL(second->cmsg_level, IPPROTO_IP);
    SAME_BYTES(CMSG_DATA(second), "efgh", 4);
    TRUE(CMSG_NXTHDR(&header, second) == NULL);
}

static void a_record_that_does_not_fit_is_refused(void) {
    control_t control;
    memset(&control, 0xEE, sizeof control);
    const size_t space = csock_control_space(4);
    for (size_t room = 0; room < space; room++)
        EQUAL(csock_control_put(&control, room, 0, 1, 1, "abcd", 4), -ENOBUFS);
    EQUAL(csock_control_put(&control, space, 1, 1, 1, "abcd", 4), -ENOBUFS);
    EQUAL(csock_control_put(&control, space, SIZE_MAX, 1, 1, "abcd", 4), -ENOBUFS);
    EQUAL(csock_control_put(&control, SIZE_MAX, 0, 1, 1, NULL, (size_t)INT32_MAX + 1), -EINVAL);
    for (size_t i = 0; i < sizeof control; i++) EQUAL(((const uint8_t *)&control)[i], 0xEE);
    EQUAL(csock_control_put(&control, space, 0, 1, 1, NULL, 4), (int64_t)space);
    SAME_BYTES((const uint8_t *)&control + CMSG_LEN(0), "\0\0\0\0", 4);
}

static void a_record_that_claims_too_much_is_cut(void) {
    control_t control;
    csock_control_record_t record = {0};
    csock_control_put(&control, sizeof control, 0, 1, 2, "abcd", 4);
    const size_t head = CMSG_LEN(0);
    const size_t claims[] = {head + 5, 1000, UINT32_MAX};
    for (size_t i = 0; i < 3; i++) {
        claim(&control, 0, claims[i]);
        EQUAL(csock_control_next(&control, head + 4, 0, &record), (int64_t)head + 4);
        EQUAL(record.count, 4);
        EQUAL(record.partial, 1);
    }
}

static void a_record_that_claims_less_than_its_header_is_none(void) {
    control_t control;
    csock_control_record_t record = {0};
    csock_control_put(&control, sizeof control, 0, 1, 2, "abcd", 4);
    for (size_t length = 0; length < CMSG_LEN(0); length++) {
        claim(&control, 0, length);
        EQUAL(csock_control_next(&control, sizeof control, 0, &record), -EINVAL);
    }
    EQUAL(csock_control_next(&control, sizeof control, sizeof control, &record), 0);
    EQUAL(csock_control_next(&control, sizeof control, SIZE_MAX, &record), 0);
}

void check_records(void) {
    sizes_are_those_of_the_system_macros();
    records_go_in_and_out();
    a_record_is_what_the_system_macros_read();
    a_record_that_does_not_fit_is_refused();
    a_record_that_claims_too_much_is_cut();
    a_record_that_claims_less_than_its_header_is_none();
}
