// message.h: several buffers, batches, descriptors and credentials in control data, packet information.
#include "loopback.h"

/// Memory for control data, aligned as the calls want it.
typedef struct {
    size_t storage[64];
} control_t;

static csock_message_t message_of(csock_buffer_t *buffers, size_t count) {
    csock_message_t message = {.buffers = buffers, .buffer_count = count};
    return message;
}

static void several_buffers_are_one_message(void) {
    int32_t pair[2];
    char first[] = "ab", second[] = "cde", one[1], other[16];
    unix_pair(csock_SOCK_DGRAM, pair);
    csock_buffer_t out[3] = {{first, 2}, {NULL, 0}, {second, 3}}, in[2] = {{one, 1}, {other, sizeof other}};
    csock_message_t sent = message_of(out, 3), received = message_of(in, 2);
    EQUAL(csock_sendmsg(pair[0], &sent, 0), 5);
    EQUAL(csock_recvmsg(pair[1], &received, 0), 5);
    EQUAL(one[0], 'a');
    SAME_BYTES(other, "bcde", 4);
    EQUAL(received.flags, 0);
    close_pair(pair);
}

static void a_message_carries_addresses_and_tells_of_truncation(void) {
    int32_t one = bound_socket(csock_SOCK_DGRAM), other = bound_socket(csock_SOCK_DGRAM);
    address_t target = local_address(other), own = local_address(one), from;
    char text[] = "hello", room[2];
    csock_buffer_t out = {text, 5}, in = {room, sizeof room};
    csock_message_t sent = message_of(&out, 1), received = message_of(&in, 1);
    sent.address = target.storage;
    sent.address_length = target.length;
    received.address = from.storage;
    received.address_length = CSOCK_ADDRESS_SIZE;
    EQUAL(csock_sendmsg(one, &sent, 0), 5);
    EQUAL(csock_recvmsg(other, &received, 0), 2);
    EQUAL(received.flags & csock_MSG_TRUNC, csock_MSG_TRUNC);
    EQUAL(received.address_length, own.length);
    SAME_BYTES(from.storage, own.storage, own.length);
    received.address = NULL;
    EQUAL(csock_sendmsg(one, &sent, 0), 5);
    EQUAL(csock_recvmsg(other, &received, 0), 2);
    EQUAL(received.address_length, 0);
    EQUAL(csock_close(one), 0);
    EQUAL(csock_close(other), 0);
}

static void an_error_leaves_the_message_alone(void) {
    char room[4];
    csock_buffer_t in = {room, sizeof room};
    csock_message_t message = message_of(&in, 1);
    message.flags = 77;
    message.control_length = 0;
    message.address_length = 5;
    EQUAL(csock_recvmsg(-1, &message, 0), -EBADF);
    EQUAL(csock_sendmsg(-1, &message, 0), -EBADF);
    EQUAL(csock_recvmmsg(-1, &message, 1, 0), -EBADF);
    EQUAL(csock_sendmmsg(-1, &message, 1, 0), -EBADF);
    EQUAL(message.flags, 77);
    EQUAL(message.address_length, 5);
    int32_t file = open("/dev/null", O_RDWR | O_CLOEXEC);
    EQUAL(csock_recvmsg(file, &message, 0), -ENOTSOCK);
    EQUAL(csock_sendmmsg(file, &message, 1, 0), -ENOTSOCK);
    EQUAL(csock_close(file), 0);
}

#ifdef CSOCK_LINUX
static void lengths_that_no_system_takes_are_refused_not_cut(void) {
    const size_t beyond[] = {(size_t)INT32_MAX, (size_t)INT32_MAX + 1, (size_t)UINT32_MAX, SIZE_MAX};
    control_t control;
    for (size_t i = 0; i < sizeof beyond / sizeof *beyond; i++) {
        char byte = 'x';
        csock_buffer_t buffer = {&byte, 1};
        csock_message_t message = message_of(&buffer, 1);
        struct msghdr header;
        message.control = &control;
        message.buffer_count = message.control_length = beyond[i];
        csock_message_to_header(&message, &header);
        TRUE((size_t)header.msg_iovlen >= (size_t)INT32_MAX);
        TRUE((size_t)header.msg_controllen >= (size_t)INT32_MAX);
    }
}

