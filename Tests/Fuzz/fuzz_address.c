// Addresses as the kernel or a peer could hand them over, and addresses as text.
#include "fuzz.h"

static void read_ip(const uint8_t *address, uint32_t length) {
    uint8_t bytes[16], back[16];
    uint16_t port;
    uint32_t flow, scope;
    uint64_t storage[CSOCK_ADDRESS_SIZE / 8];
    char text[64];
    if (csock_address_get_ipv4(address, length, bytes, &port) == 0) {
        MUST(csock_address_put_ipv4(storage, sizeof storage, bytes, port) == 16);
        MUST(csock_inet_ntop(AF_INET, bytes, text, sizeof text) > 0);
        MUST(csock_inet_pton(AF_INET, text, back) == 0 && memcmp(bytes, back, 4) == 0);
        MUST(csock_inet_aton(text, back) == 0 && memcmp(bytes, back, 4) == 0);
    }
    if (csock_address_get_ipv6(address, length, bytes, &port, &flow, &scope) == 0) {
        MUST(csock_address_put_ipv6(storage, sizeof storage, bytes, port, flow, scope) == 28);
        MUST(memcmp((const uint8_t *)storage + 2, address + 2, 26) == 0);
        MUST(csock_inet_ntop(AF_INET6, bytes, text, sizeof text) > 0);
        MUST(csock_inet_pton(AF_INET6, text, back) == 0 && memcmp(bytes, back, 16) == 0);
    }
}

/// Reads a name into memory that just fits, and makes the address again, which then has the same name.
static void read_unix(const uint8_t *address, uint32_t length) {
    uint8_t name[CSOCK_ADDRESS_SIZE];
    uint64_t storage[CSOCK_ADDRESS_SIZE / 8];
    int32_t count = csock_address_get_unix(address, length, name, sizeof name);
    if (count < 0) return;
    uint8_t *exact = exact_memory((size_t)count);
    MUST(csock_address_get_unix(address, length, exact, (uint32_t)count) == count);
    MUST(count == 0 || csock_address_get_unix(address, length, exact, (uint32_t)count - 1) == -EINVAL);
    int32_t made = csock_address_put_unix(storage, sizeof storage, exact, (uint32_t)count);
    if (made >= 0) {
        MUST(csock_address_get_unix(storage, (uint32_t)made, name, sizeof name) == count);
        MUST(memcmp(name, exact, (size_t)count) == 0);
    }
    free(exact);
}

static void read_text(const uint8_t *bytes, size_t count) {
    char *text = (char *)exact_memory(count + 1);
    uint8_t address[16];
    int64_t value;
    memcpy(text, bytes, count);
    text[count] = 0;
    int32_t strict = csock_inet_pton(AF_INET, text, address), classic = csock_inet_aton(text, address);
    MUST(strict == 0 || strict == -EINVAL);
    MUST(classic == 0 || classic == -EINVAL);
    MUST((csock_inet_addr(text) >= 0) == (classic == 0));
    MUST(strict != 0 || classic == 0);
    (void)csock_inet_pton(AF_INET6, text, address);
    (void)csock_constant(text, &value);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    if (count <= CSOCK_ADDRESS_SIZE) {
        read_ip(bytes, (uint32_t)count);
        read_unix(bytes, (uint32_t)count);
    }
    read_text(bytes, count);
    return 0;
}
