// timers expire|cancel COUNT ROUNDS: sets so many timers, and waits for all of them, or cancels them in the order they were
// set; and again.
// A binary heap in which every timer knows its place, and epoll(7) that waits for the first.
#define _GNU_SOURCE  // epoll_pwait2
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

struct timer {
    int64_t time;
    size_t place;
    void (*fire)(struct timer *);
};

static struct timer **heap;
static size_t count, fired;

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void put(struct timer *timer, size_t place) {
    heap[place] = timer;
    timer->place = place;
}

static void rise(struct timer *timer, size_t place) {
    for (size_t parent; place > 0 && timer->time < heap[parent = (place - 1) / 2]->time; place = parent)
        put(heap[parent], place);
    put(timer, place);
}

static void sink(struct timer *timer, size_t place) {
    for (size_t child; (child = 2 * place + 1) < count; place = child) {
        if (child + 1 < count && heap[child + 1]->time < heap[child]->time) child++;
        if (heap[child]->time >= timer->time) break;
        put(heap[child], place);
    }
    put(timer, place);
}

static void set(struct timer *timer, int64_t time) {
    timer->time = time;
    rise(timer, count++);
}

static void cancel(struct timer *timer) {
    size_t place = timer->place;
    struct timer *last = heap[--count];
    if (last == timer) return;
    if (last->time < timer->time) rise(last, place);
    else sink(last, place);
}

static void note(struct timer *timer) {
    (void)timer;
    fired++;
}

static void expire_all(int epoll) {
    struct epoll_event none;
    while (count > 0) {
        int64_t time = now();
        while (count > 0 && heap[0]->time <= time) {
            struct timer *first = heap[0];
            cancel(first);
            first->fire(first);
        }
        if (count == 0) return;
        int64_t rest = heap[0]->time - now();
        struct timespec patience = {.tv_sec = rest / 1000000000, .tv_nsec = rest % 1000000000};
        if (rest > 0) (void)epoll_pwait2(epoll, &none, 1, &patience, NULL);
    }
}

static void run(int epoll, struct timer *timers, size_t wanted, bool cancels) {
    int64_t start = now();
    for (size_t i = 0; i < wanted; i++) {
        // A second from now, or an hour, in no order: 1,000,003 is prime.
        timers[i].fire = note;
        set(&timers[i], start + (cancels ? 3600 : 1) * (int64_t)1000000000 + (int64_t)(i * 7919 % 1000003) * 1000);
    }
    if (!cancels) expire_all(epoll);
    else for (size_t i = 0; i < wanted; i++) cancel(&timers[i]);
}

int main(int argc, char **argv) {
    size_t wanted = argc == 4 ? strtoul(argv[2], NULL, 10) : 0, rounds = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;
    bool cancels = argc == 4 && !strcmp(argv[1], "cancel");
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct timer *timers = calloc(wanted + 1, sizeof *timers);
    heap = calloc(wanted + 1, sizeof *heap);
    if (rounds == 0 || epoll < 0 || !timers || !heap) {
        fprintf(stderr, "usage: timers expire|cancel COUNT ROUNDS\n");
        return 2;
    }
    for (size_t round = 0; round < rounds; round++) run(epoll, timers, wanted, cancels);
    return count == 0 && fired == (cancels ? 0 : rounds * wanted) ? 0 : 1;
}
