// The table of constants as data, and the look-ups in it.
#include "csocket/table.h"

#define CSOCK_CONSTANT(name) {#name, csock_##name, 0, 0},
#define CSOCK_NUMBER(name, value) {#name, csock_##name, 0, 0},
#define CSOCK_OPTION(level, name, kind) {#name, csock_##name, level, CSOCK_KIND_##kind},
#define CSOCK_OPTION_NUMBER(level, name, value, kind) {#name, csock_##name, level, CSOCK_KIND_##kind},
#define CSOCK_ERRNO(name, text) {#name, csock_##name, 0, 0},
static const csock_constant_t rows[] = {
#include "csocket/constants.h"
};
#undef CSOCK_CONSTANT
#undef CSOCK_NUMBER
#undef CSOCK_OPTION
#undef CSOCK_OPTION_NUMBER
#undef CSOCK_ERRNO

typedef struct {
    const char *name, *text;
    int32_t code;
} error_row_t;

#define CSOCK_CONSTANT(name)
#define CSOCK_NUMBER(name, value)
#define CSOCK_OPTION(level, name, kind)
#define CSOCK_OPTION_NUMBER(level, name, value, kind)
#define CSOCK_ERRNO(name, text) {#name, text, name},
static const error_row_t errors[] = {
#include "csocket/constants.h"
};

enum { ROWS = sizeof rows / sizeof *rows, ERRORS = sizeof errors / sizeof *errors };

int32_t csock_constant(const char *name, int64_t *value) {
    for (size_t i = 0; i < ROWS; i++) {
        if (strcmp(rows[i].name, name) != 0) continue;
        *value = rows[i].value;
        return 0;
    }
    return -ENOENT;
}

int32_t csock_constant_at(size_t index, csock_constant_t *constant) {
    if (index >= ROWS) return -ENOENT;
    *constant = rows[index];
    return 0;
}

static const error_row_t *find_error(int32_t code) {
    for (size_t i = 0; i < ERRORS; i++)
        if (errors[i].code == code || errors[i].code == -(int64_t)code) return &errors[i];
    return NULL;
}

const char *csock_error_name(int32_t code) {
    const error_row_t *row = find_error(code);
    return row ? row->name : NULL;
}

const char *csock_error_text(int32_t code) {
    const error_row_t *row = find_error(code);
    return row ? row->text : NULL;
}

const char *csock_version(void) { return "0.1.0"; }

int32_t csock_abi_version(void) { return 0; }
