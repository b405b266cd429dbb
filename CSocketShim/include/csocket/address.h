// Socket addresses in memory of the caller: CSOCK_ADDRESS_SIZE bytes, aligned for a uint64_t, hold every address.
// Numbers go in and out in host byte order, IP addresses as their 4 or 16 bytes in the order they are written.
#ifndef CSOCKET_ADDRESS_H
#define CSOCKET_ADDRESS_H
#include "calls.h"
CSOCK_BEGIN

/// Room for an address of any family. C: struct sockaddr_storage
#define CSOCK_ADDRESS_SIZE 128

/// The most bytes that a Unix address can hold, without the NUL that ends a path. C: unix(7)
CSOCK_INLINE uint32_t csock_unix_path_capacity(void) {
    return (uint32_t)sizeof(((struct sockaddr_un *)0)->sun_path) - 1;
}

/// Fills in the length byte that macOS and the BSDs have in front of the family.
CSOCK_INLINE void csock_address_set_length(void *address, uint32_t length) {
#ifdef CSOCK_LINUX
    (void)address;
    (void)length;
#else
    ((struct sockaddr *)address)->sa_len = (uint8_t)length;
#endif
}

/// The address family, or -EINVAL when the address is too short to have one.
CSOCK_INLINE int32_t csock_address_family(const void *address, uint32_t length) {
    struct sockaddr header;
    size_t needed = offsetof(struct sockaddr, sa_family) + sizeof header.sa_family;
    if (length < needed) return -EINVAL;
    memcpy(&header, address, needed);
    return header.sa_family;
}

/// Writes an IPv4 address and returns its length. C: struct sockaddr_in, ip(7)
CSOCK_INLINE int32_t csock_address_put_ipv4(void *address, uint32_t room, const uint8_t *bytes, uint16_t port) {
    struct sockaddr_in in;
    if (room < sizeof in) return -EINVAL;
    memset(&in, 0, sizeof in);
    in.sin_family = AF_INET;
    in.sin_port = htons(port);
    memcpy(&in.sin_addr, bytes, 4);
    csock_address_set_length(&in, (uint32_t)sizeof in);
    memcpy(address, &in, sizeof in);
    return (int32_t)sizeof in;
}

/// Reads an IPv4 address: 0, -EINVAL when too short, -EAFNOSUPPORT when of another family.
CSOCK_INLINE int32_t csock_address_get_ipv4(const void *address, uint32_t length, uint8_t *bytes, uint16_t *port) {
    int32_t family = csock_address_family(address, length);
    if (family < 0) return family;
    if (family != AF_INET) return -EAFNOSUPPORT;
    struct sockaddr_in in;
    if (length < sizeof in) return -EINVAL;
    memcpy(&in, address, sizeof in);
    memcpy(bytes, &in.sin_addr, 4);
    *port = ntohs(in.sin_port);
    return 0;
}

/// Writes an IPv6 address and returns its length. C: struct sockaddr_in6, ipv6(7)
CSOCK_INLINE int32_t csock_address_put_ipv6(void *address, uint32_t room, const uint8_t *bytes, uint16_t port,
                                            uint32_t flow_label, uint32_t scope) {
    struct sockaddr_in6 in;
    if (room < sizeof in) return -EINVAL;
    memset(&in, 0, sizeof in);
    in.sin6_family = AF_INET6;
    in.sin6_port = htons(port);
    in.sin6_flowinfo = htonl(flow_label);
    in.sin6_scope_id = scope;
    memcpy(&in.sin6_addr, bytes, 16);
    csock_address_set_length(&in, (uint32_t)sizeof in);
    memcpy(address, &in, sizeof in);
    return (int32_t)sizeof in;
}

/// Reads an IPv6 address: 0, -EINVAL when too short, -EAFNOSUPPORT when of another family.
CSOCK_INLINE int32_t csock_address_get_ipv6(const void *address, uint32_t length, uint8_t *bytes, uint16_t *port,
                                            uint32_t *flow_label, uint32_t *scope) {
    int32_t family = csock_address_family(address, length);
    if (family < 0) return family;
    if (family != AF_INET6) return -EAFNOSUPPORT;
    struct sockaddr_in6 in;
    if (length < sizeof in) return -EINVAL;
    memcpy(&in, address, sizeof in);
    memcpy(bytes, &in.sin6_addr, 16);
    *port = ntohs(in.sin6_port);
    *flow_label = ntohl(in.sin6_flowinfo);
    *scope = in.sin6_scope_id;
    return 0;
}

/// Writes a Unix address and returns its length: a path, an abstract name (first byte NUL, Linux) or none (`count` 0).
/// -ENAMETOOLONG when it does not fit; -EINVAL for a path with a NUL, which the kernel would cut, and for an abstract
/// name where there are none. C: unix(7)
CSOCK_INLINE int32_t csock_address_put_unix(void *address, uint32_t room, const uint8_t *CSOCK_NULLABLE name,
                                            uint32_t count) {
    const size_t start = offsetof(struct sockaddr_un, sun_path);
    struct sockaddr_un un;
    if (room < sizeof un) return -EINVAL;
    int is_path = count > 0 && name[0] != 0;
    if (count > sizeof un.sun_path - (is_path ? 1 : 0)) return -ENAMETOOLONG;
    if (is_path && memchr(name, 0, count)) return -EINVAL;
#ifndef CSOCK_LINUX  // no abstract names: it would be a path without a name
    if (count > 0 && !is_path) return -EINVAL;
#endif
    memset(&un, 0, sizeof un);
    un.sun_family = AF_UNIX;
    if (count > 0) memcpy(un.sun_path, name, count);
    uint32_t length = (uint32_t)start + count + (is_path ? 1 : 0);
    csock_address_set_length(&un, length);
    memcpy(address, &un, sizeof un);
    return (int32_t)length;
}

