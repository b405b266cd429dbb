// ring.h: a ring of io_uring, its time-outs, its buffers, and what other processes get of it.
#include "loopback.h"

#include <stdbool.h>

#ifdef __linux__
#include <linux/io_uring.h>

enum { NOP_COUNT = 1000, GROUP = 3, BUFFERS = 4, BUFFER_SIZE = 64, SECOND = 1000000000 };

static const uint32_t setup = 1 << 12 | 1 << 13;  // single issuer, deferred work

static csock_ring_t open_ring(uint32_t entries) {
    csock_ring_t ring;
    EQUAL(csock_ring_open(&ring, entries, 0, setup), 0);
    return ring;
}

/// The next result, which is there already or comes within ten seconds.
static csock_ring_completion_t next_result(csock_ring_t *ring) {
    csock_ring_completion_t result = {0, -ETIME, 0};
    if (csock_ring_ready(ring) == 0) TRUE(csock_ring_enter(ring, 1, INT64_C(10) * SECOND) >= 0);
    if (!TRUE(csock_ring_ready(ring) > 0)) return result;
    csock_ring_peek(ring, 0, &result);
    csock_ring_advance(ring, 1);
    return result;
}

static csock_ring_submission_t *next_operation(csock_ring_t *ring, int32_t operation, int32_t descriptor, uint64_t user) {
    csock_ring_submission_t *next = csock_ring_next(ring);
    TRUE(next != NULL);
    next->operation = (uint8_t)operation;
    next->descriptor = descriptor;
    next->user = user;
    return next;
}

static void results_come_in_order_however_often_the_ring_turns(void) {
    csock_ring_t ring = open_ring(8);
    EQUAL(ring.submission_count, 8);
    EQUAL(ring.completion_count, 16);
    EQUAL(csock_close_on_exec(ring.descriptor), 1);
    for (uint64_t i = 0; i < NOP_COUNT; i++) {
        next_operation(&ring, csock_IORING_OP_NOP, -1, i);
        EQUAL(csock_ring_pending(&ring), 1);
        csock_ring_completion_t result = next_result(&ring);
        EQUAL(result.user, i);
        EQUAL(result.result, 0);
        EQUAL(csock_ring_pending(&ring), 0);
    }
    EQUAL(csock_ring_close(&ring), 0);
    EQUAL(csock_ring_close(&ring), -EBADF);
}

static void a_full_ring_says_so(void) {
    csock_ring_t ring = open_ring(4);
    for (uint64_t i = 0; i < 4; i++) next_operation(&ring, csock_IORING_OP_NOP, -1, i);
    TRUE(csock_ring_next(&ring) == NULL);
    EQUAL(csock_ring_enter(&ring, 4, -1), 4);
    EQUAL(csock_ring_ready(&ring), 4);
    for (uint32_t i = 0; i < 4; i++) {
        csock_ring_completion_t result;
        csock_ring_peek(&ring, i, &result);
        EQUAL(result.user, i);
    }
    csock_ring_advance(&ring, 4);
    EQUAL(csock_ring_ready(&ring), 0);
    TRUE(csock_ring_next(&ring) != NULL);
    EQUAL(csock_ring_close(&ring), 0);
}

static void results_that_do_not_fit_are_kept(void) {
    csock_ring_t ring = open_ring(4);
    uint64_t sent = 0, seen = 0;
    for (int round = 0; round < 8; round++) {
        while (csock_ring_pending(&ring) < 4) next_operation(&ring, csock_IORING_OP_NOP, -1, sent++);
        TRUE(csock_ring_enter(&ring, 0, -1) >= 0);
    }
    EQUAL(csock_ring_needs_enter(&ring), 1);
    while (seen < sent) EQUAL(next_result(&ring).user, seen++);
    EQUAL(csock_ring_close(&ring), 0);
}

