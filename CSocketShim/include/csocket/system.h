// Every system header, once. Nothing else in the project includes one.
#ifndef CSOCKET_SYSTEM_H
#define CSOCKET_SYSTEM_H

#include "platform.h"

// Under -std=c11 a libc shows ISO C only. Ask for the rest, which works as long as no libc header came before.
#if defined(CSOCK_LINUX) && !defined(_DEFAULT_SOURCE) && !defined(_GNU_SOURCE)
#define _DEFAULT_SOURCE 1
#endif
#if defined(CSOCK_APPLE) && !defined(_DARWIN_C_SOURCE)
#define _DARWIN_C_SOURCE 1
#endif

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <sys/types.h>  // before the other sys headers on the BSDs
#include <sys/socket.h>
#include <sys/un.h>
#include <netinet/in.h>  // before tcp.h and the other netinet headers on the BSDs
#include <netinet/tcp.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#if defined(CSOCK_LINUX)
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <linux/posix_types.h>  // __kernel_long_t
#include <linux/sockios.h>  // SIOCINQ and SIOCOUTQ
#else
#include <sys/event.h>
#include <sys/filio.h>  // FIONREAD
#include <sys/sockio.h>
#endif

#if defined(__GLIBC__) && !defined(__USE_MISC)
#error "include CSocketShim.h before any libc header, or compile with -D_DEFAULT_SOURCE or -std=gnu11"
#endif

#endif
