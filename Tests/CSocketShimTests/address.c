// address.h: writing and reading addresses, their text, byte order, bytes, interface indexes.
#include "loopback.h"

static const uint8_t SIXTEEN[16] = {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

static void ipv4_goes_in_and_out(void) {
    uint64_t storage[CSOCK_ADDRESS_SIZE / 8];
    uint8_t bytes[4] = {0};
    uint16_t port = 0;
    memset(storage, 0xEE, sizeof storage);
    EQUAL(csock_address_put_ipv4(storage, sizeof storage, (const uint8_t[]){192, 0, 2, 33}, 0x1234), 16);
    EQUAL(csock_address_family(storage, 16), AF_INET);
    EQUAL(csock_address_get_ipv4(storage, 16, bytes, &port), 0);
    SAME_BYTES(bytes, ((const uint8_t[]){192, 0, 2, 33}), 4);
    EQUAL(port, 0x1234);
    EQUAL(((const uint8_t *)storage)[2], 0x12);
    EQUAL(((const uint8_t *)storage)[16], 0xEE);
    EQUAL(csock_address_get_ipv4(storage, CSOCK_ADDRESS_SIZE, bytes, &port), 0);
}

static void ipv6_goes_in_and_out(void) {
    uint64_t storage[CSOCK_ADDRESS_SIZE / 8];
    uint8_t bytes[16] = {0};
    uint16_t port = 0;
    uint32_t flow = 0, scope = 0;
    EQUAL(csock_address_put_ipv6(storage, sizeof storage, SIXTEEN, 443, 0xABCDE, 7), 28);
    EQUAL(csock_address_family(storage, 28), AF_INET6);
    EQUAL(csock_address_get_ipv6(storage, 28, bytes, &port, &flow, &scope), 0);
    SAME_BYTES(bytes, SIXTEEN, 16);
    EQUAL(port, 443);
    EQUAL(flow, 0xABCDE);
    EQUAL(scope, 7);
}

static void another_family_or_too_few_bytes_are_refused(void) {
    uint64_t storage[CSOCK_ADDRESS_SIZE / 8];
    uint8_t bytes[16];
    uint16_t port = 0;
    uint32_t flow, scope;
    EQUAL(csock_address_put_ipv4(storage, 15, SIXTEEN, 0), -EINVAL);
    EQUAL(csock_address_put_ipv6(storage, 27, SIXTEEN, 0, 0, 0), -EINVAL);
    EQUAL(csock_address_put_ipv4(storage, 16, SIXTEEN, 0), 16);
    EQUAL(csock_address_get_ipv6(storage, 28, bytes, &port, &flow, &scope), -EAFNOSUPPORT);
    EQUAL(csock_address_get_unix(storage, 16, bytes, 16), -EAFNOSUPPORT);
    for (uint32_t length = 0; length < 16; length++) EQUAL(csock_address_get_ipv4(storage, length, bytes, &port), -EINVAL);
    EQUAL(csock_address_put_ipv6(storage, 28, SIXTEEN, 0, 0, 0), 28);
    EQUAL(csock_address_get_ipv4(storage, 28, bytes, &port), -EAFNOSUPPORT);
    for (uint32_t length = 0; length < 28; length++)
        EQUAL(csock_address_get_ipv6(storage, length, bytes, &port, &flow, &scope), -EINVAL);
    EQUAL(csock_address_family(storage, 0), -EINVAL);
    EQUAL(csock_address_family(storage, 1), -EINVAL);
}

/// Writes a name and reads it back.
static void unix_round_trip(const uint8_t *name, uint32_t count, uint32_t length) {
    uint64_t storage[CSOCK_ADDRESS_SIZE / 8];
    uint8_t back[128];
    EQUAL(csock_address_put_unix(storage, sizeof storage, name, count), length);
    EQUAL(csock_address_get_unix(storage, length, back, sizeof back), count);
    SAME_BYTES(back, name, count);
}

static void unix_names_up_to_the_limit_go_in_and_out(void) {
    uint32_t capacity = csock_unix_path_capacity();
    uint8_t name[128];
    EQUAL(capacity, sizeof(((struct sockaddr_un *)0)->sun_path) - 1);
    memset(name, 'p', sizeof name);
    for (uint32_t count = 1; count <= capacity; count++) unix_round_trip(name, count, 2 + count + 1);
    uint64_t storage[CSOCK_ADDRESS_SIZE / 8];
    EQUAL(csock_address_put_unix(storage, sizeof storage, name, capacity + 1), -ENAMETOOLONG);
    EQUAL(csock_address_put_unix(storage, sizeof storage, name, capacity + 2), -ENAMETOOLONG);
    EQUAL(csock_address_put_unix(storage, sizeof storage, name, UINT32_MAX), -ENAMETOOLONG);
    EQUAL(csock_address_put_unix(storage, sizeof(struct sockaddr_un) - 1, name, 1), -EINVAL);
    EQUAL(csock_address_put_unix(storage, sizeof storage, NULL, 0), 2);
    EQUAL(csock_address_get_unix(storage, 2, name, 0), 0);
}

static void a_path_with_a_nul_is_refused(void) {
    uint64_t storage[CSOCK_ADDRESS_SIZE / 8];
    EQUAL(csock_address_put_unix(storage, sizeof storage, (const uint8_t *)"a\0b", 3), -EINVAL);
    EQUAL(csock_address_put_unix(storage, sizeof storage, (const uint8_t *)"a\0", 2), -EINVAL);
}

static void a_name_is_not_written_beyond_its_room(void) {
    uint64_t storage[CSOCK_ADDRESS_SIZE / 8];
    uint8_t name[8];
    EQUAL(csock_address_put_unix(storage, sizeof storage, (const uint8_t *)"/tmp/x", 6), 9);
    EQUAL(csock_address_get_unix(storage, 9, name, 5), -EINVAL);
    EQUAL(csock_address_get_unix(storage, 9, name, 6), 6);
    EQUAL(csock_address_get_unix(storage, 8, name, 6), 6);
    EQUAL(csock_address_get_unix(storage, 5, name, 6), 3);
    EQUAL(csock_address_get_unix(storage, CSOCK_ADDRESS_SIZE + 1, name, 8), -EINVAL);
}

#ifdef CSOCK_LINUX
static void abstract_names_are_exact_bytes(void) {
    uint8_t name[109] = "\0a\0\377\0";
    unix_round_trip(name, 5, 7);
    memset(name + 1, 0, 108);
    for (uint32_t count = 1; count <= 108; count++) unix_round_trip(name, count, 2 + count);
    uint64_t storage[CSOCK_ADDRESS_SIZE / 8];
    EQUAL(csock_address_put_unix(storage, sizeof storage, name, 109), -ENAMETOOLONG);
}

static void an_abstract_name_binds_and_another_length_is_another_name(void) {
    uint64_t storage[CSOCK_ADDRESS_SIZE / 8];
    uint8_t name[32], back[128];
    int written = snprintf((char *)name, sizeof name, "-csock-test-%d", (int)csock_getpid());
    name[0] = 0;
    uint32_t count = (uint32_t)written;
    for (int tail = 0; tail < 2; tail++) {  // the second name has a NUL more
        int32_t length = csock_address_put_unix(storage, sizeof storage, name, count + (uint32_t)tail);
        int32_t one = csock_socket(AF_UNIX, csock_SOCK_STREAM, 0), other = csock_socket(AF_UNIX, csock_SOCK_STREAM, 0);
        EQUAL(csock_bind(one, storage, (uint32_t)length), 0);
        EQUAL(csock_bind(other, storage, (uint32_t)length), -EADDRINUSE);
        address_t own = local_address(one);
        EQUAL(csock_address_get_unix(own.storage, own.length, back, sizeof back), count + (uint32_t)tail);
        SAME_BYTES(back, name, count + (uint32_t)tail);
        EQUAL(csock_close(one), 0);
        EQUAL(csock_close(other), 0);
    }
}

static void the_empty_name_binds_to_one_of_the_kernels(void) {
    uint64_t storage[CSOCK_ADDRESS_SIZE / 8];
    uint8_t back[128];
    int32_t one = csock_socket(AF_UNIX, csock_SOCK_DGRAM, 0);
    address_t unbound = local_address(one);
    EQUAL(csock_address_get_unix(unbound.storage, unbound.length, back, sizeof back), 0);
    EQUAL(csock_bind(one, storage, (uint32_t)csock_address_put_unix(storage, sizeof storage, NULL, 0)), 0);
    address_t own = local_address(one);
    EQUAL(csock_address_get_unix(own.storage, own.length, back, sizeof back), 6);
    EQUAL(back[0], 0);
    EQUAL(csock_close(one), 0);
}

static void a_path_of_108_bytes_that_another_program_bound_comes_back(void) {
    struct sockaddr_un un;
    uint8_t back[128];
    memset(&un, 0, sizeof un);
    un.sun_family = AF_UNIX;
    char folder[64], path[128];
    snprintf(folder, sizeof folder, "/tmp/csock-%d", (int)csock_getpid());
    EQUAL(csock_result(mkdir(folder, 0700)), 0);
    int written = snprintf(path, sizeof path, "%s/", folder);
    memset(path + written, 'x', 108 - (size_t)written);
    path[108] = 0;
    memcpy(un.sun_path, path, 108);
    int32_t one = csock_socket(AF_UNIX, csock_SOCK_DGRAM, 0);
    EQUAL(csock_bind(one, &un, sizeof un), 0);
    address_t own = local_address(one);
    EQUAL(own.length, 111);
    EQUAL(csock_address_get_unix(own.storage, own.length, back, sizeof back), 108);
    SAME_BYTES(back, path, 108);
    EQUAL(csock_close(one), 0);
    EQUAL(csock_unlink(path), 0);
    EQUAL(csock_result(rmdir(folder)), 0);
}
#else
static void an_abstract_name_is_refused(void) {
    uint64_t storage[CSOCK_ADDRESS_SIZE / 8];
    EQUAL(csock_address_put_unix(storage, sizeof storage, (const uint8_t *)"\0a", 2), -EINVAL);
}
#endif

static void addresses_have_a_text(void) {
    uint8_t bytes[16];
    char text[64];
    EQUAL(csock_inet_pton(AF_INET, "127.0.0.1", bytes), 0);
    EQUAL(csock_inet_ntop(AF_INET, bytes, text, sizeof text), 9);
    TRUE(strcmp(text, "127.0.0.1") == 0);
    EQUAL(csock_inet_ntop(AF_INET, bytes, text, 9), -ENOSPC);
    EQUAL(csock_inet_ntop(AF_INET, bytes, text, 10), 9);
    EQUAL(csock_inet_ntoa(bytes, text, sizeof text), 9);
    EQUAL(csock_inet_pton(AF_INET6, "2001:db8::1", bytes), 0);
    SAME_BYTES(bytes, SIXTEEN, 16);
    EQUAL(csock_inet_ntop(AF_INET6, bytes, text, sizeof text), 11);
    TRUE(strcmp(text, "2001:db8::1") == 0);
    EQUAL(csock_inet_pton(AF_UNIX, "1.2.3.4", bytes), -EAFNOSUPPORT);
    EQUAL(csock_inet_ntop(AF_UNIX, bytes, text, sizeof text), -EAFNOSUPPORT);
}

static void text_that_is_no_address_is_refused(void) {
    const char *not_ipv4[] = {"", " ", "1", "127.1", "1.2.3", "1.2.3.256", "1.2.3.4.5", "01.2.3.4.", "1.2.3.4 ", "::1"};
    const char *not_ipv6[] = {"", ":", ":::", "1::2::3", "12345::", "::g", "1.2.3.4", "::1%lo", "1:2:3:4:5:6:7:8:9"};
    uint8_t bytes[16];
    for (size_t i = 0; i < sizeof not_ipv4 / sizeof *not_ipv4; i++)
        if (!EQUAL(csock_inet_pton(AF_INET, not_ipv4[i], bytes), -EINVAL)) fprintf(stderr, "    %s\n", not_ipv4[i]);
    for (size_t i = 0; i < sizeof not_ipv6 / sizeof *not_ipv6; i++)
        if (!EQUAL(csock_inet_pton(AF_INET6, not_ipv6[i], bytes), -EINVAL)) fprintf(stderr, "    %s\n", not_ipv6[i]);
}

static void the_classic_notation_knows_more(void) {
    uint8_t bytes[4];
    EQUAL(csock_inet_aton("127.1", bytes), 0);
    SAME_BYTES(bytes, ((const uint8_t[]){127, 0, 0, 1}), 4);
    EQUAL(csock_inet_aton("0x7f000001", bytes), 0);
    SAME_BYTES(bytes, ((const uint8_t[]){127, 0, 0, 1}), 4);
    EQUAL(csock_inet_aton("0127.0.0.1", bytes), 0);
    EQUAL(bytes[0], 87);
    EQUAL(csock_inet_aton("256.0.0.1", bytes), -EINVAL);
    EQUAL(csock_inet_aton("", bytes), -EINVAL);
    EQUAL(csock_inet_addr("255.255.255.255"), UINT32_MAX);
    EQUAL(csock_inet_addr("nonsense"), -EINVAL);
    EQUAL(csock_inet_addr("1.2.3.4"), csock_htonl(0x01020304));
}

static void numbers_are_turned_into_network_order(void) {
    uint16_t two = csock_htons(0x0102);
    uint32_t four = csock_htonl(0x01020304);
    uint64_t eight = csock_htonll(0x0102030405060708);
    SAME_BYTES(&two, "\1\2", 2);
    SAME_BYTES(&four, "\1\2\3\4", 4);
    SAME_BYTES(&eight, "\1\2\3\4\5\6\7\10", 8);
    EQUAL(csock_ntohs(two), 0x0102);
    EQUAL(csock_ntohl(four), 0x01020304);
    EQUAL(csock_ntohll(eight), 0x0102030405060708);
}

static void bytes_are_cleared_copied_and_compared(void) {
    char text[8] = "abcdef";
    csock_bcopy(text, text + 2, 4);
    SAME_BYTES(text, "ababcd", 6);
    csock_memmove(text, text + 2, 4);
    SAME_BYTES(text, "abcdcd", 6);
    csock_memcpy(text, "xyz", 3);
    SAME_BYTES(text, "xyzdcd", 6);
    csock_bzero(text + 1, 2);
    SAME_BYTES(text, "x\0\0dcd", 6);
    csock_memset(text, 0xFF, 2);
    SAME_BYTES(text, "\377\377\0dcd", 6);
    EQUAL(csock_bcmp("a\0b", "a\0b", 3), 0);
    EQUAL(csock_bcmp("a\0b", "a\0c", 3), 1);
    EQUAL(csock_memcmp("a\0b", "a\0c", 3), -1);
    EQUAL(csock_memcmp("\377", "\1", 1), 1);
    EQUAL(csock_memcmp("a", "b", 0), 0);
}

static void an_interface_has_an_index_and_a_name(void) {
    char name[64];
    int64_t index = csock_if_nametoindex("lo");
    if (index < 0) index = csock_if_nametoindex("lo0");
    TRUE(index > 0);
    TRUE(csock_if_indextoname((uint32_t)index, name) >= 2);
    EQUAL(csock_if_nametoindex(name), index);
    TRUE(csock_if_nametoindex("no-such-if") < 0);
    TRUE(csock_if_nametoindex("a-name-that-is-much-too-long-for-an-interface") < 0);
    EQUAL(csock_if_indextoname(0, name), -ENXIO);
    EQUAL(csock_if_indextoname(UINT32_MAX, name), -ENXIO);
}

int main(void) {
    check_begin();
    ipv4_goes_in_and_out();
    ipv6_goes_in_and_out();
    another_family_or_too_few_bytes_are_refused();
    unix_names_up_to_the_limit_go_in_and_out();
    a_path_with_a_nul_is_refused();
    a_name_is_not_written_beyond_its_room();
#ifdef CSOCK_LINUX
    abstract_names_are_exact_bytes();
    an_abstract_name_binds_and_another_length_is_another_name();
    the_empty_name_binds_to_one_of_the_kernels();
    a_path_of_108_bytes_that_another_program_bound_comes_back();
#else
    an_abstract_name_is_refused();
#endif
    addresses_have_a_text();
    text_that_is_no_address_is_refused();
    the_classic_notation_knows_more();
    numbers_are_turned_into_network_order();
    bytes_are_cleared_copied_and_compared();
    an_interface_has_an_index_and_a_name();
    return check_end();
}
