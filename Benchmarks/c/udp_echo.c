// Sends every datagram back to where it came from.
#include "echo.h"

int main(int argc, char **argv) {
    int fd = bound_socket(SOCK_DGRAM, argc, argv);
    static uint8_t buffer[BUFFER];
    for (;;) {
        struct sockaddr_storage sender;
        socklen_t length = sizeof sender;
        ssize_t count = recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&sender, &length);
        // An answer that cannot be sent is a datagram lost, as on any network.
        if (count >= 0) (void)sendto(fd, buffer, (size_t)count, MSG_NOSIGNAL, (struct sockaddr *)&sender, length);
    }
}
