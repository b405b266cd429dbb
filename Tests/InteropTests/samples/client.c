// A TCP client. Build: gcc client.c $(pkg-config --cflags --libs csocketshim)
#include <CSocketShim.h>
#include <stdio.h>
#include <stdlib.h>

static int failed(const char *what, int64_t result) {
    const char *name = csock_error_name((int32_t)result);
    fprintf(stderr, "%s: %s\n", what, name ? name : "unknown error");
    return 1;
}

int main(int count, char **arguments) {
    uint16_t port = count > 1 ? (uint16_t)atoi(arguments[1]) : 7777;
    uint8_t loopback[4] = {127, 0, 0, 1};
    uint64_t address[CSOCK_ADDRESS_SIZE / 8];
    int32_t length = csock_address_put_ipv4(address, sizeof address, loopback, port);

    // Every answer is a result, or a negated error code. Nobody looks at errno.
    int32_t descriptor = csock_socket(csock_AF_INET, csock_SOCK_STREAM | csock_SOCK_CLOEXEC, 0);
    if (descriptor < 0) return failed("socket", descriptor);
    int32_t connected = csock_connect(descriptor, address, (uint32_t)length);
    if (connected < 0) return failed("connect", connected);

    // MSG_NOSIGNAL: a peer that is gone is an error, not the signal SIGPIPE.
    int64_t sent = csock_send(descriptor, "hello from C\n", 13, csock_MSG_NOSIGNAL);
    if (sent < 0) return failed("send", sent);
    csock_shutdown(descriptor, csock_SHUT_WR);

    char buffer[256];
    int64_t received;
    while ((received = csock_recv(descriptor, buffer, sizeof buffer, 0)) > 0)
        fwrite(buffer, 1, (size_t)received, stdout);
    csock_close(descriptor);
    return received < 0 ? failed("recv", received) : 0;
}
