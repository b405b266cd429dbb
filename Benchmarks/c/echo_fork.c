// One process for each client. Children are waited for, so that their CPU time is added to the parent's account.
#include "echo.h"
#include <signal.h>
#include <sys/wait.h>

static void reap(int signal) {
    (void)signal;
    int saved = errno;
    while (waitpid(-1, NULL, WNOHANG) > 0) {}
    errno = saved;
}

int main(int argc, char **argv) {
    int listener = listening_socket(0, argc, argv);
    struct sigaction action = {.sa_handler = reap, .sa_flags = SA_RESTART | SA_NOCLDSTOP};
    if (sigaction(SIGCHLD, &action, NULL) < 0) fail("sigaction");
    for (;;) {
        int fd = next_client(listener);
        if (fork() == 0) {
            close(listener);
            echo_until_end(fd);
            _exit(0);
        }
        close(fd);  // if fork failed, this is what the client gets to see
    }
}
