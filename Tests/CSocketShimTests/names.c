// names.h: the resolver with literals (nothing here asks a name server), names of addresses, interfaces.
#include "loopback.h"

static const csock_question_t ANY = {0, 0, 0, 0};

static void a_literal_resolves_to_itself(void) {
    csock_answer_t answers[4];
    csock_question_t question = {AF_INET, csock_SOCK_STREAM, 0, csock_AI_NUMERICHOST};
    uint8_t bytes[4];
    uint16_t port = 0;
    EQUAL(csock_resolve("127.0.0.1", "80", &question, answers, 4), 1);
    EQUAL(answers[0].family, AF_INET);
    EQUAL(answers[0].type, SOCK_STREAM);
    EQUAL(answers[0].protocol, IPPROTO_TCP);
    EQUAL(csock_address_get_ipv4(answers[0].address, answers[0].length, bytes, &port), 0);
    SAME_BYTES(bytes, ((const uint8_t[]){127, 0, 0, 1}), 4);
    EQUAL(port, 80);
}

static void ipv6_and_a_scope_resolve(void) {
    csock_answer_t answers[4];
    csock_question_t question = {AF_INET6, csock_SOCK_DGRAM, 0, csock_AI_NUMERICHOST};
    uint8_t bytes[16];
    uint16_t port = 0;
    uint32_t flow = 0, scope = 0;
    EQUAL(csock_resolve("fe80::1%1", "53", &question, answers, 4), 1);
    EQUAL(csock_address_get_ipv6(answers[0].address, answers[0].length, bytes, &port, &flow, &scope), 0);
    EQUAL(scope, 1);
    EQUAL(port, 53);
}

static void the_count_is_told_when_there_is_no_room(void) {
    csock_answer_t answers[8];
    memset(answers, 0xEE, sizeof answers);
    int64_t count = csock_resolve("127.0.0.1", NULL, &ANY, NULL, 0);
    TRUE(count >= 2 && count <= 8);  // one per type of socket
    EQUAL(csock_resolve("127.0.0.1", NULL, &ANY, answers, 1), count);
    EQUAL(((const uint8_t *)&answers[1])[0], 0xEE);
    EQUAL(csock_resolve("127.0.0.1", NULL, &ANY, answers, 8), count);
}

static void no_host_is_the_wildcard_for_a_server(void) {
    csock_answer_t answers[2];
    csock_question_t question = {AF_INET, csock_SOCK_STREAM, 0, csock_AI_PASSIVE};
    uint8_t bytes[4];
    uint16_t port = 0;
    EQUAL(csock_resolve(NULL, "0", &question, answers, 2), 1);
    EQUAL(csock_address_get_ipv4(answers[0].address, answers[0].length, bytes, &port), 0);
    SAME_BYTES(bytes, "\0\0\0\0", 4);
}

static void questions_without_an_answer_say_why(void) {
    csock_question_t numeric = {0, csock_SOCK_STREAM, 0, csock_AI_NUMERICHOST};
    csock_question_t family = {AF_INET6, csock_SOCK_STREAM, 0, csock_AI_NUMERICHOST};
    csock_question_t unknown_family = {9999, 0, 0, 0}, flags = {0, 0, 0, 0x40000000};
    EQUAL(csock_resolve("not-an-address", NULL, &numeric, NULL, 0), -CSOCK_NAME_NOT_FOUND);
    EQUAL(csock_resolve("127.0.0.1", NULL, &family, NULL, 0), -CSOCK_NAME_NOT_FOUND);
    EQUAL(csock_resolve("", NULL, &numeric, NULL, 0), -CSOCK_NAME_NOT_FOUND);
    EQUAL(csock_resolve("127.0.0.1", "no-such-service", &numeric, NULL, 0), -CSOCK_NAME_BAD_SERVICE);
    EQUAL(csock_resolve("127.0.0.1", NULL, &unknown_family, NULL, 0), -CSOCK_NAME_BAD_REQUEST);
    EQUAL(csock_resolve("127.0.0.1", NULL, &flags, NULL, 0), -CSOCK_NAME_BAD_REQUEST);
    EQUAL(csock_resolve(NULL, NULL, &ANY, NULL, 0), -CSOCK_NAME_NOT_FOUND);
}