static void waiting_ends_with_the_time(void) {
    csock_ring_t ring = open_ring(4);
    int64_t before = csock_monotonic_ns();
    EQUAL(csock_ring_enter(&ring, 1, 20000000), -ETIME);
    TRUE(csock_monotonic_ns() - before >= 20000000);
    EQUAL(csock_ring_enter(&ring, 1, 0), -ETIME);
    // What is submitted counts, also when the time is up.
    int32_t pair[2];
    char byte;
    unix_pair(csock_SOCK_STREAM, pair);
    csock_ring_submission_t *receive = next_operation(&ring, csock_IORING_OP_RECV, pair[0], 7);
    receive->address = (uint64_t)(uintptr_t)&byte;
    receive->length = 1;
    EQUAL(csock_ring_enter(&ring, 1, 1000000), 1);
    EQUAL(csock_ring_ready(&ring), 0);
    EQUAL(csock_send(pair[1], "x", 1, 0), 1);
    csock_ring_completion_t result = next_result(&ring);
    EQUAL(result.user, 7);
    EQUAL(result.result, 1);
    EQUAL(byte, 'x');
    close_pair(pair);
    EQUAL(csock_ring_close(&ring), 0);
}

static void an_operation_is_cancelled_by_its_number(void) {
    csock_ring_t ring = open_ring(4);
    int32_t pair[2];
    char byte;
    unix_pair(csock_SOCK_STREAM, pair);
    csock_ring_submission_t *receive = next_operation(&ring, csock_IORING_OP_RECV, pair[0], 1);
    receive->address = (uint64_t)(uintptr_t)&byte;
    receive->length = 1;
    next_operation(&ring, csock_IORING_OP_ASYNC_CANCEL, -1, 2)->address = 1;
    int32_t seen[3] = {0, 1, 1};
    for (int i = 0; i < 2; i++) {
        csock_ring_completion_t result = next_result(&ring);
        if (TRUE(result.user == 1 || result.user == 2)) seen[result.user] = result.result;
    }
    EQUAL(seen[1], -ECANCELED);
    EQUAL(seen[2], 0);
    next_operation(&ring, csock_IORING_OP_ASYNC_CANCEL, -1, 2)->address = 1;
    EQUAL(next_result(&ring).result, -ENOENT);
    close_pair(pair);
    EQUAL(csock_ring_close(&ring), 0);
}

static void expect_buffer(csock_ring_t *ring, const uint8_t *memory, uint32_t id, char byte, bool more) {
    csock_ring_completion_t result = next_result(ring);
    EQUAL(result.result, 1);
    EQUAL(result.flags & (uint32_t)csock_IORING_CQE_F_BUFFER, csock_IORING_CQE_F_BUFFER);
    EQUAL((result.flags & (uint32_t)csock_IORING_CQE_F_MORE) != 0, more);
    EQUAL(result.flags >> 16, id);
    EQUAL(memory[id * BUFFER_SIZE], byte);
}

static void receive_often(csock_ring_t *ring, int32_t descriptor) {
    csock_ring_submission_t *receive = next_operation(ring, csock_IORING_OP_RECV, descriptor, 9);
    receive->modifier = (uint16_t)csock_IORING_RECV_MULTISHOT;
    receive->flags = (uint8_t)csock_IOSQE_BUFFER_SELECT;
    receive->buffer = GROUP;
}

