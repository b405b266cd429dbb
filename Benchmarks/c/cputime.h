// The CPU time of a process tree, read from outside it.
#ifndef CPUTIME_H
#define CPUTIME_H
#include <ctype.h>
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/// What /proc/PID/stat tells: the parent, and the CPU time of children that have ended and been waited for, in ticks.
struct kinship {
    pid_t process, parent;
    unsigned long own, reaped;
};

static inline int read_kinship(pid_t process, struct kinship *kin) {
    char path[40], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
    FILE *file = fopen(path, "r");
    if (!file) return 0;
    size_t count = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[count] = 0;
    char *after_name = strrchr(text, ')');  // a name may contain anything
    unsigned long user, system, reaped_user, reaped_system;
    int parent;
    if (!after_name || sscanf(after_name + 1, " %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %lu %lu", &parent,
                              &user, &system, &reaped_user, &reaped_system) != 5) return 0;
    *kin = (struct kinship){process, parent, user + system, reaped_user + reaped_system};
    return 1;
}

/// Exact CPU time of all threads a process has or had.
static inline uint64_t process_cpu_ns(const struct kinship *kin) {
    clockid_t clock;
    struct timespec time;
    if (clock_getcpuclockid(kin->process, &clock) != 0 || clock_gettime(clock, &time) != 0) return 0;
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/// CPU time of a process, its descendants, and those of them that have been reaped, in nanoseconds.
static inline uint64_t tree_cpu_ns(pid_t root) {
    size_t count = 0, capacity = 256, members = 0;
    struct kinship *all = malloc(capacity * sizeof *all);
    DIR *proc = opendir("/proc");
    for (struct dirent *entry; all && proc && (entry = readdir(proc));) {
        if (!isdigit((unsigned char)entry->d_name[0])) continue;
        if (count == capacity) all = realloc(all, (capacity *= 2) * sizeof *all);
        if (all && read_kinship((pid_t)atoi(entry->d_name), &all[count])) count++;
    }
    if (proc) closedir(proc);
    if (!all) return 0;
    // The family moves to the front: first the root, then whoever has a parent in front of the line.
    for (size_t grown = 1; grown;) {
        grown = 0;
        for (size_t i = members; i < count; i++) {
            int belongs = all[i].process == root;
            for (size_t j = 0; j < members && !belongs; j++) belongs = all[i].parent == all[j].process;
            if (!belongs) continue;
            struct kinship newcomer = all[i];
            all[i] = all[members];
            all[members++] = newcomer;
            grown = 1;
        }
    }
    uint64_t total = 0, tick_ns = 1000000000u / (uint64_t)sysconf(_SC_CLK_TCK);
    for (size_t i = 0; i < members; i++) total += process_cpu_ns(&all[i]) + all[i].reaped * tick_ns;
    free(all);
    return total;
}
#endif
