// process.h: children, signals, threads, clocks and limits.
#include "loopback.h"

static void the_clock_goes_forward(void) {
    int64_t before = csock_monotonic_ns();
    TRUE(before > 0);
    for (int i = 0; i < 1000; i++) {
        int64_t now = csock_monotonic_ns();
        TRUE(now >= before);
        before = now;
    }
}

static void a_child_ends_with_its_status(void) {
    int32_t status = -1, child = csock_fork();
    if (child == 0) csock_exit_now(42);
    TRUE(child > 0);
    EQUAL(csock_waitpid(child, &status, 0), child);
    EQUAL(status, 42);
    EQUAL(csock_waitpid(child, &status, 0), -ECHILD);
    EQUAL(status, 42);
}

static void a_child_that_a_signal_ends_says_which(void) {
    int32_t status = -1, gate[2];
    unix_pair(csock_SOCK_STREAM, gate);
    int32_t child = csock_fork();
    if (child == 0) {
        char byte;
        csock_recv(gate[1], &byte, 1, 0);
        csock_exit_now(0);
    }
    EQUAL(csock_waitpid(child, &status, csock_WNOHANG), 0);
    EQUAL(status, -1);
    EQUAL(csock_kill(child, 0), 0);
    EQUAL(csock_kill(child, csock_SIGKILL), 0);
    EQUAL(csock_waitpid(child, &status, 0), child);
    EQUAL(status, 128 + SIGKILL);
    EQUAL(csock_kill(child, 0), -ESRCH);
    EQUAL(csock_kill(csock_getpid(), 999), -EINVAL);
    close_pair(gate);
}

static void memory_of_the_parent_is_not_the_child_s(void) {
    enum { SIZE = 10000 };
    void *memory = NULL;
    EQUAL(csock_unforked_map(SIZE, &memory), 0);
    for (size_t i = 0; i < SIZE; i++) TRUE(((char *)memory)[i] == 0);
    memset(memory, 'x', SIZE);
    if (!emulator_differs("gives a child all memory, also what MADV_DONTFORK keeps from it"))
        EQUAL(child_finds(memory, 'x'), 0);
    EQUAL(child_finds("x", 'x'), 1);
    TRUE(((char *)memory)[SIZE - 1] == 'x');
    EQUAL(csock_unforked_unmap(memory, SIZE), 0);
    memory = NULL;
    EQUAL(csock_unforked_map(0, &memory), -EINVAL);
    EQUAL(csock_unforked_map(SIZE_MAX - 100000, &memory), -ENOMEM);
    TRUE(memory == NULL);
}

#ifdef CSOCK_LINUX
static void a_process_has_a_descriptor(void) {
    int32_t child = csock_fork(), status = 0;
    if (child == 0) csock_exit_now(7);
    int32_t descriptor = csock_process_descriptor(child);
    if (descriptor == -ENOSYS || descriptor == -EPERM) {
        printf("skipped: no pidfd_open here\n");
    } else {
        struct pollfd entry = {.fd = descriptor, .events = POLLIN};
        EQUAL(csock_close_on_exec(descriptor), 1);
        EQUAL(poll(&entry, 1, 10000), 1);
        EQUAL(csock_close(descriptor), 0);
        EQUAL(csock_process_descriptor(-1), -EINVAL);
    }
    EQUAL(csock_waitpid(child, &status, 0), child);
    EQUAL(status, 7);
}

static void signals_are_taken_from_a_descriptor(void) {
    uint64_t before = 0, held = 0;
    const uint64_t wanted = csock_signal_bit(csock_SIGUSR1) | csock_signal_bit(csock_SIGTERM);
    int32_t descriptor = csock_signal_open(wanted, &before);
    TRUE(descriptor >= 0);
    EQUAL(before & wanted, 0);
    EQUAL(csock_close_on_exec(descriptor), 1);
    EQUAL(csock_nonblocking(descriptor), 1);
    EQUAL(csock_signal_take(descriptor), -EAGAIN);
    EQUAL(csock_kill(csock_getpid(), csock_SIGTERM), 0);
    EQUAL(csock_signal_take(descriptor), SIGTERM);
    EQUAL(csock_kill(csock_getpid(), csock_SIGUSR1), 0);
    EQUAL(csock_signal_take(descriptor), SIGUSR1);
    EQUAL(csock_signal_take(descriptor), -EAGAIN);
    int32_t second = csock_signal_open(0, &held);
    EQUAL(held & wanted, wanted);
    EQUAL(csock_close(second), 0);
    EQUAL(csock_close(descriptor), 0);
    EQUAL(csock_signal_hold(before), 0);
    EQUAL(csock_signal_take(-1), -EBADF);
}
#endif