static void more_buffers_than_the_system_takes_are_refused(void) {
    static csock_buffer_t buffers[1025];
    int32_t pair[2];
    unix_pair(csock_SOCK_DGRAM, pair);
    csock_message_t message = message_of(buffers, 1025);
    EQUAL(csock_sendmsg(pair[0], &message, 0), -EMSGSIZE);
    EQUAL(csock_recvmsg(pair[1], &message, csock_MSG_DONTWAIT), -EMSGSIZE);
    close_pair(pair);
}
#endif

enum { MANY = 150 };  // more than the shim hands over in one system call

static void make_batch(csock_message_t *messages, csock_buffer_t *buffers, int32_t *numbers, size_t count) {
    for (size_t i = 0; i < count; i++) {
        buffers[i] = (csock_buffer_t){&numbers[i], sizeof numbers[i]};
        messages[i] = message_of(&buffers[i], 1);
    }
}

static void a_batch_of_any_size_goes_and_comes(void) {
    int32_t pair[2], sent[MANY], received[MANY + 10] = {0}, done = 0, total = 0;
    csock_message_t messages[MANY + 10];
    csock_buffer_t buffers[MANY + 10];
    int32_t size = 1 << 20;
    unix_pair(csock_SOCK_SEQPACKET, pair);
    EQUAL(csock_setsockopt(pair[0], csock_SOL_SOCKET, csock_SO_SNDBUF, &size, sizeof size), 0);
    for (int32_t i = 0; i < MANY; i++) sent[i] = 1000 + i;
    make_batch(messages, buffers, sent, MANY);
    while (done < MANY) {
        int32_t went = csock_sendmmsg(pair[0], messages + done, (uint32_t)(MANY - done), csock_MSG_DONTWAIT);
        if (!TRUE(went > 0)) break;
        for (int32_t i = 0; i < went; i++) EQUAL(messages[done + i].transferred, sizeof *sent);
        done += went;
    }
    make_batch(messages, buffers, received, MANY + 10);
    while (total < MANY) {
        int32_t came = csock_recvmmsg(pair[1], messages + total, (uint32_t)(MANY + 10 - total), 0);
        if (!TRUE(came > 0)) break;
        total += came;
    }
    EQUAL(total, MANY);
    SAME_BYTES(received, sent, sizeof sent);
    EQUAL(messages[MANY - 1].transferred, sizeof *sent);
    EQUAL(csock_recvmmsg(pair[1], messages, 5, csock_MSG_DONTWAIT), -EAGAIN);
    EQUAL(csock_recvmmsg(pair[1], messages, 0, 0), 0);
    EQUAL(csock_sendmmsg(pair[0], messages, 0, 0), 0);
    close_pair(pair);
}

static void a_batch_waits_for_the_first_message_only(void) {
    const int32_t counts[] = {1, 63, 64, 65, 128};
    for (size_t round = 0; round < sizeof counts / sizeof *counts; round++) {
        int32_t pair[2], numbers[MANY] = {0};
        csock_message_t messages[MANY];
        csock_buffer_t buffers[MANY];
        unix_pair(csock_SOCK_SEQPACKET, pair);
        make_batch(messages, buffers, numbers, MANY);
        EQUAL(csock_sendmmsg(pair[0], messages, (uint32_t)counts[round], 0), counts[round]);
        EQUAL(csock_recvmmsg(pair[1], messages, MANY, 0), counts[round]);
        close_pair(pair);
    }
}

static void a_failure_in_the_middle_of_a_batch_shows_next_time(void) {
    int32_t one = bound_socket(csock_SOCK_DGRAM), other = bound_socket(csock_SOCK_DGRAM);
    address_t target = local_address(other);
    static char large[65508];
    csock_buffer_t small = {large, 1}, too_large = {large, sizeof large};
    csock_message_t messages[3] = {message_of(&small, 1), message_of(&too_large, 1), message_of(&small, 1)};
    for (int i = 0; i < 3; i++) {
        messages[i].address = target.storage;
        messages[i].address_length = target.length;
    }
    EQUAL(csock_sendmmsg(one, messages, 3, 0), 1);
    EQUAL(csock_sendmmsg(one, messages + 1, 2, 0), -EMSGSIZE);
    EQUAL(csock_close(one), 0);
    EQUAL(csock_close(other), 0);
}

// Control data as records in bytes

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

