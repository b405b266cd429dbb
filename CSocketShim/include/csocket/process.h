// Processes, signals, threads and clocks: what a layer over the shim may not ask its libc for.
#ifndef CSOCKET_PROCESS_H
#define CSOCKET_PROCESS_H
#include "calls.h"
CSOCK_BEGIN

/// Nanoseconds of a clock that only goes forward. C: clock_gettime(2) CLOCK_MONOTONIC
CSOCK_INLINE int64_t csock_monotonic_ns(void) {
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) return -(int64_t)errno;
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/// 0 in the child, the child's process id in the parent. C: fork(2), which Swift does not import
CSOCK_INLINE int32_t csock_fork(void) { return (int32_t)csock_result(fork()); }

/// Memory of `size` bytes, more than 0, that are 0. Children do not get it: what a parent writes there between two forks
/// makes no child keep a copy of the page. C: mmap(2), and madvise(2) MADV_DONTFORK or minherit(2)
CSOCK_API int32_t csock_unforked_map(size_t size, void *CSOCK_NULLABLE *CSOCK_NONNULL memory);

/// Gives such memory back, all of it. C: munmap(2)
CSOCK_API int32_t csock_unforked_unmap(void *memory, size_t size);

/// Ends the process at once, without running what exit(3) runs. C: _exit(2)
CSOCK_INLINE void csock_exit_now(int32_t status) { _exit(status); }

/// The child's id once it has ended, 0 while it runs (with csock_WNOHANG). `*status` becomes its exit status, or 128 and
/// the signal that ended it. C: waitpid(2), whose status needs macros
CSOCK_INLINE int32_t csock_waitpid(int32_t process, int32_t *status, int32_t flags) {
    int raw = 0;
    int32_t result = (int32_t)csock_result(waitpid(process, &raw, flags));
    if (result > 0) *status = WIFSIGNALED(raw) ? 128 + WTERMSIG(raw) : WEXITSTATUS(raw);
    return result;
}

/// C: kill(2)
CSOCK_INLINE int32_t csock_kill(int32_t process, int32_t signal) { return (int32_t)csock_result(kill(process, signal)); }

/// C: getpid(2)
CSOCK_INLINE int32_t csock_getpid(void) { return (int32_t)getpid(); }

/// A descriptor that becomes readable when the process ends, closed by exec; -ENOSYS where there is none.
/// C: pidfd_open(2), which has no wrapper in older libcs
CSOCK_API int32_t csock_process_descriptor(int32_t process);

/// Waits until every packet that the kernel was handing to a socket when this was called is in that socket's queue: some
/// 10 ms. -ENOSYS where there is no such call. C: membarrier(2), which waits for all readers of the tables of sockets
CSOCK_API int32_t csock_packet_barrier(void);

/// How many threads this process has; -ENOTSUP where the system does not tell.
CSOCK_API int32_t csock_thread_count(void);

/// What a thread runs; its result is not looked at.
typedef void *CSOCK_NULLABLE (*csock_thread_body_t)(void *CSOCK_NULLABLE context);

/// Starts a detached thread with a stack of at least `stack` bytes (0: the system's default). C: pthread_create(3)
CSOCK_API int32_t csock_thread_start(csock_thread_body_t body, void *CSOCK_NULLABLE context, size_t stack);

/// Processors that this process may use, at least 1. C: sched_getaffinity(2), or sysconf(3) _SC_NPROCESSORS_ONLN
CSOCK_API int32_t csock_processor_count(void);

/// A place for one pointer that every thread has for itself, NULL at first: what a thread is can be told from it at the
/// cost of a load. C: _Thread_local
CSOCK_API const void *CSOCK_NULLABLE *CSOCK_NONNULL csock_thread_cell(void);

/// Tells the processor that these bytes are about to be used, so that it has them by then. Wrong addresses do no harm.
CSOCK_INLINE void csock_prefetch(const void *CSOCK_NULLABLE memory, size_t size) {
    enum { LINE = 64 };
    for (size_t offset = 0; offset < size; offset += LINE) __builtin_prefetch((const void *)((uintptr_t)memory + offset), 1);
}

