// Processes, threads and signals, as far as they are more than one line.
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1
#endif
#include "csocket/process.h"

#include <dirent.h>
#include <sys/resource.h>
#ifdef CSOCK_LINUX
#include <sys/syscall.h>
#endif
#ifdef CSOCK_APPLE
#include <mach/mach.h>
#endif

int32_t csock_process_descriptor(int32_t process) {
#if defined(CSOCK_LINUX) && defined(SYS_pidfd_open)
    return (int32_t)csock_result(syscall(SYS_pidfd_open, process, 0));
#else
    (void)process;
    return -ENOSYS;
#endif
}

// Goes through a folder of numbers, such as /proc/self/fd; `skip` is the descriptor of the walk itself.
static int64_t count_numbers(DIR *folder, int32_t *numbers, size_t room, int skip) {
    size_t count = 0;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        int32_t number = 0;
        const char *digit = entry->d_name;
        for (; *digit >= '0' && *digit <= '9'; digit++) number = number * 10 + (*digit - '0');
        if (digit == entry->d_name || *digit != 0 || number == skip) continue;
        if (count < room) numbers[count] = number;
        count++;
    }
    return (int64_t)count;
}

static int64_t folder_numbers(const char *path, int32_t *numbers, size_t room) {
    DIR *folder = opendir(path);
    if (!folder) return -(int64_t)errno;
    int64_t count = count_numbers(folder, numbers, room, dirfd(folder));
    closedir(folder);
    return count;
}

int64_t csock_open_descriptors(int32_t *descriptors, size_t room) {
#ifdef CSOCK_LINUX
    return folder_numbers("/proc/self/fd", descriptors, room);
#else
    return folder_numbers("/dev/fd", descriptors, room);
#endif
}

int32_t csock_thread_count(void) {
#if defined(CSOCK_LINUX)
    return (int32_t)folder_numbers("/proc/self/task", NULL, 0);
#elif defined(CSOCK_APPLE)
    thread_act_array_t threads;
    mach_msg_type_number_t count = 0;
    if (task_threads(mach_task_self(), &threads, &count) != KERN_SUCCESS) return -ENOTSUP;
    for (mach_msg_type_number_t i = 0; i < count; i++) mach_port_deallocate(mach_task_self(), threads[i]);
    vm_deallocate(mach_task_self(), (vm_address_t)threads, count * sizeof *threads);
    return (int32_t)count;
#else
    return -ENOTSUP;
#endif
}

// The system refuses less than its minimum, and macOS what is no whole number of pages.
static size_t acceptable_stack(size_t wanted) {
    long minimum = sysconf(_SC_THREAD_STACK_MIN), page = sysconf(_SC_PAGESIZE);
    if (minimum > 0 && wanted < (size_t)minimum) wanted = (size_t)minimum;
    if (page <= 0 || wanted > SIZE_MAX - (size_t)page) return wanted;
    return (wanted + (size_t)page - 1) / (size_t)page * (size_t)page;
}

int32_t csock_thread_start(void *(*body)(void *), void *context, size_t stack) {
    pthread_attr_t attributes;
    pthread_t thread;
    int code = pthread_attr_init(&attributes);
    if (code != 0) return -code;
    code = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (code == 0 && stack > 0) code = pthread_attr_setstacksize(&attributes, acceptable_stack(stack));
    if (code == 0) code = pthread_create(&thread, &attributes, body, context);
    pthread_attr_destroy(&attributes);
    return -code;
}

enum { SIGNALS = 64 };

static void bits_to_set(uint64_t bits, sigset_t *set) {
    sigemptyset(set);
    for (int signal = 1; signal <= SIGNALS; signal++)
        if (bits & csock_signal_bit(signal)) (void)sigaddset(set, signal);
}

static uint64_t set_to_bits(const sigset_t *set) {
    uint64_t bits = 0;
    for (int signal = 1; signal <= SIGNALS; signal++)
        if (sigismember(set, signal) == 1) bits |= csock_signal_bit(signal);
    return bits;
}

int32_t csock_signal_hold(uint64_t signals) {
    sigset_t set;
    bits_to_set(signals, &set);
    return -pthread_sigmask(SIG_SETMASK, &set, NULL);
}

int32_t csock_signal_open(uint64_t signals, uint64_t *previous) {
#ifdef CSOCK_LINUX
    sigset_t set, before;
    bits_to_set(signals, &set);
    int code = pthread_sigmask(SIG_BLOCK, &set, &before);
    if (code != 0) return -code;
    *previous = set_to_bits(&before);
    int32_t result = (int32_t)csock_result(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    if (result < 0) (void)csock_signal_hold(*previous);
    return result;
#else
    (void)signals, (void)previous, (void)set_to_bits;
    return -ENOSYS;
#endif
}

int32_t csock_signal_take(int32_t descriptor) {
#ifdef CSOCK_LINUX
    struct signalfd_siginfo info;
    int64_t result = csock_read(descriptor, &info, sizeof info);
    return result < 0 ? (int32_t)result : (int32_t)info.ssi_signo;
#else
    (void)descriptor;
    return -ENOSYS;
#endif
}

int64_t csock_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -(int64_t)errno;
    return limit.rlim_cur > (rlim_t)INT64_MAX ? INT64_MAX : (int64_t)limit.rlim_cur;
}

int32_t csock_set_descriptor_limit(int64_t wanted) {
    struct rlimit limit;
    if (wanted < 0) return -EINVAL;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -errno;
    limit.rlim_cur = (rlim_t)wanted < limit.rlim_max ? (rlim_t)wanted : limit.rlim_max;
    return (int32_t)csock_result(setrlimit(RLIMIT_NOFILE, &limit));
}