/// Reads a Unix address into `name` and returns its byte count: 0 for an unnamed one, first byte NUL for an abstract one.
CSOCK_INLINE int32_t csock_address_get_unix(const void *address, uint32_t length, uint8_t *name, uint32_t room) {
    int32_t family = csock_address_family(address, length);
    if (family < 0) return family;
    if (family != AF_UNIX) return -EAFNOSUPPORT;
    const uint32_t start = (uint32_t)offsetof(struct sockaddr_un, sun_path);
    const uint8_t *path = (const uint8_t *)address + start;
    uint32_t count = length > start ? length - start : 0;
    if (length > CSOCK_ADDRESS_SIZE) return -EINVAL;
    if (count > 0 && path[0] != 0) {
        const void *end = memchr(path, 0, count);
        if (end) count = (uint32_t)((const uint8_t *)end - path);
    }
#ifndef CSOCK_LINUX  // no abstract names: zeros are padding
    if (count > 0 && path[0] == 0) count = 0;
#endif
    if (count > room) return -EINVAL;
    if (count > 0) memcpy(name, path, count);
    return (int32_t)count;
}

/// The 4 or 16 bytes of an address in its strict notation: 0, -EINVAL for text that is none. C: inet_pton(3)
CSOCK_INLINE int32_t csock_inet_pton(int32_t family, const char *text, uint8_t *bytes) {
    int result = inet_pton(family, text, bytes);
    return result == 1 ? 0 : result == 0 ? -EINVAL : -errno;
}

/// The text of an address, ended by a NUL; its length. C: inet_ntop(3)
CSOCK_INLINE int32_t csock_inet_ntop(int32_t family, const uint8_t *bytes, char *text, uint32_t room) {
    if (!inet_ntop(family, bytes, text, (socklen_t)room)) return -errno;
    return (int32_t)strlen(text);
}

/// The 4 bytes of an address in the classic notation, which knows octal, hex and fewer parts. C: inet_aton(3)
CSOCK_INLINE int32_t csock_inet_aton(const char *text, uint8_t *bytes) {
    struct in_addr in;
    if (inet_aton(text, &in) == 0) return -EINVAL;
    memcpy(bytes, &in, 4);
    return 0;
}

/// The address as a number in network byte order, or -EINVAL: 255.255.255.255 is no error here. C: inet_addr(3)
CSOCK_INLINE int64_t csock_inet_addr(const char *text) {
    uint32_t number = 0;
    int32_t result = csock_inet_aton(text, (uint8_t *)&number);
    return result < 0 ? result : (int64_t)number;
}

/// The dotted text of 4 bytes in the caller's memory, unlike C's static buffer; its length. C: inet_ntoa(3)
CSOCK_INLINE int32_t csock_inet_ntoa(const uint8_t *bytes, char *text, uint32_t room) {
    return csock_inet_ntop(AF_INET, bytes, text, room);
}

/// Host to network order and back, 16, 32 and 64 bits. C: byteorder(3), macros on some systems
CSOCK_INLINE uint16_t csock_htons(uint16_t number) { return htons(number); }
CSOCK_INLINE uint16_t csock_ntohs(uint16_t number) { return ntohs(number); }
CSOCK_INLINE uint32_t csock_htonl(uint32_t number) { return htonl(number); }
CSOCK_INLINE uint32_t csock_ntohl(uint32_t number) { return ntohl(number); }
CSOCK_INLINE uint64_t csock_htonll(uint64_t number) {
    uint32_t halves[2] = {htonl((uint32_t)(number >> 32)), htonl((uint32_t)number)};
    memcpy(&number, halves, sizeof number);
    return number;
}
CSOCK_INLINE uint64_t csock_ntohll(uint64_t number) { return csock_htonll(number); }

/// Zeroing, copying (also between overlapping places) and comparing bytes. C: bzero(3), bcopy(3), bcmp(3)
CSOCK_INLINE void csock_bzero(void *bytes, size_t count) { memset(bytes, 0, count); }
CSOCK_INLINE void csock_bcopy(const void *source, void *target, size_t count) { memmove(target, source, count); }
CSOCK_INLINE int32_t csock_bcmp(const void *one, const void *other, size_t count) {
    return memcmp(one, other, count) != 0;
}

/// C: memset(3), memcpy(3), memmove(3), memcmp(3), for languages that have no libc at hand
CSOCK_INLINE void csock_memset(void *bytes, uint8_t value, size_t count) { memset(bytes, value, count); }
CSOCK_INLINE void csock_memcpy(void *target, const void *source, size_t count) { memcpy(target, source, count); }
CSOCK_INLINE void csock_memmove(void *target, const void *source, size_t count) { memmove(target, source, count); }
CSOCK_INLINE int32_t csock_memcmp(const void *one, const void *other, size_t count) {
    int order = memcmp(one, other, count);
    return (order > 0) - (order < 0);
}

/// The index of a network interface, or -ENODEV. C: if_nametoindex(3), which reports failure as 0
CSOCK_INLINE int64_t csock_if_nametoindex(const char *name) {
    unsigned int index = if_nametoindex(name);
    return index == 0 ? -(int64_t)errno : (int64_t)index;
}

/// The name of an interface in `name`, which has room for csock_IF_NAMESIZE; its length. C: if_indextoname(3)
CSOCK_INLINE int32_t csock_if_indextoname(uint32_t index, char *name) {
    if (!if_indextoname(index, name)) return -errno;
    return (int32_t)strlen(name);
}

CSOCK_END
#endif
