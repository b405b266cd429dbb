// Every short buffer, offset and claimed length through the readers of foreign bytes. Behind each buffer lies a page
// that must not be touched, so that one byte read too many ends the program.
#include "check.h"

#include <stdlib.h>
#include <sys/mman.h>

/// The end of a page of memory before one without access.
static uint8_t *guarded_end(void) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
    if (!TRUE(pages != MAP_FAILED) || !TRUE(mprotect(pages + page, page, PROT_NONE) == 0)) exit(1);
    return pages + page;
}

static unsigned long cases;

/// A comparison in the inner loop: counted as a case, printed when it is false.
#define HOLDS(condition, ...) \
    do { \
        if (condition) break; \
        check_failures++; \
        fprintf(stderr, "%s:%d: %s with ", __FILE__, __LINE__, #condition); \
        fprintf(stderr, __VA_ARGS__); \
        fputc('\n', stderr); \
    } while (0)

// Control messages

enum { LONGEST = 72, CLAIMS = LONGEST + 16 };

/// The lengths a record can claim: all small ones, and those near the ends of the number ranges.
static size_t claimed_length(size_t index) {
    const size_t edges[] = {SIZE_MAX, SIZE_MAX - 7, SIZE_MAX - 8, SIZE_MAX - 15, SIZE_MAX - 16, SIZE_MAX - 23,
                            SIZE_MAX / 2, SIZE_MAX / 2 + 1, UINT32_MAX, INT32_MAX, (size_t)INT32_MAX + 1};
    const size_t count = sizeof edges / sizeof *edges;
    return index < CLAIMS - count ? index : edges[index - (CLAIMS - count)];
}

static void put_claim(uint8_t *place, size_t room, size_t claimed) {
    struct cmsghdr header;
    memset(&header, 0, sizeof header);
    header.cmsg_len = (__typeof__(header.cmsg_len))claimed;
    header.cmsg_level = 7;
    header.cmsg_type = 9;
    memcpy(place, &header, room < sizeof header ? room : sizeof header);
}

static void one_record(const uint8_t *buffer, size_t length, size_t offset, size_t claimed) {
    const size_t head = CMSG_LEN(0);
    csock_control_record_t record = {.level = -1, .offset = 4711};
    int64_t next = csock_control_next(buffer, length, offset, &record);
    cases++;
    if (offset > length || length - offset < head) {
        HOLDS(next == 0, "length %zu offset %zu", length, offset);
    } else if (claimed < head) {
        HOLDS(next == -EINVAL, "length %zu offset %zu claim %zu", length, offset, claimed);
    } else {
        size_t rest = length - offset, real = claimed < rest ? claimed : rest;
        HOLDS(next > (int64_t)offset && next <= (int64_t)length, "length %zu offset %zu claim %zu", length, offset, claimed);
        HOLDS(record.offset == offset + head && record.count == real - head, "length %zu offset %zu claim %zu", length,
              offset, claimed);
        HOLDS(record.partial == (claimed > rest), "length %zu offset %zu claim %zu", length, offset, claimed);
        HOLDS(record.level == 7 && record.type == 9, "length %zu offset %zu claim %zu", length, offset, claimed);
    }
}

static void every_record(uint8_t *end) {
    for (size_t length = 0; length <= LONGEST; length++) {
        uint8_t *buffer = end - length;
        for (size_t offset = 0; offset <= LONGEST + 8; offset++) {
            for (size_t index = 0; index < CLAIMS; index++) {
                memset(buffer, 0, length);
                size_t claimed = claimed_length(index);
                if (claimed != (size_t)(socklen_t)claimed && sizeof(((struct cmsghdr *)0)->cmsg_len) == 4) continue;
                if (offset < length) put_claim(buffer + offset, length - offset, claimed);
                one_record(buffer, length, offset, claimed);
            }
        }
        one_record(buffer, length, SIZE_MAX, 0);
    }
}

/// Two records with every pair of claims: the walk moves on, stays inside, and ends.
static void every_walk(uint8_t *end) {
    for (size_t length = 0; length <= LONGEST; length++) {
        uint8_t *buffer = end - length;
        for (size_t one = 0; one < CLAIMS; one++) {
            for (size_t other = 0; other < CLAIMS; other += 3) {
                memset(buffer, 0, length);
                size_t second = CMSG_SPACE(one < LONGEST && one >= CMSG_LEN(0) ? one - CMSG_LEN(0) : 0);
                put_claim(buffer, length, claimed_length(one));
                if (second < length) put_claim(buffer + second, length - second, claimed_length(other));
                csock_control_record_t record = {0};
                int64_t offset = 0, next;
                int steps = 0;
                while ((next = csock_control_next(buffer, length, (size_t)offset, &record)) > 0) {
                    HOLDS(record.offset + record.count <= length, "length %zu claims %zu %zu", length, one, other);
                    csock_packet_info_t info;
                    csock_credentials_t credentials;
                    (void)csock_control_get_packet_info(buffer, &record, &info);
                    (void)csock_control_get_credentials(buffer, &record, &credentials);
                    offset = next;
                    if (++steps > LONGEST) break;
                }
                cases++;
                HOLDS(steps <= LONGEST / (int)CMSG_LEN(0) + 1, "length %zu claims %zu %zu", length, one, other);
            }
        }
    }
}

/// A record is written only into room that it fits in.
static void every_put(uint8_t *end) {
    for (size_t room = 0; room <= LONGEST; room++) {
        for (size_t offset = 0; offset <= LONGEST + 8; offset++) {
            for (size_t count = 0; count <= LONGEST; count++) {
                int64_t next = csock_control_put(end - room, room, offset, 1, 2, NULL, count);
                int fits = offset <= room && CMSG_SPACE(count) <= room - offset;
                cases++;
                HOLDS(next == (fits ? (int64_t)(offset + CMSG_SPACE(count)) : -ENOBUFS), "room %zu offset %zu count %zu",
                      room, offset, count);
            }
        }
    }
}

// Addresses

/// Fills an address of `length` bytes: a family and a name of ones with a NUL at `nul`.
static void fill_address(uint8_t *address, uint32_t length, int family, uint32_t nul) {
    struct sockaddr header;
    const size_t place = offsetof(struct sockaddr, sa_family);
    memset(address, 1, length);
    memset(&header, 1, sizeof header);
    header.sa_family = (sa_family_t)family;
    if (length >= place + sizeof header.sa_family)
        memcpy(address + place, (const uint8_t *)&header + place, sizeof header.sa_family);
    if (nul >= place + sizeof header.sa_family && nul < length) address[nul] = 0;
}

static void read_ip(const uint8_t *address, uint32_t length, int family) {
    uint8_t bytes[16];
    uint16_t port;
    uint32_t flow, scope;
    int32_t found = csock_address_family(address, length);
    int32_t four = csock_address_get_ipv4(address, length, bytes, &port);
    int32_t six = csock_address_get_ipv6(address, length, bytes, &port, &flow, &scope);
    cases += 3;
    HOLDS(found == (length < 2 ? -EINVAL : family), "length %u family %d: %d", length, family, found);
    HOLDS(four == (length < 2 ? -EINVAL : family != AF_INET ? -EAFNOSUPPORT : length < 16 ? -EINVAL : 0),
          "length %u family %d: %d", length, family, four);
    HOLDS(six == (length < 2 ? -EINVAL : family != AF_INET6 ? -EAFNOSUPPORT : length < 28 ? -EINVAL : 0),
          "length %u family %d: %d", length, family, six);
}

static void every_ip_address(uint8_t *end) {
    for (uint32_t length = 0; length <= CSOCK_ADDRESS_SIZE; length++) {
        for (int family = 0; family < 256; family++) {
            fill_address(end - length, length, family, UINT32_MAX);
            read_ip(end - length, length, family);
        }
    }
}

/// The bytes of a name whose address has `length` bytes and a NUL at `nul`.
static uint32_t expected_name(uint32_t length, uint32_t nul) {
    const uint32_t start = (uint32_t)offsetof(struct sockaddr_un, sun_path);
    if (length <= start) return 0;
#ifdef CSOCK_LINUX
    if (nul == start) return length - start;
#endif
    return nul >= start && nul < length ? nul - start : length - start;
}

static void every_unix_address(uint8_t *end, uint8_t *name_end) {
    for (uint32_t length = 2; length <= CSOCK_ADDRESS_SIZE; length++) {
        for (uint32_t nul = 1; nul <= length; nul++) {
            fill_address(end - length, length, AF_UNIX, nul);
            const uint32_t expected = expected_name(length, nul);
            for (uint32_t room = 0; room <= CSOCK_ADDRESS_SIZE; room += expected > room + 3 ? 3 : 1) {
                int32_t count = csock_address_get_unix(end - length, length, name_end - room, room);
                cases++;
                HOLDS(count == (expected <= room ? (int32_t)expected : -EINVAL), "length %u NUL %u room %u: %d", length,
                      nul, room, count);
            }
        }
    }
}

int main(void) {
    check_begin();
    uint8_t *end = guarded_end(), *other_end = guarded_end();
    every_record(end);
    every_walk(end);
    every_put(end);
    every_ip_address(end);
    every_unix_address(end, other_end);
    printf("%lu cases\n", cases);
    return check_end();
}
