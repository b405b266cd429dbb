#define _GNU_SOURCE
#include "SignalStorm.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/time.h>

static atomic_long count;

static void handle(int signal) {
    (void)signal;
    atomic_fetch_add(&count, 1);
}

static void set_timer(int microseconds) {
    struct itimerval timer;
    memset(&timer, 0, sizeof timer);
    timer.it_interval.tv_usec = microseconds;
    timer.it_value.tv_usec = microseconds;
    setitimer(ITIMER_REAL, &timer, NULL);
}

void signals_reset(void) {
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
}

void storm_start(int microseconds) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handle;  // no SA_RESTART: interrupted calls answer EINTR
    sigaction(SIGALRM, &action, NULL);
    set_timer(microseconds);
}

void storm_stop(void) { set_timer(0); }

long storm_count(void) { return atomic_load(&count); }

void storm_shelter(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

int sigpipe_is_untouched(void) {
    struct sigaction action;
    sigset_t held;
    if (sigaction(SIGPIPE, NULL, &action) != 0 || pthread_sigmask(SIG_BLOCK, NULL, &held) != 0) return 0;
    return action.sa_handler == SIG_DFL && !sigismember(&held, SIGPIPE);
}
