// Credentials in control data, and of a peer.
#include "message.h"

#ifdef CSOCK_LINUX
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

void check_credentials(void) {
#ifdef CSOCK_LINUX
    credentials_travel();
    the_peer_of_a_pair_is_this_process();
#endif
}