/// Sets what a record claims as its length.
static void claim(control_t *control, size_t offset, size_t length) {
    struct cmsghdr header;
    memcpy(&header, (uint8_t *)control + offset, sizeof header);
    header.cmsg_len = (__typeof__(header.cmsg_len))length;
    memcpy((uint8_t *)control + offset, &header, sizeof header);
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

// Descriptors

/// Sends `count` duplicates of descriptor 2 with one byte.
static int64_t send_descriptors(int32_t descriptor, size_t count) {
    static size_t storage[256];
    static int32_t numbers[256];
    char byte = 'f';
    csock_buffer_t buffer = {&byte, 1};
    csock_message_t message = message_of(&buffer, 1);
    for (size_t i = 0; i < count; i++) numbers[i] = 2;
    int64_t length = csock_control_put(storage, sizeof storage, 0, csock_SOL_SOCKET, csock_SCM_RIGHTS, numbers,
                                       count * sizeof *numbers);
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

// Credentials and packet information

static void credentials_travel(void) {
    int32_t pair[2], on = 1;
    control_t control;
    csock_control_record_t record = {0};
    csock_credentials_t own = {csock_getpid(), (uint32_t)getuid(), (uint32_t)getgid()}, seen = {0, 0, 0};
    char byte = 'c';
    csock_buffer_t buffer = {&byte, 1};
    csock_message_t message = message_of(&buffer, 1);
    unix_pair(csock_SOCK_DGRAM, pair);
    EQUAL(csock_setsockopt(pair[1], csock_SOL_SOCKET, csock_SO_PASSCRED, &on, sizeof on), 0);
    message.control = &control;
    message.control_length = (size_t)csock_control_put_credentials(&control, sizeof control, 0, &own);
    EQUAL(csock_sendmsg(pair[0], &message, 0), 1);
    message.control_length = sizeof control;
    EQUAL(csock_recvmsg(pair[1], &message, 0), 1);
    TRUE(csock_control_next(&control, message.control_length, 0, &record) > 0);
    EQUAL(record.type, csock_SCM_CREDENTIALS);
    EQUAL(csock_control_get_credentials(&control, &record, &seen), 0);
    EQUAL(seen.process, own.process);
    EQUAL(seen.user, own.user);
    EQUAL(seen.group, own.group);
    record.count--;
    EQUAL(csock_control_get_credentials(&control, &record, &seen), -EINVAL);
    record.type = csock_SCM_RIGHTS;
    EQUAL(csock_control_get_credentials(&control, &record, &seen), -ENOENT);
    EQUAL(csock_control_put_credentials(&control, csock_control_space(12) - 1, 0, &own), -ENOBUFS);
    close_pair(pair);
}

static void the_peer_of_a_pair_is_this_process(void) {
    int32_t pair[2];
    csock_credentials_t peer = {0, 99, 99};
    unix_pair(csock_SOCK_STREAM, pair);
    EQUAL(csock_peer_credentials(pair[0], &peer), 0);
    EQUAL(peer.process, csock_getpid());
    EQUAL(peer.user, getuid());
    EQUAL(peer.group, getgid());
    close_pair(pair);
    EQUAL(csock_peer_credentials(-1, &peer), -EBADF);
}
#endif

/// Sends a datagram to itself with packet information and answers what arrived.
static csock_packet_info_t packet_info_round_trip(int32_t one, int32_t level, int32_t option, address_t *target,
                                                  const csock_packet_info_t *source) {
    int32_t on = 1;
    control_t control;
    csock_control_record_t record = {0};
    csock_packet_info_t info = {.family = -1};
    char byte = 'p';
    csock_buffer_t buffer = {&byte, 1};
    csock_message_t message = message_of(&buffer, 1);
    EQUAL(csock_setsockopt(one, level, option, &on, sizeof on), 0);
    message.address = target->storage;
    message.address_length = target->length;
    message.control = &control;
    message.control_length = (size_t)csock_control_put_packet_info(&control, sizeof control, 0, source);
    EQUAL(csock_sendmsg(one, &message, 0), 1);
    message.control_length = sizeof control;
    message.address_length = CSOCK_ADDRESS_SIZE;
    EQUAL(csock_recvmsg(one, &message, 0), 1);
    target->length = message.address_length;
    TRUE(csock_control_next(&control, message.control_length, 0, &record) > 0);
    EQUAL(csock_control_get_packet_info(&control, &record, &info), 0);
    csock_packet_info_t ignored;
    for (record.count--; record.count > 0; record.count--)
        EQUAL(csock_control_get_packet_info(&control, &record, &ignored), -EINVAL);
    record.type = 9999;
    EQUAL(csock_control_get_packet_info(&control, &record, &ignored), -ENOENT);
    return info;
}

#ifdef CSOCK_LINUX
static void ipv4_packet_information_chooses_the_source(void) {
    int32_t one = csock_socket(AF_INET, csock_SOCK_DGRAM, 0);
    address_t any = {.length = 16};
    csock_address_put_ipv4(any.storage, sizeof any.storage, (const uint8_t[]){0, 0, 0, 0}, 0);
    EQUAL(csock_bind(one, any.storage, any.length), 0);
    uint8_t from[4];
    uint16_t port = 0;
    address_t own = local_address(one);
    EQUAL(csock_address_get_ipv4(own.storage, own.length, from, &port), 0);
    address_t target = loopback_address(port);
    csock_packet_info_t source = {.family = AF_INET, .address = {127, 0, 0, 5}};
    csock_packet_info_t info = packet_info_round_trip(one, IPPROTO_IP, csock_IP_PKTINFO, &target, &source);
    EQUAL(info.family, AF_INET);
    EQUAL(info.interface_index, csock_if_nametoindex("lo"));
    SAME_BYTES(info.address, ((const uint8_t[]){127, 0, 0, 1}), 4);
    EQUAL(csock_address_get_ipv4(target.storage, target.length, from, &port), 0);
    SAME_BYTES(from, ((const uint8_t[]){127, 0, 0, 5}), 4);
    EQUAL(csock_close(one), 0);
}
#endif

static void ipv6_packet_information_tells_the_destination(void) {
    const uint8_t loopback[16] = {[15] = 1};
    int32_t one = csock_socket(AF_INET6, csock_SOCK_DGRAM, 0);
    address_t target = {.length = 28};
    csock_address_put_ipv6(target.storage, sizeof target.storage, loopback, 0, 0, 0);
    int32_t bound = one < 0 ? one : csock_bind(one, target.storage, target.length);
    if (bound == -EADDRNOTAVAIL || bound == -EAFNOSUPPORT) {
        printf("skipped: this machine has no IPv6\n");
    } else {
        target = local_address(one);
        csock_packet_info_t source = {.family = AF_INET6, .address = {[15] = 1}};
        csock_packet_info_t info =
            packet_info_round_trip(one, IPPROTO_IPV6, csock_IPV6_RECVPKTINFO, &target, &source);
        EQUAL(info.family, AF_INET6);
        TRUE(info.interface_index > 0);
        SAME_BYTES(info.address, loopback, 16);
    }
    if (one >= 0) EQUAL(csock_close(one), 0);
}

static void packet_information_of_another_family_is_refused(void) {
    control_t control;
    csock_packet_info_t info = {.family = AF_UNIX};
    EQUAL(csock_control_put_packet_info(&control, sizeof control, 0, &info), -EAFNOSUPPORT);
    info.family = AF_INET6;
    EQUAL(csock_control_put_packet_info(&control, 8, 0, &info), -ENOBUFS);
}

int main(void) {
    check_begin();
    several_buffers_are_one_message();
    a_message_carries_addresses_and_tells_of_truncation();
    an_error_leaves_the_message_alone();
    a_batch_of_any_size_goes_and_comes();
    a_batch_waits_for_the_first_message_only();
    a_failure_in_the_middle_of_a_batch_shows_next_time();
    sizes_are_those_of_the_system_macros();
    records_go_in_and_out();
    a_record_is_what_the_system_macros_read();
    a_record_that_does_not_fit_is_refused();
    a_record_that_claims_too_much_is_cut();
    a_record_that_claims_less_than_its_header_is_none();
    descriptors_travel();
    ipv6_packet_information_tells_the_destination();
    packet_information_of_another_family_is_refused();
#ifdef CSOCK_LINUX
    lengths_that_no_system_takes_are_refused_not_cut();
    more_buffers_than_the_system_takes_are_refused();
    descriptors_that_do_not_fit_are_dropped_and_told();
    too_many_or_bad_descriptors_are_refused();
    at_the_limit_descriptors_are_dropped_and_told();
    credentials_travel();
    the_peer_of_a_pair_is_this_process();
    ipv4_packet_information_chooses_the_source();
#endif
    return check_end();
}
