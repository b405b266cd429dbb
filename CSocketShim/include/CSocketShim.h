// CSocketShim: the sockets of Unix for every language, in one spelling on all systems.
//
// The contract
// - Names: functions are csock_..., constants csock_SO_REUSEADDR (the C name after the prefix), types csock_..._t.
// - Results: >= 0, or -errno. Nobody reads errno. There are no globals, no thread-local state and no log.
// - Memory belongs to the caller. Nothing is allocated and nothing is kept after the call returns.
// - Integers have fixed widths; there are no bit-fields, unions, variadic calls or structs by value.
// - No policy: no call is retried, an interrupted one answers -EINTR. Every function may be called from any thread.
// - Descriptors are ints. A function that makes one says whether exec closes it.
// - Every function is a symbol of the library, also those that are inline for C, C++ and Swift.
#ifndef CSOCKETSHIM_H
#define CSOCKETSHIM_H

#include "csocket/address.h"
#include "csocket/calls.h"
#include "csocket/message.h"
#include "csocket/names.h"
#include "csocket/process.h"
#include "csocket/readiness.h"
#include "csocket/ring.h"
#include "csocket/table.h"

#endif