static void a_signal_is_one_bit_and_what_is_none_has_none(void) {
    uint64_t all = 0;
    for (int32_t signal = 1; signal <= 64; signal++) {
        EQUAL(csock_signal_bit(signal), (int64_t)((uint64_t)1 << (signal - 1)));
        all |= csock_signal_bit(signal);
    }
    TRUE(all == UINT64_MAX);
    const int32_t none[] = {0, -1, 65, 128, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) TRUE(csock_signal_bit(none[i]) == 0);
}

/// What a thread of the tests does: says that it runs, and waits until it may end.
static void *say_and_wait(void *context) {
    // Read before anything is said: the memory is that of whoever waits for it.
    const int32_t gate = *(const int32_t *)context;
    char byte = 'r';
    csock_send(gate, &byte, 1, csock_MSG_NOSIGNAL);
    csock_recv(gate, &byte, 1, 0);
    csock_close(gate);
    return NULL;
}

static void a_thread_runs_with_a_stack_of(size_t stack) {
    int32_t gate[2];
    char byte = 0;
    unix_pair(csock_SOCK_STREAM, gate);
    if (!EQUAL(csock_thread_start(say_and_wait, &gate[1], stack), 0)) {
        fprintf(stderr, "    with %zu bytes\n", stack);
        close_pair(gate);
        return;
    }
    EQUAL(csock_recv(gate[0], &byte, 1, 0), 1);
    EQUAL(byte, 'r');
    int32_t running = csock_thread_count();
    TRUE(running >= 2 || running == -ENOTSUP);
    EQUAL(csock_send(gate[0], "e", 1, csock_MSG_NOSIGNAL), 1);
    EQUAL(csock_recv(gate[0], &byte, 1, 0), 0);
    EQUAL(csock_close(gate[0]), 0);
    for (int tries = 0; tries < 50000 && running > 0 && csock_thread_count() >= running; tries++)
        csock_poll(NULL, 0, 100000);
    if (running > 0) TRUE(csock_thread_count() < running);
}

static void threads_run_on_a_stack_of_any_size(void) {
    const size_t stacks[] = {0, 1, 1000, 65536, 65537, 262144, 1000000};
    for (size_t i = 0; i < sizeof stacks / sizeof *stacks; i++) a_thread_runs_with_a_stack_of(stacks[i]);
    int32_t gate = -1;
    TRUE(csock_thread_start(say_and_wait, &gate, SIZE_MAX) < 0);
}

static void open_descriptors_are_listed(void) {
    int32_t numbers[256], one = csock_socket(AF_INET, csock_SOCK_STREAM | csock_SOCK_CLOEXEC, 0);
    int64_t count = csock_open_descriptors(numbers, 256);
    TRUE(count > 0 && count <= 256);
    int found = 0;
    for (int64_t i = 0; i < count; i++) {
        found += numbers[i] == one;
        TRUE(csock_close_on_exec(numbers[i]) >= 0);
    }
    EQUAL(found, 1);
    numbers[1] = -7;
    EQUAL(csock_open_descriptors(numbers, 1), count);
    EQUAL(numbers[1], -7);
    EQUAL(csock_close(one), 0);
    EQUAL(csock_open_descriptors(NULL, 0), count - 1);
}

static void the_limit_of_descriptors_is_read_and_set(void) {
    int64_t limit = csock_descriptor_limit();
    TRUE(limit > 16);
    EQUAL(csock_set_descriptor_limit(limit - 1), 0);
    EQUAL(csock_descriptor_limit(), limit - 1);
    EQUAL(csock_set_descriptor_limit(limit), 0);
    EQUAL(csock_descriptor_limit(), limit);
    EQUAL(csock_set_descriptor_limit(-1), -EINVAL);
    const int64_t large[] = {(int64_t)1 << 32, ((int64_t)1 << 32) + 1, INT64_MAX};  // no small ones anywhere
    for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
        EQUAL(csock_set_descriptor_limit(large[i]), 0);
        TRUE(csock_descriptor_limit() >= limit);
    }
    EQUAL(csock_set_descriptor_limit(limit), 0);
}

static void without_a_free_descriptor_calls_say_so(void) {
    int64_t limit = csock_descriptor_limit();
    int32_t next = csock_duplicate(2), pair[2];
    EQUAL(csock_close(next), 0);
    EQUAL(csock_set_descriptor_limit(next), 0);
    EQUAL(csock_socket(AF_INET, csock_SOCK_STREAM, 0), -EMFILE);
    EQUAL(csock_socketpair(AF_UNIX, csock_SOCK_STREAM, 0, pair), -EMFILE);
    EQUAL(csock_pipe(pair, 0), -EMFILE);
    EQUAL(csock_duplicate(2), -EMFILE);
    EQUAL(csock_open_descriptors(NULL, 0), -EMFILE);
    EQUAL(csock_set_descriptor_limit(limit), 0);
}

