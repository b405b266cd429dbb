// One thread for each client. The receive buffer is on its stack; only the pages that are used become resident.
#include "echo.h"
#include <pthread.h>

enum { STACK = 128 << 10 };

static void *serve(void *context) {
    int fd = (int)(intptr_t)context;
    echo_until_end(fd);
    close(fd);
    return NULL;
}

int main(int argc, char **argv) {
    int listener = listening_socket(0, argc, argv);
    pthread_attr_t detached;
    if (pthread_attr_init(&detached) || pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED)
        || pthread_attr_setstacksize(&detached, STACK)) fail("pthread_attr");
    for (;;) {
        int fd = next_client(listener);
        pthread_t thread;
        if (pthread_create(&thread, &detached, serve, (void *)(intptr_t)fd) != 0) close(fd);
    }
}