static void the_errors_of_names_are_no_errno(void) {
    for (int32_t code = CSOCK_NAME_NOT_FOUND; code <= CSOCK_NAME_BAD_REQUEST; code++) {
        TRUE(csock_error_name(code) == NULL);
        TRUE(csock_error_name(-code) == NULL);
    }
}

static void an_address_has_a_numeric_name(void) {
    address_t address = loopback_address(8080);
    const int32_t numeric = csock_NI_NUMERICHOST | csock_NI_NUMERICSERV;
    char host[64], service[16];
    EQUAL(csock_name_of(address.storage, address.length, host, sizeof host, service, sizeof service, numeric), 0);
    TRUE(strcmp(host, "127.0.0.1") == 0);
    TRUE(strcmp(service, "8080") == 0);
    EQUAL(csock_name_of(address.storage, address.length, host, sizeof host, NULL, 0, numeric), 0);
}

static void a_name_that_does_not_fit_or_an_address_that_is_none_is_refused(void) {
    address_t address = loopback_address(8080);
    const int32_t numeric = csock_NI_NUMERICHOST | csock_NI_NUMERICSERV;
    char host[64];
    EQUAL(csock_name_of(address.storage, address.length, host, 4, NULL, 0, numeric), -EOVERFLOW);
    EQUAL(csock_name_of(address.storage, 3, host, sizeof host, NULL, 0, numeric), -CSOCK_NAME_BAD_REQUEST);
    memset(address.storage, 0xEE, sizeof address.storage);
    EQUAL(csock_name_of(address.storage, 16, host, sizeof host, NULL, 0, numeric), -CSOCK_NAME_BAD_REQUEST);
}

static void the_loopback_interface_is_listed(void) {
#ifndef __GLIBC__  // which looks whether an attribute lies in its message
    const int is_big_endian = csock_htons(1) == 1;
    if (is_big_endian && emulator_differs("leaves the last attribute of an interface in its own byte order")) return;
#endif
    static csock_interface_t rows[256];
    int64_t count = csock_interfaces(rows, 256);
    TRUE(count > 0 && count <= 256);
    int found = 0;
    for (int64_t i = 0; i < count; i++) {
        const csock_interface_t *row = &rows[i];
        EQUAL(row->index, csock_if_nametoindex(row->name));
        uint8_t bytes[4];
        uint16_t port = 0;
        if (!(row->flags & (uint32_t)csock_IFF_LOOPBACK)) continue;
        if (csock_address_get_ipv4(row->address, row->address_length, bytes, &port) != 0) continue;
        if (bytes[0] != 127) continue;
        found++;
        EQUAL(csock_address_get_ipv4(row->netmask, row->netmask_length, bytes, &port), 0);
        EQUAL(bytes[0], 255);
    }
    TRUE(found > 0);
    EQUAL(csock_interfaces(NULL, 0), count);
    memset(rows, 0xEE, sizeof rows);
    EQUAL(csock_interfaces(rows, 1), count);
    EQUAL(((const uint8_t *)&rows[1])[0], 0xEE);
}

int main(void) {
    check_begin();
    a_literal_resolves_to_itself();
    ipv6_and_a_scope_resolve();
    the_count_is_told_when_there_is_no_room();
    no_host_is_the_wildcard_for_a_server();
    questions_without_an_answer_say_why();
    the_errors_of_names_are_no_errno();
    an_address_has_a_numeric_name();
    a_name_that_does_not_fit_or_an_address_that_is_none_is_refused();
    the_loopback_interface_is_listed();
    return check_end();
}
