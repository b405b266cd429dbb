// message.h: messages of several buffers, with addresses, and in batches. The folder has what control data carries.
#include "message/message.h"

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

int main(void) {
    check_begin();
    several_buffers_are_one_message();
    a_message_carries_addresses_and_tells_of_truncation();
    an_error_leaves_the_message_alone();
    a_batch_of_any_size_goes_and_comes();
    a_batch_waits_for_the_first_message_only();
    a_failure_in_the_middle_of_a_batch_shows_next_time();
#ifdef CSOCK_LINUX
    lengths_that_no_system_takes_are_refused_not_cut();
    more_buffers_than_the_system_takes_are_refused();
#endif
    check_records();
    check_descriptors();
    check_credentials();
    check_packet_info();
    return check_end();
}
