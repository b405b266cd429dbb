// A client over a Unix socket. Build: gcc unix.c $(pkg-config --cflags --libs csocketshim)
#include <CSocketShim.h>
#include <stdio.h>
#include <stdlib.h>

static int64_t check(const char *what, int64_t result) {
    if (result >= 0) return result;
    const char *name = csock_error_name((int32_t)result);
    fprintf(stderr, "%s: %s\n", what, name ? name : "unknown error");
    exit(1);
}

int main(int count, char **arguments) {
    // The address is a path. Everything else is as with TCP.
    const char *path = count > 1 ? arguments[1] : "/tmp/echo";
    uint64_t address[CSOCK_ADDRESS_SIZE / 8];
    int32_t length = csock_address_put_unix(address, sizeof address, (const uint8_t *)path, (uint32_t)strlen(path));
    check("address", length);
    int32_t type = csock_SOCK_STREAM | csock_SOCK_CLOEXEC;
    int32_t descriptor = (int32_t)check("socket", csock_socket(csock_AF_UNIX, type, 0));
    check("connect", csock_connect(descriptor, address, (uint32_t)length));
    check("send", csock_send(descriptor, "hello from C\n", 13, csock_MSG_NOSIGNAL));
    check("shutdown", csock_shutdown(descriptor, csock_SHUT_WR));

    char buffer[256];
    int64_t received;
    while ((received = check("recv", csock_recv(descriptor, buffer, sizeof buffer, 0))) > 0)
        fwrite(buffer, 1, (size_t)received, stdout);
    csock_close(descriptor);
}