static void one_operation_receives_into_buffers_of_the_ring(void) {
    csock_ring_t ring = open_ring(8);
    csock_ring_buffers_t buffers;
    static uint8_t memory[BUFFERS * BUFFER_SIZE];
    int32_t pair[2];
    unix_pair(csock_SOCK_DGRAM, pair);
    EQUAL(csock_ring_buffers_open(&ring, &buffers, GROUP, 3), -EINVAL);
    EQUAL(csock_ring_buffers_open(&ring, &buffers, GROUP, BUFFERS), 0);
    for (uint16_t i = 0; i < BUFFERS; i++)
        csock_ring_buffers_add(&buffers, memory + i * BUFFER_SIZE, BUFFER_SIZE, i);
    csock_ring_buffers_publish(&buffers);
    receive_often(&ring, pair[0]);
    for (uint32_t i = 0; i < BUFFERS; i++) {
        const char byte = (char)('a' + i);
        EQUAL(csock_send(pair[1], &byte, 1, 0), 1);
        expect_buffer(&ring, memory, i, byte, true);
    }
    // Without buffers it ends; with one that was given back it starts again, and the datagram has waited.
    EQUAL(csock_send(pair[1], "z", 1, 0), 1);
    EQUAL(next_result(&ring).result, -ENOBUFS);
    csock_ring_buffers_add(&buffers, memory + 2 * BUFFER_SIZE, BUFFER_SIZE, 2);
    csock_ring_buffers_publish(&buffers);
    receive_often(&ring, pair[0]);
    expect_buffer(&ring, memory, 2, 'z', true);
    EQUAL(csock_ring_buffers_close(&ring, &buffers), 0);
    EQUAL(csock_ring_buffers_close(&ring, &buffers), -EINVAL);
    close_pair(pair);
    EQUAL(csock_ring_close(&ring), 0);
}

static void a_thread_s_own_number_for_the_ring_does_the_same(void) {
    csock_ring_t ring = open_ring(4);
    EQUAL(csock_ring_register_self(&ring), 0);
    TRUE(ring.registered >= 0);
    next_operation(&ring, csock_IORING_OP_NOP, -1, 5);
    EQUAL(next_result(&ring).user, 5);
    EQUAL(csock_ring_enter(&ring, 1, 1000000), -ETIME);
    EQUAL(csock_ring_close(&ring), 0);
}

static void the_kernel_says_what_it_has(void) {
    csock_ring_t ring = open_ring(4);
    EQUAL(csock_ring_supports(&ring, csock_IORING_OP_RECV), 1);
    EQUAL(csock_ring_supports(&ring, 255), 0);
    EQUAL(csock_ring_supports(&ring, -1), -EINVAL);
    EQUAL(csock_ring_supports(&ring, 256), -EINVAL);
    EQUAL(csock_ring_register(&ring, 12345, NULL, 0), -EINVAL);
    EQUAL(csock_ring_close(&ring), 0);
}

static void what_cannot_be_opened_leaves_nothing(void) {
    csock_ring_t ring;
    EQUAL(csock_ring_open(&ring, 0, 0, 0), -EINVAL);
    EQUAL(csock_ring_open(&ring, 1 << 30, 0, 0), -EINVAL);
    EQUAL(csock_ring_open(&ring, 4, 0, UINT32_C(1) << 31), -EINVAL);
    EQUAL(csock_ring_open(&ring, 4, 0, (uint32_t)csock_IORING_SETUP_DEFER_TASKRUN), -EINVAL);
}

static void a_child_has_not_the_memory(void) {
    csock_ring_t ring = open_ring(4);
    memset(ring.submissions, 'x', 1);
    EQUAL(child_finds(ring.submissions, 'x'), 0);
    next_operation(&ring, csock_IORING_OP_NOP, -1, 5);
    EQUAL(next_result(&ring).user, 5);
    EQUAL(csock_ring_close(&ring), 0);
}

