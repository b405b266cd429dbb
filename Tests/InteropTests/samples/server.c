// A TCP echo server. Build: gcc server.c $(pkg-config --cflags --libs csocketshim)
#include <CSocketShim.h>
#include <stdio.h>
#include <stdlib.h>

static int64_t check(const char *what, int64_t result) {
    if (result >= 0) return result;
    const char *name = csock_error_name((int32_t)result);
    fprintf(stderr, "%s: %s\n", what, name ? name : "unknown error");
    exit(1);
}

// The shim repeats nothing: a call that waits is made again by its caller when a signal has interrupted it.
static int32_t next_client(int32_t listener) {
    int32_t client;
    do client = csock_accept(listener, NULL, NULL, csock_SOCK_CLOEXEC); while (client == -csock_EINTR);
    return (int32_t)check("accept", client);
}

static size_t receive(int32_t client, char *buffer, size_t room) {
    int64_t count;
    do count = csock_recv(client, buffer, room, 0); while (count == -csock_EINTR);
    return (size_t)check("recv", count);
}

// send may take a part of the bytes only.
static void send_all(int32_t client, const char *bytes, size_t count) {
    while (count > 0) {
        int64_t sent = csock_send(client, bytes, count, csock_MSG_NOSIGNAL);
        if (sent == -csock_EINTR) continue;
        bytes += check("send", sent);
        count -= (size_t)sent;
    }
}

int main(int count, char **arguments) {
    int clients = count > 1 ? atoi(arguments[1]) : 1;
    uint8_t bytes[4] = {127, 0, 0, 1};
    uint16_t port = 0;
    uint64_t address[CSOCK_ADDRESS_SIZE / 8];
    uint32_t length = (uint32_t)check("address", csock_address_put_ipv4(address, sizeof address, bytes, port));
    int32_t listener = (int32_t)check("socket", csock_socket(csock_AF_INET, csock_SOCK_STREAM | csock_SOCK_CLOEXEC, 0));
    check("bind", csock_bind(listener, address, length));
    check("listen", csock_listen(listener, 8));
    check("getsockname", csock_getsockname(listener, address, &length));
    check("address", csock_address_get_ipv4(address, length, bytes, &port));
    printf("%d.%d.%d.%d:%d\n", bytes[0], bytes[1], bytes[2], bytes[3], port);
    fflush(stdout);

    while (clients-- > 0) {
        int32_t client = next_client(listener);
        char buffer[4096];
        size_t received;
        while ((received = receive(client, buffer, sizeof buffer)) > 0) send_all(client, buffer, received);
        csock_close(client);
    }
    csock_close(listener);
}
