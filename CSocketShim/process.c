// Processes, threads, signals and files, as far as they are more than one line.
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1
#endif
// For 32-bit glibc: a file of 3 GiB is no error, and a limit of 2^32 is not 0.
#define _FILE_OFFSET_BITS 64
#define _TIME_BITS 64
#include "csocket/process.h"

#include <sched.h>
#include <dirent.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#ifdef CSOCK_LINUX
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif
#ifdef CSOCK_APPLE
#include <crt_externs.h>
#include <mach/mach.h>
#include <mach/vm_inherit.h>
#define environ (*_NSGetEnviron())
#elif defined(CSOCK_BSD)
extern char **environ;
#endif

static int keep_from_children(void *memory, size_t size) {
#if defined(CSOCK_LINUX)
    return madvise(memory, size, MADV_DONTFORK);
#elif defined(CSOCK_APPLE)
    return minherit(memory, size, VM_INHERIT_NONE);
#elif defined(__FreeBSD__)
    return minherit(memory, size, INHERIT_NONE);
#else
    return minherit(memory, size, MAP_INHERIT_NONE);
#endif
}

int32_t csock_unforked_map(size_t size, void **memory) {
    void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
    if (pages == MAP_FAILED) return -errno;
    if (keep_from_children(pages, size) != 0) {
        int code = errno;
        munmap(pages, size);
        return -code;
    }
    *memory = pages;
    return 0;
}

int32_t csock_unforked_unmap(void *memory, size_t size) { return (int32_t)csock_result(munmap(memory, size)); }

int32_t csock_process_descriptor(int32_t process) {
#if defined(CSOCK_LINUX) && defined(SYS_pidfd_open)
    return (int32_t)csock_result(syscall(SYS_pidfd_open, process, 0));
#else
    (void)process;
    return -ENOSYS;
#endif
}

int32_t csock_packet_barrier(void) {
#if defined(CSOCK_LINUX) && defined(SYS_membarrier)
    // MEMBARRIER_CMD_GLOBAL, which waits for a grace period of the kernel's read-copy-update.
    return (int32_t)csock_result(syscall(SYS_membarrier, 1, 0, 0));
#else
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

int32_t csock_processor_count(void) {
#ifdef CSOCK_LINUX
    cpu_set_t usable;
    CPU_ZERO(&usable);
    if (sched_getaffinity(0, sizeof usable, &usable) == 0 && CPU_COUNT(&usable) > 0) return CPU_COUNT(&usable);
#endif
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : count > INT32_MAX ? INT32_MAX : (int32_t)count;
}

const void **csock_thread_cell(void) {
    // At a fixed distance from where the thread's data begins: found by a load, not by a call.
#if defined(__ELF__) && (defined(__GNUC__) || defined(__clang__))
    static _Thread_local const void *cell __attribute__((tls_model("initial-exec")));
#else
    static _Thread_local const void *cell;
#endif
    return &cell;
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

int32_t csock_is_socket(int32_t descriptor) {
    struct stat status;
    int64_t result = csock_result(fstat(descriptor, &status));
    return result < 0 ? (int32_t)result : S_ISSOCK(status.st_mode) != 0;
}

int32_t csock_file_identity(const char *path, uint64_t *device, uint64_t *inode, int32_t *is_socket) {
    struct stat status;
    int32_t result = (int32_t)csock_result(lstat(path, &status));
    if (result < 0) return result;
    *device = (uint64_t)status.st_dev;
    *inode = (uint64_t)status.st_ino;
    *is_socket = S_ISSOCK(status.st_mode) != 0;
    return 0;
}

const char *csock_environment(const char *name) { return getenv(name); }

int32_t csock_file_create(const char *path) {
    return (int32_t)csock_result(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
}

int32_t csock_fill_standard_descriptors(void) {
    for (int descriptor = 0; descriptor <= 2; descriptor++) {
        if (fcntl(descriptor, F_GETFD) >= 0) continue;
        int opened = open("/dev/null", O_RDWR);  // the lowest free number, which is this one
        if (opened < 0) return -errno;
        if (opened != descriptor) {
            close(opened);
            return -EBADF;
        }
    }
    return 0;
}

enum { ARGUMENTS = 63 };

// Points at each of the texts; the last pointer is NULL.
static int split_arguments(const char *texts, char **pointers) {
    size_t count = 0;
    for (; *texts; texts += strlen(texts) + 1) {
        if (count == ARGUMENTS) return E2BIG;
        pointers[count++] = (char *)(uintptr_t)texts;  // posix_spawn does not write there
    }
    pointers[count] = NULL;
    return 0;
}

static int inherit(posix_spawn_file_actions_t *actions, const csock_inherited_t *inherited, size_t count) {
    int code = 0;
    for (size_t i = 0; i < count && code == 0; i++)
        code = inherited[i].from < 0
                   ? posix_spawn_file_actions_addopen(actions, inherited[i].to, "/dev/null", O_RDWR, 0)
                   : posix_spawn_file_actions_adddup2(actions, inherited[i].from, inherited[i].to);
    return code;
}

// The program starts as from a shell: nothing held back, and nothing ignored of what ends programs.
static int start_signals(posix_spawnattr_t *attributes) {
    sigset_t none, usual;
    sigemptyset(&none);
    bits_to_set(csock_signal_bit(SIGPIPE) | csock_signal_bit(SIGINT) | csock_signal_bit(SIGTERM), &usual);
    int code = posix_spawnattr_setsigmask(attributes, &none);
    if (code == 0) code = posix_spawnattr_setsigdefault(attributes, &usual);
    if (code == 0) code = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    return code;
}

int32_t csock_spawn(const char *path, const char *arguments, const csock_inherited_t *inherited, size_t count) {
    char *pointers[ARGUMENTS + 1];
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    pid_t process = 0;
    int code = split_arguments(arguments, pointers);
    if (code != 0 || (code = posix_spawn_file_actions_init(&actions)) != 0) return -code;
    if ((code = posix_spawnattr_init(&attributes)) == 0) {
        code = inherit(&actions, inherited, count);
        if (code == 0) code = start_signals(&attributes);
        if (code == 0) code = posix_spawn(&process, path, &actions, &attributes, pointers, environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return code == 0 ? (int32_t)process : -code;
}

int32_t csock_signal_with_parent(int32_t signal, int32_t parent) {
#ifdef CSOCK_LINUX
    int32_t result = (int32_t)csock_result(prctl(PR_SET_PDEATHSIG, (unsigned long)signal, 0, 0, 0));
    if (result < 0 || getppid() == parent) return result;
    return csock_kill(csock_getpid(), signal);  // it ended before the call
#else
    (void)signal, (void)parent;
    return -ENOSYS;
#endif
}