static void a_socket_file_has_an_identity(void) {
    char path[64];
    uint64_t storage[CSOCK_ADDRESS_SIZE / 8], device = 0, inode = 0, other = 0;
    int32_t is_socket = -1;
    int written = snprintf(path, sizeof path, "/tmp/csock-%d.sock", (int)csock_getpid());
    int32_t length = csock_address_put_unix(storage, sizeof storage, (const uint8_t *)path, (uint32_t)written);
    int32_t one = csock_socket(AF_UNIX, csock_SOCK_STREAM, 0);
    EQUAL(csock_bind(one, storage, (uint32_t)length), 0);
    EQUAL(csock_file_identity(path, &device, &inode, &is_socket), 0);
    EQUAL(is_socket, 1);
    EQUAL(csock_file_identity("/tmp", &device, &other, &is_socket), 0);
    EQUAL(is_socket, 0);
    TRUE(other != inode);
    EQUAL(csock_unlink(path), 0);
    EQUAL(csock_unlink(path), -ENOENT);
    EQUAL(csock_file_identity(path, &device, &inode, &is_socket), -ENOENT);
    EQUAL(csock_close(one), 0);
}

static void a_socket_is_no_terminal(void) {
    int32_t one = csock_socket(AF_INET, csock_SOCK_STREAM, 0);
    EQUAL(csock_is_terminal(one), 0);
    EQUAL(csock_is_terminal(-1), 0);
    EQUAL(csock_close(one), 0);
}

static int32_t run_shell(const char *script, size_t count, const int32_t *from) {
    char arguments[256] = "sh\0-c";
    csock_inherited_t inherited[2] = {{-1, 0}, {-1, 1}};
    int32_t status = -1;
    memcpy(arguments + 6, script, strlen(script) + 1);  // what follows is NUL: an empty text
    for (size_t i = 0; i < count; i++) inherited[i].from = from[i];
    int32_t process = csock_spawn("/bin/sh", arguments, inherited, 2);
    TRUE(process > 0);
    EQUAL(csock_waitpid(process, &status, 0), process);
    return status;
}

static void a_program_starts_with_what_it_is_given(void) {
    int32_t pair[2], from[2] = {-1, -1};
    char text[16] = "";
    unix_pair(csock_SOCK_STREAM, pair);
    from[1] = pair[1];
    EQUAL(run_shell("read -r line; printf \"$? $line\"; exit 5", 2, from), 5);
    EQUAL(csock_recv(pair[0], text, sizeof text, 0), 2);
    SAME_BYTES(text, "1 ", 2);
    close_pair(pair);
    EQUAL(run_shell("exit 0", 0, from), 0);
}

static void a_program_starts_without_held_back_signals(void) {
    int32_t none[2] = {-1, -1};
    uint64_t all = csock_signal_bit(csock_SIGTERM) | csock_signal_bit(csock_SIGPIPE);
    EQUAL(csock_signal_hold(all), 0);
    EQUAL(run_shell("kill -TERM $$; exit 0", 0, none), 128 + SIGTERM);
    EQUAL(csock_signal_hold(0), 0);
}

static void a_program_that_is_not_there_is_an_error(void) {
    static char many[200];
    csock_inherited_t bad = {9999, 1};
    for (size_t i = 0; i + 2 < sizeof many; i += 2) many[i] = 'x';
    EQUAL(csock_spawn("/bin/sh", many, &bad, 0), -E2BIG);
    if (emulator_differs("makes a fork of a vfork, so that posix_spawn does not hear of its child's errors")) return;
    EQUAL(csock_spawn("/no/such/program", "x\0", &bad, 0), -ENOENT);
    EQUAL(csock_spawn("/bin/sh", "sh\0-c\0true\0", &bad, 1), -EBADF);
}

static void a_large_file_has_an_identity(void) {
    char path[64], script[128];
    uint64_t device = 0, inode = 0;
    int32_t is_socket = -1, none[2] = {-1, -1};
    snprintf(path, sizeof path, "/tmp/csock-%d.large", (int)csock_getpid());
    snprintf(script, sizeof script, "exec truncate -s 3G %s", path);
    EQUAL(run_shell(script, 0, none), 0);
    EQUAL(csock_file_identity(path, &device, &inode, &is_socket), 0);
    EQUAL(is_socket, 0);
    TRUE(inode != 0);
    EQUAL(csock_unlink(path), 0);
}

