// Host and service names, and the interfaces of this machine.
#ifndef CSOCKET_NAMES_H
#define CSOCKET_NAMES_H
#include "address.h"
CSOCK_BEGIN

/// The resolver's errors: a number of no errno, so that one negative range holds both.
#define CSOCK_NAME_NOT_FOUND 100001    // the name does not exist, or has no address of the wanted kind
#define CSOCK_NAME_TRY_AGAIN 100002    // a server did not answer, or answered with a passing failure
#define CSOCK_NAME_FAILURE 100003      // a failure that will stay, such as a refusal
#define CSOCK_NAME_BAD_SERVICE 100004  // no such service for this kind of socket
#define CSOCK_NAME_BAD_REQUEST 100005  // a combination of hints that the resolver refuses

/// One answer of the resolver.
typedef struct csock_answer {
    uint64_t address[CSOCK_ADDRESS_SIZE / 8];
    uint32_t length;
    int32_t family;
    int32_t type;
    int32_t protocol;
} csock_answer_t;

/// What to ask for. Zeros mean any. C: struct addrinfo hints
typedef struct csock_question {
    int32_t family;
    int32_t type;
    int32_t protocol;
    int32_t flags;   // csock_AI_PASSIVE ...
} csock_question_t;

/// Asks the system's resolver, which may block for as long as it is configured to. Writes up to `room` answers and
/// returns how many there are in all, which may be more; -CSOCK_NAME_... or -errno. At least one of host and service
/// is not NULL. C: getaddrinfo(3), whose list the caller would have to free
CSOCK_API int64_t csock_resolve(const char *CSOCK_NULLABLE host, const char *CSOCK_NULLABLE service,
                                const csock_question_t *question, csock_answer_t *CSOCK_NULLABLE answers, size_t room);

/// Host and service name of an address, each ended by a NUL: 0, -CSOCK_NAME_... or -errno, -EOVERFLOW when a name does
/// not fit. `flags` are csock_NI_... C: getnameinfo(3)
CSOCK_API int32_t csock_name_of(const void *address, uint32_t length, char *CSOCK_NULLABLE host, uint32_t host_room,
                                char *CSOCK_NULLABLE service, uint32_t service_room, int32_t flags);

/// One address of one interface. An interface without an address has a row with lengths 0.
typedef struct csock_interface {
    uint64_t address[CSOCK_ADDRESS_SIZE / 8];
    uint64_t netmask[CSOCK_ADDRESS_SIZE / 8];
    uint64_t peer[CSOCK_ADDRESS_SIZE / 8];   // broadcast address, or the other end of a point-to-point link
    uint32_t address_length;
    uint32_t netmask_length;
    uint32_t peer_length;
    uint32_t index;
    uint32_t flags;                          // csock_IFF_...
    char name[64];
} csock_interface_t;

/// Writes up to `room` rows and returns how many there are in all, which may be more. C: getifaddrs(3)
CSOCK_API int64_t csock_interfaces(csock_interface_t *CSOCK_NULLABLE rows, size_t room);

CSOCK_END
#endif
