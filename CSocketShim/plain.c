// Calls without the cancellation points that libc makes of them: they go to the kernel directly.
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1
#endif
#include "CSocketShim.h"

#ifdef CSOCK_LINUX
#include <signal.h>
#include <sys/syscall.h>

// The sanitizers learn from libc's functions what the kernel writes, and which thread told which.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WATCHED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define WATCHED 1
#endif
#endif
#endif

#if defined(CSOCK_LINUX) && !defined(WATCHED) && defined(SYS_recvfrom) && defined(SYS_sendto)
int64_t csock_recv_plain(int32_t descriptor, void *bytes, size_t count, int32_t flags) {
    return csock_result(syscall(SYS_recvfrom, descriptor, bytes, count, flags, NULL, NULL));
}

int64_t csock_send_plain(int32_t descriptor, const void *bytes, size_t count, int32_t flags) {
    return csock_result(syscall(SYS_sendto, descriptor, bytes, count, flags, NULL, 0));
}
#else
int64_t csock_recv_plain(int32_t descriptor, void *bytes, size_t count, int32_t flags) {
    return csock_recv(descriptor, bytes, count, flags);
}

int64_t csock_send_plain(int32_t descriptor, const void *bytes, size_t count, int32_t flags) {
    return csock_send(descriptor, bytes, count, flags);
}
#endif

#ifdef CSOCK_LINUX
// The same number on all processors but alpha.
enum { CALL_EPOLL_PWAIT2 = 441 };

/// The system has no such call, or a filter forbids it.
static int is_denied(int32_t result) { return result == -ENOSYS || result == -EPERM; }

#if defined(SYS_epoll_pwait) && !defined(WATCHED)
static int32_t wait_for_ever(int32_t epoll, void *events, int32_t capacity) {
    int32_t result = (int32_t)csock_result(
        syscall(SYS_epoll_pwait, epoll, events, capacity, -1, NULL, (size_t)_NSIG / 8));
    return is_denied(result) ? csock_epoll_wait(epoll, events, capacity, -1) : result;
}
#else
static int32_t wait_for_ever(int32_t epoll, void *events, int32_t capacity) {
    return csock_epoll_wait(epoll, events, capacity, -1);
}
#endif

int32_t csock_epoll_wait_plain(int32_t epoll, void *events, int32_t capacity, int64_t timeout_ns) {
    if (timeout_ns < 0) return wait_for_ever(epoll, events, capacity);
    const int64_t time[2] = {timeout_ns / 1000000000, timeout_ns % 1000000000};  // struct __kernel_timespec
    int32_t result = (int32_t)csock_result(
        syscall(CALL_EPOLL_PWAIT2, epoll, events, capacity, time, NULL, (size_t)_NSIG / 8));
    return is_denied(result) ? csock_epoll_wait(epoll, events, capacity, timeout_ns) : result;
}
#endif
