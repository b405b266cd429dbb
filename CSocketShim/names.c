// The resolver and the list of interfaces: libc makes lists there, which are copied out and freed here.
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1
#endif
#include "csocket/names.h"

static int64_t name_error(int code) {
    switch (code) {
    case EAI_NONAME:
#ifdef EAI_NODATA
#if EAI_NODATA != EAI_NONAME
    case EAI_NODATA:
#endif
#endif
#ifdef EAI_ADDRFAMILY
    case EAI_ADDRFAMILY:
#endif
        return -CSOCK_NAME_NOT_FOUND;
    case EAI_AGAIN: return -CSOCK_NAME_TRY_AGAIN;
    case EAI_SERVICE: return -CSOCK_NAME_BAD_SERVICE;
    case EAI_MEMORY: return -ENOMEM;
#ifdef EAI_OVERFLOW
    case EAI_OVERFLOW: return -EOVERFLOW;
#endif
    case EAI_SYSTEM: return errno > 0 ? -(int64_t)errno : -CSOCK_NAME_FAILURE;
    case EAI_BADFLAGS:
    case EAI_FAMILY:
    case EAI_SOCKTYPE: return -CSOCK_NAME_BAD_REQUEST;
    default: return -CSOCK_NAME_FAILURE;
    }
}

static uint32_t copy_address(uint64_t *target, const struct sockaddr *source, size_t length) {
    if (!source || length > CSOCK_ADDRESS_SIZE) return 0;
    memcpy(target, source, length);
    return (uint32_t)length;
}

int64_t csock_resolve(const char *host, const char *service, const csock_question_t *question,
                      csock_answer_t *answers, size_t room) {
    struct addrinfo hints, *list = NULL;
    memset(&hints, 0, sizeof hints);
    hints.ai_family = question->family;
    hints.ai_socktype = question->type;
    hints.ai_protocol = question->protocol;
    hints.ai_flags = question->flags;
    int code = getaddrinfo(host, service, &hints, &list);
    if (code != 0) return name_error(code);
    size_t count = 0;
    for (const struct addrinfo *item = list; item; item = item->ai_next, count++) {
        if (count >= room) continue;
        csock_answer_t *answer = &answers[count];
        memset(answer, 0, sizeof *answer);
        answer->length = copy_address(answer->address, item->ai_addr, item->ai_addrlen);
        answer->family = item->ai_family;
        answer->type = item->ai_socktype;
        answer->protocol = item->ai_protocol;
    }
    freeaddrinfo(list);
    return (int64_t)count;
}

int32_t csock_name_of(const void *address, uint32_t length, char *host, uint32_t host_room, char *service,
                      uint32_t service_room, int32_t flags) {
    int code = getnameinfo((const struct sockaddr *)address, (socklen_t)length, host, host_room, service,
                           service_room, flags);
    return code == 0 ? 0 : (int32_t)name_error(code);
}

static size_t address_length(const struct sockaddr *address) {
    if (!address) return 0;
#ifdef CSOCK_LINUX
    switch (address->sa_family) {
    case AF_INET: return sizeof(struct sockaddr_in);
    case AF_INET6: return sizeof(struct sockaddr_in6);
    default: return 0;  // packet addresses differ in size and say nothing about IP
    }
#else
    return address->sa_len;
#endif
}

static void copy_interface(csock_interface_t *row, const struct ifaddrs *item) {
    const struct sockaddr *peer = item->ifa_flags & (IFF_BROADCAST | IFF_POINTOPOINT) ? item->ifa_dstaddr : NULL;
    memset(row, 0, sizeof *row);
    row->address_length = copy_address(row->address, item->ifa_addr, address_length(item->ifa_addr));
    row->netmask_length = copy_address(row->netmask, item->ifa_netmask, address_length(item->ifa_netmask));
    row->peer_length = copy_address(row->peer, peer, address_length(peer));
    row->index = if_nametoindex(item->ifa_name);
    row->flags = (uint32_t)item->ifa_flags;
    size_t count = strlen(item->ifa_name);
    memcpy(row->name, item->ifa_name, count < sizeof row->name ? count : sizeof row->name - 1);
}

int64_t csock_interfaces(csock_interface_t *rows, size_t room) {
    struct ifaddrs *list = NULL;
    int64_t result = csock_result(getifaddrs(&list));
    if (result < 0) return result;
    size_t count = 0;
    for (const struct ifaddrs *item = list; item; item = item->ifa_next, count++)
        if (count < room) copy_interface(&rows[count], item);
    freeifaddrs(list);
    return (int64_t)count;
}
