// Which system this is, and how a function of the shim is declared.
#ifndef CSOCKET_PLATFORM_H
#define CSOCKET_PLATFORM_H

#if defined(__linux__)
#define CSOCK_LINUX 1
#elif defined(__APPLE__)
#define CSOCK_APPLE 1
#elif defined(__FreeBSD__) || defined(__NetBSD__) || defined(__OpenBSD__)
#define CSOCK_BSD 1
#else
#error "CSocketShim knows Linux, macOS and the BSDs; Documentation/Porting.md says what a new system needs"
#endif

#define CSOCK_API __attribute__((visibility("default")))

// Inline for C, C++ and Swift. exports.c defines it as CSOCK_API before it includes the umbrella header,
// which turns the same text into the linkable symbols that every other language calls.
#ifndef CSOCK_INLINE
#define CSOCK_INLINE static inline
#endif

#ifdef __clang__
#define CSOCK_NULLABLE _Nullable
#define CSOCK_NONNULL _Nonnull
// Swift reads these; -Wpedantic would object to them in everybody else's build.
#define CSOCK_ASSUME_NONNULL_BEGIN \
    _Pragma("clang diagnostic push") _Pragma("clang diagnostic ignored \"-Wnullability-extension\"") \
    _Pragma("clang assume_nonnull begin")
#define CSOCK_ASSUME_NONNULL_END _Pragma("clang assume_nonnull end") _Pragma("clang diagnostic pop")
#else
#define CSOCK_NULLABLE
#define CSOCK_NONNULL
#define CSOCK_ASSUME_NONNULL_BEGIN
#define CSOCK_ASSUME_NONNULL_END
#endif

#ifdef __cplusplus
#define CSOCK_BEGIN extern "C" { CSOCK_ASSUME_NONNULL_BEGIN
#define CSOCK_END CSOCK_ASSUME_NONNULL_END }
#else
#define CSOCK_BEGIN CSOCK_ASSUME_NONNULL_BEGIN
#define CSOCK_END CSOCK_ASSUME_NONNULL_END
#endif

#endif