static void the_environment_is_read(void) {
    TRUE(csock_environment("PATH") != NULL);
    TRUE(csock_environment("CSOCK_NO_SUCH_VARIABLE") == NULL);
}

static void closed_standard_descriptors_are_filled(void) {
    int32_t status = -1, child = csock_fork();
    if (child == 0) {
        csock_close(0), csock_close(1);
        int32_t result = csock_fill_standard_descriptors();
        int32_t next = csock_socket(csock_AF_UNIX, csock_SOCK_STREAM, 0);
        csock_exit_now(result == 0 && csock_nonblocking(0) == 0 && csock_nonblocking(1) == 0 && next > 2 ? 0 : 1);
    }
    EQUAL(csock_waitpid(child, &status, 0), child);
    EQUAL(status, 0);
    EQUAL(csock_fill_standard_descriptors(), 0);
}

#ifdef CSOCK_LINUX
static void a_child_gets_a_signal_when_its_parent_ends(void) {
    int32_t status = -1, pair[2];
    char byte = 0;
    unix_pair(csock_SOCK_STREAM, pair);
    int32_t child = csock_fork();
    if (child == 0) {
        int32_t parent = csock_getpid(), grandchild = csock_fork();
        if (grandchild == 0) {
            csock_signal_with_parent(csock_SIGKILL, parent);
            csock_send(pair[1], "x", 1, 0);
            csock_recv(pair[1], &byte, 1, 0);  // nobody sends: only the signal ends this
            csock_exit_now(0);
        }
        csock_recv(pair[0], &byte, 1, 0);
        csock_exit_now(0);
    }
    csock_close(pair[1]);
    EQUAL(csock_waitpid(child, &status, 0), child);
    EQUAL(csock_recv(pair[0], &byte, 1, 0), 0);  // the end of the stream: the grandchild is gone
    csock_close(pair[0]);
    EQUAL(csock_getppid() > 0, 1);
}
#endif

static void packets_on_their_way_are_waited_for(void) {
    int32_t result = csock_packet_barrier();
    TRUE(result == 0 || result == -ENOSYS);
}

static void a_file_is_made_or_emptied(void) {
    char path[64], bytes[8];
    snprintf(path, sizeof path, "/tmp/csock-file-%d", (int)csock_getpid());
    for (int round = 0; round < 2; round++) {
        int32_t file = csock_file_create(path);
        TRUE(file >= 0);
        EQUAL(csock_close_on_exec(file), 1);
        EQUAL(csock_write(file, "abc", 3 - (size_t)round), 3 - round);
        EQUAL(csock_read(file, bytes, sizeof bytes), -EBADF);
        EQUAL(csock_close(file), 0);
    }
    int32_t file = open(path, O_RDONLY | O_CLOEXEC);
    EQUAL(csock_read(file, bytes, sizeof bytes), 2);
    EQUAL(csock_close(file), 0);
    EQUAL(unlink(path), 0);
    EQUAL(csock_file_create("/tmp/no-such-folder/file"), -ENOENT);
}

static void fetching_ahead_from_nowhere_does_no_harm(void) {
    csock_prefetch(NULL, 4096);
    csock_prefetch((const void *)(uintptr_t)1, 0);
    csock_prefetch((const void *)(UINTPTR_MAX - 63), 256);
}

int main(void) {
    check_begin();
    the_clock_goes_forward();
    a_child_ends_with_its_status();
    a_child_that_a_signal_ends_says_which();
    memory_of_the_parent_is_not_the_child_s();
#ifdef CSOCK_LINUX
    a_process_has_a_descriptor();
    signals_are_taken_from_a_descriptor();
#endif
    a_signal_is_one_bit_and_what_is_none_has_none();
    threads_run_on_a_stack_of_any_size();
    packets_on_their_way_are_waited_for();
    open_descriptors_are_listed();
    the_limit_of_descriptors_is_read_and_set();
    without_a_free_descriptor_calls_say_so();
    a_socket_file_has_an_identity();
    a_socket_is_no_terminal();
    a_program_starts_with_what_it_is_given();
    a_program_starts_without_held_back_signals();
    a_program_that_is_not_there_is_an_error();
    a_large_file_has_an_identity();
    the_environment_is_read();
    fetching_ahead_from_nowhere_does_no_harm();
    a_file_is_made_or_emptied();
    closed_standard_descriptors_are_filled();
#ifdef CSOCK_LINUX
    a_child_gets_a_signal_when_its_parent_ends();
#endif
    return check_end();
}
