// The constants as symbols (csock_SO_REUSEADDR), by name at run time, and the catalogue of options.
#ifndef CSOCKET_TABLE_H
#define CSOCKET_TABLE_H
#include "system.h"

// In exports.c the rows become the definitions of the exported objects.
#if defined(CSOCK_DEFINE_CONSTANTS) && defined(__cplusplus)
#define CSOCK_ROW extern "C" CSOCK_API const int32_t
#elif defined(CSOCK_DEFINE_CONSTANTS)
#define CSOCK_ROW CSOCK_API const int32_t
#else
#define CSOCK_ROW static const int32_t
#endif
#define CSOCK_CONSTANT(name) CSOCK_ROW csock_##name = (int32_t)(name);
#define CSOCK_NUMBER(name, value) CSOCK_ROW csock_##name = (int32_t)(value);
#define CSOCK_OPTION(level, name, kind) CSOCK_ROW csock_##name = (int32_t)(name);
#define CSOCK_OPTION_NUMBER(level, name, value, kind) CSOCK_ROW csock_##name = (int32_t)(value);
#define CSOCK_ERRNO(name, text) CSOCK_ROW csock_##name = (int32_t)(name);
#include "constants.h"
#undef CSOCK_ROW
#undef CSOCK_CONSTANT
#undef CSOCK_NUMBER
#undef CSOCK_OPTION
#undef CSOCK_OPTION_NUMBER
#undef CSOCK_ERRNO

CSOCK_BEGIN

/// What the value of an option is made of.
#define CSOCK_KIND_FLAG 1
#define CSOCK_KIND_INT 2
#define CSOCK_KIND_LINGER 3
#define CSOCK_KIND_TIMEVAL 4
#define CSOCK_KIND_TEXT 5
#define CSOCK_KIND_STRUCT 6
#define CSOCK_KIND_NONE 7

/// One row of the table of constants. `level` and `kind` are 0 for what is no option.
typedef struct csock_constant {
    const char *name;
    int32_t value;
    int32_t level;
    int32_t kind;
} csock_constant_t;

/// The value of the constant with this name in `*value`; 0, or -ENOENT where this system has none of that name.
CSOCK_API int32_t csock_constant(const char *name, int64_t *value);

/// Row `index` of the table in `*constant`, for programs that go through it; 0, or -ENOENT past the end.
CSOCK_API int32_t csock_constant_at(size_t index, csock_constant_t *constant);

/// The name of an error code, such as "ECONNREFUSED", or NULL for an unknown one. Takes errno or its negation.
CSOCK_API const char *CSOCK_NULLABLE csock_error_name(int32_t code);

/// What an error code means, in English and without a global buffer (unlike strerror(3)), or NULL for an unknown one.
CSOCK_API const char *CSOCK_NULLABLE csock_error_text(int32_t code);

/// The version of the library as text, such as "0.1.0". It stays valid for ever.
CSOCK_API const char *csock_version(void);

/// Counts up when a function leaves or changes; additions leave it as it is.
CSOCK_API int32_t csock_abi_version(void);

CSOCK_END
#endif
