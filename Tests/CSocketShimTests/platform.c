// platform.h and system.h: one header is enough, and it shows what a plain C11 program needs.
#include "check.h"

static void the_umbrella_header_shows_the_system(void) {
    TRUE(sizeof(struct sockaddr_storage) > 0 && sizeof(struct sockaddr_un) > 0 && sizeof(struct msghdr) > 0);
    TRUE(sizeof(struct ifaddrs) > 0 && sizeof(struct addrinfo) > 0 && sizeof(struct pollfd) > 0);
}

static void exactly_one_system_is_chosen(void) {
    int systems = 0;
#ifdef CSOCK_LINUX
    systems++;
#endif
#ifdef CSOCK_APPLE
    systems++;
#endif
#ifdef CSOCK_BSD
    systems++;
#endif
    EQUAL(systems, 1);
}

int main(void) {
    check_begin();
    the_umbrella_header_shows_the_system();
    exactly_one_system_is_chosen();
    return check_end();
}
