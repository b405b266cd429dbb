// readiness.h: kqueue, where there is one.
#include "loopback.h"

#ifndef CSOCK_LINUX
enum { ROOM = 8, MILLISECOND = 1000000 };

static csock_kevent_t change(int32_t descriptor, int32_t filter, int32_t flags, uint64_t user) {
    csock_kevent_t result = {descriptor, filter, (uint32_t)flags, user, 0};
    return result;
}

static void it_brings_back_the_number_it_was_given(void) {
    int32_t pair[2], queue = csock_kqueue_create();
    struct kevent events[ROOM];
    TRUE(queue >= 0);
    EQUAL(csock_close_on_exec(queue), 1);
    EQUAL(csock_kqueue_event_size(), sizeof *events);
    EQUAL(csock_socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    csock_kevent_t both[2] = {change(pair[0], csock_EVFILT_READ, csock_EV_ADD | csock_EV_CLEAR, 4711),
                              change(pair[0], csock_EVFILT_WRITE, csock_EV_ADD | csock_EV_CLEAR, UINTPTR_MAX)};
    EQUAL(csock_kqueue_change(queue, both, 2), 0);
    EQUAL(csock_kqueue_wait(queue, events, ROOM, 0), 1);
    csock_kevent_t event = csock_kqueue_event(events, 0);
    EQUAL(event.filter, csock_EVFILT_WRITE);
    EQUAL(event.user, UINTPTR_MAX);
    EQUAL(csock_send(pair[1], "abc", 3, 0), 3);
    EQUAL(csock_kqueue_wait(queue, events, ROOM, -1), 1);
    event = csock_kqueue_event(events, 0);
    EQUAL(event.descriptor, pair[0]);
    EQUAL(event.filter, csock_EVFILT_READ);
    EQUAL(event.user, 4711);
    EQUAL(event.data, 3);
    // Edge-triggered: what was told is not told again.
    EQUAL(csock_kqueue_wait(queue, events, ROOM, MILLISECOND), 0);
    EQUAL(csock_close(pair[1]), 0);
    TRUE(csock_kqueue_wait(queue, events, ROOM, -1) >= 1);
    TRUE(csock_kqueue_event(events, 0).flags & (uint32_t)csock_EV_EOF);
    EQUAL(csock_close(pair[0]), 0);
    EQUAL(csock_close(queue), 0);
}

static void it_reports_its_errors(void) {
    int32_t queue = csock_kqueue_create();
    struct kevent events[ROOM];
    csock_kevent_t many[9];
    memset(many, 0, sizeof many);
    EQUAL(csock_kqueue_change(queue, many, 9), -EINVAL);
    csock_kevent_t one = change(queue, csock_EVFILT_READ, csock_EV_DELETE, 0);
    EQUAL(csock_kqueue_change(queue, &one, 1), -ENOENT);
    EQUAL(csock_kqueue_wait(queue, events, -1, 0), -EINVAL);
    EQUAL(csock_close(queue), 0);
    EQUAL(csock_kqueue_change(queue, &one, 1), -EBADF);
    EQUAL(csock_kqueue_wait(queue, events, ROOM, 0), -EBADF);
}

int main(void) {
    check_begin();
    it_brings_back_the_number_it_was_given();
    it_reports_its_errors();
    return check_end();
}
#else
int main(void) {
    printf("skipped: Linux has no kqueue\n");
    return SKIP;
}
#endif