static void the_numbers_are_those_of_the_headers(void) {
#ifdef IORING_SETUP_DEFER_TASKRUN  // headers of Linux 6.1 or newer, which have all of these
    EQUAL(csock_IORING_ACCEPT_MULTISHOT, IORING_ACCEPT_MULTISHOT);
    EQUAL(csock_IORING_ASYNC_CANCEL_ALL, IORING_ASYNC_CANCEL_ALL);
    EQUAL(csock_IORING_ASYNC_CANCEL_ANY, IORING_ASYNC_CANCEL_ANY);
    EQUAL(csock_IORING_ASYNC_CANCEL_FD, IORING_ASYNC_CANCEL_FD);
    EQUAL(csock_IORING_ASYNC_CANCEL_FD_FIXED, IORING_ASYNC_CANCEL_FD_FIXED);
    EQUAL(csock_IORING_CQE_F_BUFFER, IORING_CQE_F_BUFFER);
    EQUAL(csock_IORING_CQE_F_MORE, IORING_CQE_F_MORE);
    EQUAL(csock_IORING_CQE_F_NOTIF, IORING_CQE_F_NOTIF);
    EQUAL(csock_IORING_CQE_F_SOCK_NONEMPTY, IORING_CQE_F_SOCK_NONEMPTY);
    EQUAL(csock_IORING_FEAT_CQE_SKIP, IORING_FEAT_CQE_SKIP);
    EQUAL(csock_IORING_FEAT_EXT_ARG, IORING_FEAT_EXT_ARG);
    EQUAL(csock_IORING_FEAT_FAST_POLL, IORING_FEAT_FAST_POLL);
    EQUAL(csock_IORING_FEAT_LINKED_FILE, IORING_FEAT_LINKED_FILE);
    EQUAL(csock_IORING_FEAT_NODROP, IORING_FEAT_NODROP);
    EQUAL(csock_IORING_FEAT_SINGLE_MMAP, IORING_FEAT_SINGLE_MMAP);
    EQUAL(csock_IORING_LINK_TIMEOUT_UPDATE, IORING_LINK_TIMEOUT_UPDATE);
    EQUAL(csock_IORING_OP_ACCEPT, IORING_OP_ACCEPT);
    EQUAL(csock_IORING_OP_ASYNC_CANCEL, IORING_OP_ASYNC_CANCEL);
    EQUAL(csock_IORING_OP_CLOSE, IORING_OP_CLOSE);
    EQUAL(csock_IORING_OP_CONNECT, IORING_OP_CONNECT);
    EQUAL(csock_IORING_OP_LINK_TIMEOUT, IORING_OP_LINK_TIMEOUT);
    EQUAL(csock_IORING_OP_MSG_RING, IORING_OP_MSG_RING);
    EQUAL(csock_IORING_OP_NOP, IORING_OP_NOP);
    EQUAL(csock_IORING_OP_POLL_ADD, IORING_OP_POLL_ADD);
    EQUAL(csock_IORING_OP_POLL_REMOVE, IORING_OP_POLL_REMOVE);
    EQUAL(csock_IORING_OP_READ, IORING_OP_READ);
    EQUAL(csock_IORING_OP_RECV, IORING_OP_RECV);
    EQUAL(csock_IORING_OP_RECVMSG, IORING_OP_RECVMSG);
    EQUAL(csock_IORING_OP_SEND, IORING_OP_SEND);
    EQUAL(csock_IORING_OP_SENDMSG, IORING_OP_SENDMSG);
    EQUAL(csock_IORING_OP_SENDMSG_ZC, IORING_OP_SENDMSG_ZC);
    EQUAL(csock_IORING_OP_SEND_ZC, IORING_OP_SEND_ZC);
    EQUAL(csock_IORING_OP_SHUTDOWN, IORING_OP_SHUTDOWN);
    EQUAL(csock_IORING_OP_SOCKET, IORING_OP_SOCKET);
    EQUAL(csock_IORING_OP_SPLICE, IORING_OP_SPLICE);
    EQUAL(csock_IORING_OP_TIMEOUT, IORING_OP_TIMEOUT);
    EQUAL(csock_IORING_OP_TIMEOUT_REMOVE, IORING_OP_TIMEOUT_REMOVE);
    EQUAL(csock_IORING_OP_WRITE, IORING_OP_WRITE);
    EQUAL(csock_IORING_POLL_ADD_MULTI, IORING_POLL_ADD_MULTI);
    EQUAL(csock_IORING_POLL_UPDATE_EVENTS, IORING_POLL_UPDATE_EVENTS);
    EQUAL(csock_IORING_RECVSEND_FIXED_BUF, IORING_RECVSEND_FIXED_BUF);
    EQUAL(csock_IORING_RECVSEND_POLL_FIRST, IORING_RECVSEND_POLL_FIRST);
    EQUAL(csock_IORING_RECV_MULTISHOT, IORING_RECV_MULTISHOT);
    EQUAL(csock_IORING_REGISTER_FILES2, IORING_REGISTER_FILES2);
    EQUAL(csock_IORING_REGISTER_FILES_UPDATE2, IORING_REGISTER_FILES_UPDATE2);
    EQUAL(csock_IORING_REGISTER_FILE_ALLOC_RANGE, IORING_REGISTER_FILE_ALLOC_RANGE);
    EQUAL(csock_IORING_REGISTER_SYNC_CANCEL, IORING_REGISTER_SYNC_CANCEL);
    EQUAL(csock_IORING_SETUP_CLAMP, IORING_SETUP_CLAMP);
    EQUAL(csock_IORING_SETUP_COOP_TASKRUN, IORING_SETUP_COOP_TASKRUN);
    EQUAL(csock_IORING_SETUP_CQSIZE, IORING_SETUP_CQSIZE);
    EQUAL(csock_IORING_SETUP_DEFER_TASKRUN, IORING_SETUP_DEFER_TASKRUN);
    EQUAL(csock_IORING_SETUP_SINGLE_ISSUER, IORING_SETUP_SINGLE_ISSUER);
    EQUAL(csock_IORING_SETUP_SUBMIT_ALL, IORING_SETUP_SUBMIT_ALL);
    EQUAL(csock_IORING_SETUP_TASKRUN_FLAG, IORING_SETUP_TASKRUN_FLAG);
    EQUAL(csock_IORING_TIMEOUT_ABS, IORING_TIMEOUT_ABS);
    EQUAL(csock_IORING_TIMEOUT_BOOTTIME, IORING_TIMEOUT_BOOTTIME);
    EQUAL(csock_IORING_TIMEOUT_ETIME_SUCCESS, IORING_TIMEOUT_ETIME_SUCCESS);
    EQUAL(csock_IORING_TIMEOUT_REALTIME, IORING_TIMEOUT_REALTIME);
    EQUAL(csock_IORING_TIMEOUT_UPDATE, IORING_TIMEOUT_UPDATE);
    EQUAL(csock_IORING_UNREGISTER_FILES, IORING_UNREGISTER_FILES);
    EQUAL(csock_IOSQE_ASYNC, IOSQE_ASYNC);
    EQUAL(csock_IOSQE_BUFFER_SELECT, IOSQE_BUFFER_SELECT);
    EQUAL(csock_IOSQE_CQE_SKIP_SUCCESS, IOSQE_CQE_SKIP_SUCCESS);
    EQUAL(csock_IOSQE_FIXED_FILE, IOSQE_FIXED_FILE);
    EQUAL(csock_IOSQE_IO_HARDLINK, IOSQE_IO_HARDLINK);
    EQUAL(csock_IOSQE_IO_LINK, IOSQE_IO_LINK);
#endif
}

/// 0 where rings can be made, else what the system says instead.
static int32_t availability(void) {
    csock_ring_t ring;
    int32_t result = csock_ring_open(&ring, 4, 0, setup);
    if (result == 0) csock_ring_close(&ring);
    return result;
}

int main(void) {
    check_begin();
    the_numbers_are_those_of_the_headers();
    int32_t result = availability();
    if (result < 0) {
        printf("skipped: a ring answers %s here\n", csock_error_name(result));
        return check_failures > 0 ? 1 : SKIP;
    }
    results_come_in_order_however_often_the_ring_turns();
    a_full_ring_says_so();
    results_that_do_not_fit_are_kept();
    waiting_ends_with_the_time();
    an_operation_is_cancelled_by_its_number();
    one_operation_receives_into_buffers_of_the_ring();
    a_thread_s_own_number_for_the_ring_does_the_same();
    the_kernel_says_what_it_has();
    what_cannot_be_opened_leaves_nothing();
    a_child_has_not_the_memory();
    return check_end();
}
#else
int main(void) {
    printf("skipped: io_uring is Linux's\n");
    return SKIP;
}
#endif
