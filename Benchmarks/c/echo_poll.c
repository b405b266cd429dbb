// poll(2): a dense array, of which every entry is looked at in each round.
#include "ready.h"
#include <poll.h>

static struct pollfd *entries;  // the listener is the first
static struct unsent *unsent;
static size_t count, entry_capacity, unsent_capacity;

static void add(int fd) {
    entries = grown(entries, &entry_capacity, count, sizeof *entries);
    unsent = grown(unsent, &unsent_capacity, count, sizeof *unsent);
    entries[count++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

/// The last entry moves into the hole.
static void remove_at(size_t index) {
    close_connection(entries[index].fd, &unsent[index]);
    count--;
    entries[index] = entries[count];
    unsent[index] = unsent[count];
    unsent[count] = (struct unsent){0};
}

static void serve(size_t index) {
    struct pollfd *entry = &entries[index];
    bool blocked = unsent[index].bytes != NULL;
    enum wish wish = blocked ? when_writable(entry->fd, &unsent[index]) : when_readable(entry->fd, &unsent[index]);
    if (wish == CLOSE) remove_at(index);
    else entry->events = wish == WRITABLE ? POLLOUT : POLLIN;
}

int main(int argc, char **argv) {
    int listener = listening_socket(SOCK_NONBLOCK, argc, argv);
    add(listener);
    for (;;) {
        int left = poll(entries, count, -1);
        // Downwards: what moves into a hole has been looked at, and new clients come after all of them.
        for (size_t index = count; left > 0 && index-- > 0;) {
            if (entries[index].revents == 0) continue;
            left--;
            if (index > 0) serve(index);
            else for (int fd; (fd = waiting_client(listener)) >= 0;) add(fd);
        }
    }
}
