// One client after the other.
#include "echo.h"

int main(int argc, char **argv) {
    int listener = listening_socket(0, argc, argv);
    for (;;) {
        int fd = next_client(listener);
        echo_until_end(fd);
        close(fd);
    }
}
