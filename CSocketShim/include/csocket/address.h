#ifndef CSOCKET_ADDRESS_H
#define CSOCKET_ADDRESS_H
#include "system.h"
CSOCK_BEGIN

/// The index of a network interface, or -ENODEV. C: if_nametoindex(3), which reports failure as 0.
CSOCK_INLINE int64_t csock_if_nametoindex(const char *name) {
    unsigned int index = if_nametoindex(name);
    return index == 0 ? -(int64_t)errno : (int64_t)index;
}

CSOCK_END
#endif
