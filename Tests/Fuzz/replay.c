// Runs a fuzz target over the files of folders, without libFuzzer: each file, and each shorter beginning of it.
#define _FILE_OFFSET_BITS 64  // 32-bit glibc refuses to read folders whose file system has larger numbers
#include "fuzz.h"

#include <dirent.h>

enum { LARGEST = 4096 };

static void replay_bytes(const uint8_t *bytes, size_t count) {
    uint8_t *exact = exact_memory(count);
    memcpy(exact, bytes, count);
    LLVMFuzzerTestOneInput(exact, count);
    free(exact);
}

static void replay_file(const char *path) {
    static uint8_t bytes[LARGEST];
    FILE *file = fopen(path, "rb");
    MUST(file != NULL);
    size_t count = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    for (size_t length = 0; length <= count; length++) replay_bytes(bytes, length);
}

static int replay_folder(const char *path) {
    DIR *folder = opendir(path);
    int files = 0;
    MUST(folder != NULL);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char file[1024];
        if (entry->d_name[0] == '.') continue;
        snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
        replay_file(file);
        files++;
    }
    closedir(folder);
    return files;
}

int main(int count, char **arguments) {
    int files = 0;
    for (int i = 1; i < count; i++) files += replay_folder(arguments[i]);
    printf("%d files\n", files);
    return files == 0;
}
