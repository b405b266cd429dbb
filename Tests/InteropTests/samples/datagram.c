// A UDP client. Build: gcc datagram.c $(pkg-config --cflags --libs csocketshim)
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
    uint16_t port = count > 1 ? (uint16_t)atoi(arguments[1]) : 7777;
    uint8_t loopback[4] = {127, 0, 0, 1};
    uint64_t peer[CSOCK_ADDRESS_SIZE / 8], patience[2];
    uint32_t length = (uint32_t)check("address", csock_address_put_ipv4(peer, sizeof peer, loopback, port));
    int32_t type = csock_SOCK_DGRAM | csock_SOCK_CLOEXEC;
    int32_t descriptor = (int32_t)check("socket", csock_socket(csock_AF_INET, type, 0));

    // A datagram gets lost without a word, so nobody waits for ever. How a time is laid out differs per system.
    uint32_t size = (uint32_t)csock_timeval_put(patience, 5000000);
    check("setsockopt", csock_setsockopt(descriptor, csock_SOL_SOCKET, csock_SO_RCVTIMEO, patience, size));

    const char *texts[] = {"hello from C\n", "goodbye from C\n"};
    for (int i = 0; i < 2; i++) {
        check("sendto", csock_sendto(descriptor, texts[i], strlen(texts[i]), 0, peer, length));
        // The next text goes to whom the answer came from: a server may have a port for each of its clients.
        char buffer[512];
        length = sizeof peer;
        int64_t received = check("recvfrom", csock_recvfrom(descriptor, buffer, sizeof buffer, 0, peer, &length));
        fwrite(buffer, 1, (size_t)received, stdout);
    }
    csock_close(descriptor);
}
