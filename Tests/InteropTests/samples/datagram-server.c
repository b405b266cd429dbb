// A UDP echo server. Build: gcc datagram-server.c $(pkg-config --cflags --libs csocketshim)
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
    int datagrams = count > 1 ? atoi(arguments[1]) : 1;
    uint8_t bytes[4] = {127, 0, 0, 1};
    uint16_t port = 0;
    uint64_t address[CSOCK_ADDRESS_SIZE / 8];
    uint32_t length = (uint32_t)check("address", csock_address_put_ipv4(address, sizeof address, bytes, port));
    int32_t server = (int32_t)check("socket", csock_socket(csock_AF_INET, csock_SOCK_DGRAM | csock_SOCK_CLOEXEC, 0));
    check("bind", csock_bind(server, address, length));
    check("getsockname", csock_getsockname(server, address, &length));
    check("address", csock_address_get_ipv4(address, length, bytes, &port));
    printf("%d.%d.%d.%d:%d\n", bytes[0], bytes[1], bytes[2], bytes[3], port);
    fflush(stdout);

    while (datagrams-- > 0) {
        static char buffer[65536];  // more than any datagram has
        int64_t received;
        do {
            length = sizeof address;
            received = csock_recvfrom(server, buffer, sizeof buffer, 0, address, &length);
        } while (received == -csock_EINTR);
        check("recvfrom", received);
        // A datagram goes as a whole, or not at all. One of 0 bytes is a datagram, and not the end.
        check("sendto", csock_sendto(server, buffer, (size_t)received, 0, address, length));
    }
    csock_close(server);
}