/// A set of signals as bits: bit n - 1 for signal n, and 0 for a number that is no signal.
CSOCK_INLINE uint64_t csock_signal_bit(int32_t signal) {
    return signal < 1 || signal > 64 ? 0 : (uint64_t)1 << (signal - 1);
}

/// Holds the signals back in this thread and answers with a descriptor that becomes readable when one arrives, closed by
/// exec and non-blocking. `*previous` becomes what was held back before. -ENOSYS where there is none. C: signalfd(2)
CSOCK_API int32_t csock_signal_open(uint64_t signals, uint64_t *previous);

/// Takes one signal from such a descriptor: its number, or -EAGAIN. C: struct signalfd_siginfo
CSOCK_API int32_t csock_signal_take(int32_t descriptor);

/// Makes this thread hold back exactly these signals. C: pthread_sigmask(3)
CSOCK_API int32_t csock_signal_hold(uint64_t signals);

/// The open descriptors of this process: writes up to `room` and returns how many there are in all.
/// C: the folder /proc/self/fd, or /dev/fd
CSOCK_API int64_t csock_open_descriptors(int32_t *CSOCK_NULLABLE descriptors, size_t room);

/// 1 when the descriptor is a terminal, else 0. C: isatty(3)
CSOCK_INLINE int32_t csock_is_terminal(int32_t descriptor) { return isatty(descriptor) == 1; }

/// The value of an environment variable, or NULL. It stays valid until somebody changes the environment. C: getenv(3)
CSOCK_API const char *CSOCK_NULLABLE csock_environment(const char *name);

/// Opens /dev/null for those of the descriptors 0, 1 and 2 that are closed, which the next socket would take otherwise.
CSOCK_API int32_t csock_fill_standard_descriptors(void);

/// A descriptor of a program to start: `from` in this process becomes `to` in the program; negative is /dev/null.
typedef struct csock_inherited {
    int32_t from;
    int32_t to;
} csock_inherited_t;

/// Makes a file for everybody to read, or empties the one there is, and answers with a descriptor for writing, closed by
/// exec. C: open(2), which is variadic
CSOCK_API int32_t csock_file_create(const char *path);

/// Starts a program and returns its process id. It gets this environment, no held back signals, and of the descriptors
/// closed by exec the `count` given ones. `arguments` are texts, the program's name first, each ended by a NUL and all
/// by an empty text: at most 63, or -E2BIG. C: posix_spawn(3), whose preparations have to be freed
CSOCK_API int32_t csock_spawn(const char *path, const char *arguments, const csock_inherited_t *inherited,
                              size_t count);

/// Makes this process get the signal when its parent ends; at once when `parent` is not its parent any more. -ENOSYS
/// where there is no such call. C: prctl(2) PR_SET_PDEATHSIG, which is variadic
CSOCK_API int32_t csock_signal_with_parent(int32_t signal, int32_t parent);

/// C: getppid(2)
CSOCK_INLINE int32_t csock_getppid(void) { return (int32_t)getppid(); }

/// The most descriptors this process may have open. C: getrlimit(2) RLIMIT_NOFILE
CSOCK_API int64_t csock_descriptor_limit(void);

/// Sets that limit, at most to the hard one. C: setrlimit(2) RLIMIT_NOFILE
CSOCK_API int32_t csock_set_descriptor_limit(int64_t limit);

/// Removes a file, such as the one a Unix socket was bound to. C: unlink(2)
CSOCK_INLINE int32_t csock_unlink(const char *path) { return (int32_t)csock_result(unlink(path)); }

/// Device and inode of the file at a path, without following a link; the kind in `*is_socket`. C: lstat(2)
CSOCK_API int32_t csock_file_identity(const char *path, uint64_t *device, uint64_t *inode, int32_t *is_socket);

CSOCK_END
#endif
