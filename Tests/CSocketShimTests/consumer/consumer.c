// A round trip through the library, valid as C11 and as C++17.
#include <CSocketShim.h>

#include <stdio.h>

int main(void) {
    int32_t pair[2];
    char bytes[8] = {0};
    int64_t value = 0;
    if (csock_socketpair(AF_UNIX, csock_SOCK_STREAM | csock_SOCK_CLOEXEC, 0, pair) < 0) return 1;
    if (csock_send(pair[0], "hello", 5, csock_MSG_NOSIGNAL) != 5) return 2;
    if (csock_recv(pair[1], bytes, sizeof bytes, 0) != 5 || memcmp(bytes, "hello", 5) != 0) return 3;
    if (csock_close(pair[0]) < 0 || csock_close(pair[1]) < 0 || csock_close(pair[0]) != -EBADF) return 4;
    if (csock_constant("SO_REUSEADDR", &value) != 0 || value != csock_SO_REUSEADDR) return 5;
    printf("%s %s\n", csock_version(), csock_error_name(-ECONNREFUSED));
    return 0;
}
