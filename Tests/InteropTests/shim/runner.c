// The shim from C: reads calls, one per line, and prints what they answer.
#include <CSocketShim.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROOM = 128, COLUMNS = 8, LINE = 2048 };

/// Bytes of an argument, at the end of their own memory.
typedef struct {
    size_t count;
    uint8_t bytes[LINE / 2];
} data_t;

static data_t data(const char *hex) {
    data_t data = {0};
    if (strcmp(hex, "-") == 0) return data;
    for (data.count = 0; hex[2 * data.count] != 0; data.count++) {
        unsigned int byte = 0;
        sscanf(hex + 2 * data.count, "%2x", &byte);
        data.bytes[data.count] = (uint8_t)byte;
    }
    return data;
}

static long long number(const char *text) { return strtoll(text, NULL, 10); }
static unsigned long long size(const char *text) { return strtoull(text, NULL, 10); }

static void show(const uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) printf("%02x", bytes[i]);
    if (count == 0) printf("-");
}

// Every call is answered by exactly one of these.
static void answer(long long result) { printf("%lld\t-\n", result); }
static void answer_unsigned(unsigned long long result) { printf("%llu\t-\n", result); }
static void answer_text(long long result, const char *text) { printf("%lld\t%s\n", result, result >= 0 ? text : "-"); }
static void answer_bytes(long long result, const uint8_t *bytes, size_t count) {
    printf("%lld\t", result);
    show(bytes, count);
    printf("\n");
}

// Text and numbers

static void inet_pton_call(char **a) {
    uint8_t bytes[16];
    int32_t family = (int32_t)number(a[0]), result = csock_inet_pton(family, a[1], bytes);
    answer_bytes(result, bytes, result < 0 ? 0 : family == AF_INET ? 4 : 16);
}

static void inet_ntop_call(char **a) {
    char text[ROOM];
    answer_text(csock_inet_ntop((int32_t)number(a[0]), data(a[1]).bytes, text, (uint32_t)number(a[2])), text);
}

static void inet_aton_call(char **a) {
    uint8_t bytes[4];
    int32_t result = csock_inet_aton(a[0], bytes);
    answer_bytes(result, bytes, result < 0 ? 0 : 4);
}

static void inet_addr_call(char **a) { answer(csock_inet_addr(a[0])); }

static void inet_ntoa_call(char **a) {
    char text[ROOM];
    answer_text(csock_inet_ntoa(data(a[0]).bytes, text, (uint32_t)number(a[1])), text);
}

static void htons_call(char **a) { answer(csock_htons((uint16_t)number(a[0]))); }
static void ntohs_call(char **a) { answer(csock_ntohs((uint16_t)number(a[0]))); }
static void htonl_call(char **a) { answer(csock_htonl((uint32_t)number(a[0]))); }
static void ntohl_call(char **a) { answer(csock_ntohl((uint32_t)number(a[0]))); }
static void htonll_call(char **a) { answer_unsigned(csock_htonll(size(a[0]))); }
static void ntohll_call(char **a) { answer_unsigned(csock_ntohll(size(a[0]))); }

// Bytes

static void bcmp_call(char **a) {
    data_t one = data(a[0]), other = data(a[1]);
    answer(csock_bcmp(one.bytes, other.bytes, one.count));
}

static void memcmp_call(char **a) {
    data_t one = data(a[0]), other = data(a[1]);
    answer(csock_memcmp(one.bytes, other.bytes, one.count));
}

static void bcopy_call(char **a) {
    data_t memory = data(a[0]);
    csock_bcopy(memory.bytes + number(a[1]), memory.bytes + number(a[2]), (size_t)number(a[3]));
    answer_bytes(0, memory.bytes, memory.count);
}

static void memmove_call(char **a) {
    data_t memory = data(a[0]);
    csock_memmove(memory.bytes + number(a[2]), memory.bytes + number(a[1]), (size_t)number(a[3]));
    answer_bytes(0, memory.bytes, memory.count);
}

static void memcpy_call(char **a) {
    data_t memory = data(a[0]);
    csock_memcpy(memory.bytes + number(a[2]), memory.bytes + number(a[1]), (size_t)number(a[3]));
    answer_bytes(0, memory.bytes, memory.count);
}

static void bzero_call(char **a) {
    data_t memory = data(a[0]);
    csock_bzero(memory.bytes, (size_t)number(a[1]));
    answer_bytes(0, memory.bytes, memory.count);
}

static void memset_call(char **a) {
    data_t memory = data(a[0]);
    csock_memset(memory.bytes, (uint8_t)number(a[1]), (size_t)number(a[2]));
    answer_bytes(0, memory.bytes, memory.count);
}

// Addresses

static void answer_filled(int32_t result, const uint64_t *memory) {
    answer_bytes(result, (const uint8_t *)memory, result < 0 ? 0 : (size_t)result);
}

static void address_family_call(char **a) {
    data_t address = data(a[0]);
    answer(csock_address_family(address.bytes, (uint32_t)address.count));
}

static void put_ipv4_call(char **a) {
    uint64_t memory[ROOM / 8];
    answer_filled(csock_address_put_ipv4(memory, (uint32_t)number(a[0]), data(a[1]).bytes, (uint16_t)number(a[2])), memory);
}

static void put_ipv6_call(char **a) {
    uint64_t memory[ROOM / 8];
    answer_filled(csock_address_put_ipv6(memory, (uint32_t)number(a[0]), data(a[1]).bytes, (uint16_t)number(a[2]),
                                         (uint32_t)number(a[3]), (uint32_t)number(a[4])), memory);
}

static void put_unix_call(char **a) {
    uint64_t memory[ROOM / 8];
    data_t name = data(a[1]);
    answer_filled(csock_address_put_unix(memory, (uint32_t)number(a[0]), name.bytes, (uint32_t)name.count), memory);
}

static void get_unix_call(char **a) {
    uint64_t memory[ROOM / 8];
    data_t address = data(a[0]);
    answer_filled(csock_address_get_unix(address.bytes, (uint32_t)address.count, (uint8_t *)memory, (uint32_t)number(a[1])),
                  memory);
}

static void get_ipv4(const void *address, uint32_t length, long long result) {
    uint8_t bytes[4];
    uint16_t port = 0;
    int32_t got = csock_address_get_ipv4(address, length, bytes, &port);
    if (got < 0) { answer(got); return; }
    printf("%lld\t", result);
    show(bytes, 4);
    printf(" %u\n", port);
}

static void get_ipv4_call(char **a) {
    data_t address = data(a[0]);
    get_ipv4(address.bytes, (uint32_t)address.count, 0);
}

static void get_ipv6_call(char **a) {
    data_t address = data(a[0]);
    uint8_t bytes[16];
    uint16_t port = 0;
    uint32_t flow = 0, scope = 0;
    int32_t got = csock_address_get_ipv6(address.bytes, (uint32_t)address.count, bytes, &port, &flow, &scope);
    if (got < 0) { answer(got); return; }
    printf("%d\t", got);
    show(bytes, 16);
    printf(" %u %u %u\n", port, flow, scope);
}

// Control messages and sets

static void control_space_call(char **a) { answer_unsigned(csock_control_space((size_t)size(a[0]))); }
static void control_length_call(char **a) { answer_unsigned(csock_control_length((size_t)size(a[0]))); }

static void control_put_call(char **a) {
    uint8_t memory[ROOM] = {0};
    size_t room = (size_t)size(a[0]);
    data_t bytes = data(a[4]);
    int64_t result = csock_control_put(memory, room, (size_t)size(a[1]), (int32_t)number(a[2]), (int32_t)number(a[3]),
                                       bytes.bytes, bytes.count);
    answer_bytes(result, memory, room);
}

static void control_next_call(char **a) {
    data_t control = data(a[0]);
    csock_control_record_t record = {0};
    int64_t result = csock_control_next(control.bytes, control.count, (size_t)size(a[1]), &record);
    if (result <= 0) { answer(result); return; }
    printf("%lld\t%d %d %zu %zu %d\n", (long long)result, record.level, record.type, record.offset, record.count,
           record.partial);
}

static void set_words_call(char **a) { answer_unsigned(csock_set_words((int32_t)number(a[0]))); }

static void set_call(char **a, int32_t (*call)(csock_word_t *, size_t, int32_t)) {
    csock_word_t set[64] = {0};
    size_t words = (size_t)number(a[0]);
    const char *member = strcmp(a[1], "-") == 0 ? NULL : a[1];
    for (; member; member = strchr(member, ',') ? strchr(member, ',') + 1 : NULL)
        csock_set_insert(set, words, (int32_t)number(member));
    printf("%d\t", call(set, words, (int32_t)number(a[2])));
    int32_t at = csock_set_next(set, words, 0);
    if (at < 0) printf("-");
    for (const char *comma = ""; at >= 0; at = csock_set_next(set, words, at + 1), comma = ",") printf("%s%d", comma, at);
    printf("\n");
}

static int32_t contains(csock_word_t *set, size_t words, int32_t one) { return csock_set_contains(set, words, one); }
static int32_t next(csock_word_t *set, size_t words, int32_t from) { return csock_set_next(set, words, from); }
static void set_insert_call(char **a) { set_call(a, csock_set_insert); }
static void set_remove_call(char **a) { set_call(a, csock_set_remove); }
static void set_contains_call(char **a) { set_call(a, contains); }
static void set_next_call(char **a) { set_call(a, next); }

// Constants and layout

static void constant_call(char **a) {
    int64_t value = 0;
    int32_t result = csock_constant(a[0], &value);
    if (result < 0) answer(result);
    else printf("%d\t%lld\n", result, (long long)value);
}

static void symbol_call(char **a) {
    char name[ROOM];
    snprintf(name, sizeof name, "csock_%s", a[0]);
    const int32_t *value = (const int32_t *)dlsym(NULL, name);
    if (value) printf("0\t%d\n", *value);
    else answer(-ENOENT);
}

static void error_name_call(char **a) {
    const char *text = csock_error_name((int32_t)number(a[0]));
    answer_text(0, text ? text : "-");
}

static void error_text_call(char **a) {
    const char *text = csock_error_text((int32_t)number(a[0]));
    answer_text(0, text ? text : "-");
}

#define SIZE(type) {#type, sizeof(csock_##type##_t)},
#define FIELD(type, field) {#type "." #field, offsetof(csock_##type##_t, field)},
static const struct {
    const char *name;
    size_t value;
} layout[] = {
    SIZE(buffer) FIELD(buffer, base) FIELD(buffer, count)
    SIZE(message) FIELD(message, buffers) FIELD(message, address) FIELD(message, control) FIELD(message, buffer_count)
    FIELD(message, control_length) FIELD(message, address_length) FIELD(message, flags) FIELD(message, transferred)
    SIZE(control_record) FIELD(control_record, level) FIELD(control_record, type) FIELD(control_record, offset)
    FIELD(control_record, count) FIELD(control_record, partial)
    SIZE(packet_info) FIELD(packet_info, family) FIELD(packet_info, interface_index) FIELD(packet_info, address)
    SIZE(credentials) FIELD(credentials, process) FIELD(credentials, user) FIELD(credentials, group)
    SIZE(pollfd) FIELD(pollfd, descriptor) FIELD(pollfd, events) FIELD(pollfd, ready)
    SIZE(question) FIELD(question, family) FIELD(question, type) FIELD(question, protocol) FIELD(question, flags)
    SIZE(answer) FIELD(answer, address) FIELD(answer, length) FIELD(answer, family) FIELD(answer, type)
    FIELD(answer, protocol)
    SIZE(interface) FIELD(interface, address) FIELD(interface, netmask) FIELD(interface, peer)
    FIELD(interface, address_length) FIELD(interface, netmask_length) FIELD(interface, peer_length)
    FIELD(interface, index) FIELD(interface, flags) FIELD(interface, name)
    SIZE(constant) FIELD(constant, name) FIELD(constant, value) FIELD(constant, level) FIELD(constant, kind)
};

static void layout_call(char **a) {
    for (size_t i = 0; i < sizeof layout / sizeof *layout; i++)
        if (strcmp(layout[i].name, a[0]) == 0) { answer_unsigned(layout[i].value); return; }
    answer(-ENOENT);
}

// Live calls

static void pair(int32_t *descriptors) {
    if (csock_socketpair(AF_UNIX, csock_SOCK_STREAM | csock_SOCK_CLOEXEC, 0, descriptors) < 0) abort();
}

static data_t transfer(int32_t source, int32_t target, data_t bytes) {
    csock_send(source, bytes.bytes, bytes.count, csock_MSG_NOSIGNAL);
    int64_t got = csock_recv(target, bytes.bytes, sizeof bytes.bytes, 0);
    bytes.count = got < 0 ? 0 : (size_t)got;
    return bytes;
}

static void live_pair_call(char **a) {
    int32_t ends[2];
    pair(ends);
    data_t got = transfer(ends[0], ends[1], data(a[0]));
    csock_close(ends[0]);
    int64_t end = csock_recv(ends[1], NULL, 0, 0);
    csock_close(ends[1]);
    answer_bytes(end, got.bytes, got.count);
}

static void live_echo_call(char **a) {
    uint64_t address[ROOM / 8];
    uint32_t length = ROOM;
    int32_t type = csock_SOCK_STREAM | csock_SOCK_CLOEXEC;
    int32_t listener = csock_socket(AF_INET, type, 0), client = csock_socket(AF_INET, type, 0);
    int32_t made = csock_address_put_ipv4(address, ROOM, data("7f000001").bytes, 0);
    csock_bind(listener, address, (uint32_t)made);
    csock_listen(listener, 1);
    csock_getsockname(listener, address, &length);
    int32_t connected = csock_connect(client, address, length);
    int32_t server = csock_accept(listener, NULL, NULL, csock_SOCK_CLOEXEC);
    data_t got = transfer(server, client, transfer(client, server, data(a[0])));
    csock_close(listener);
    csock_close(client);
    csock_close(server);
    answer_bytes(connected, got.bytes, got.count);
}

static void live_message_call(char **a) {  // two buffers and a descriptor in one message
    int32_t ends[2], passed = -1;
    size_t control[8];
    uint8_t room[ROOM];
    data_t first = data(a[0]), second = data(a[1]);
    pair(ends);
    csock_buffer_t buffers[2] = {{first.bytes, first.count}, {second.bytes, second.count}}, one = {room, ROOM};
    csock_message_t sent = {buffers, NULL, control, 2, 0, 0, 0, 0}, got = {&one, NULL, control, 1, sizeof control, 0, 0, 0};
    csock_control_record_t record = {0};
    sent.control_length = (size_t)csock_control_put(control, sizeof control, 0, csock_SOL_SOCKET, csock_SCM_RIGHTS, ends, 4);
    csock_sendmsg(ends[0], &sent, 0);
    int64_t count = csock_recvmsg(ends[1], &got, csock_MSG_CMSG_CLOEXEC);
    csock_control_next(control, got.control_length, 0, &record);
    memcpy(&passed, (const uint8_t *)control + record.offset, sizeof passed);
    printf("%lld\t", (long long)count);
    show(room, (size_t)count);
    printf(" %zu %d\n", record.count / sizeof passed, csock_close(passed));
    csock_close(ends[0]);
    csock_close(ends[1]);
}

static void live_poll_call(char **a) {
    int32_t ends[2];
    data_t bytes = data(a[0]);
    pair(ends);
    csock_send(ends[0], bytes.bytes, bytes.count, 0);
    csock_pollfd_t entry = {ends[1], (int16_t)csock_POLLIN, 0};
    int32_t result = csock_poll(&entry, 1, 0);
    csock_close(ends[0]);
    csock_close(ends[1]);
    printf("%d\t%d\n", result, entry.ready & csock_POLLIN);
}

static void live_resolve_call(char **a) {
    csock_question_t question = {AF_INET, csock_SOCK_STREAM, 0, csock_AI_NUMERICHOST};
    csock_answer_t found;
    int64_t result = csock_resolve(a[0], a[1], &question, &found, 1);
    if (result > 0) get_ipv4(found.address, found.length, result);
    else answer(result);
}

#define CALL(name) {#name, name##_call},
static const struct {
    const char *name;
    void (*call)(char **);
} calls[] = {
    CALL(inet_pton) CALL(inet_ntop) CALL(inet_aton) CALL(inet_addr) CALL(inet_ntoa) CALL(htons) CALL(ntohs) CALL(htonl)
    CALL(ntohl) CALL(htonll) CALL(ntohll) CALL(bcmp) CALL(memcmp) CALL(bcopy) CALL(memmove) CALL(memcpy) CALL(bzero)
    CALL(memset) CALL(address_family) CALL(put_ipv4) CALL(put_ipv6) CALL(put_unix) CALL(get_ipv4) CALL(get_ipv6)
    CALL(get_unix) CALL(control_space) CALL(control_length) CALL(control_put) CALL(control_next) CALL(set_words)
    CALL(set_insert) CALL(set_remove) CALL(set_contains) CALL(set_next) CALL(constant) CALL(symbol) CALL(error_name)
    CALL(error_text) CALL(layout) CALL(live_pair) CALL(live_echo) CALL(live_message) CALL(live_poll) CALL(live_resolve)
};

static void run_line(char *line) {
    char *columns[COLUMNS] = {line};
    for (int i = 1; i < COLUMNS && (columns[i] = strchr(columns[i - 1], '\t')) != NULL; i++) *columns[i]++ = 0;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (strcmp(calls[i].name, columns[0]) == 0) { calls[i].call(columns + 1); return; }
    printf("unknown\t-\n");
}

int main(int count, char **arguments) {
    char line[LINE];
    FILE *file = count == 2 ? fopen(arguments[1], "r") : NULL;
    if (!file) return 2;
    int64_t before = csock_open_descriptors(NULL, 0);
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        run_line(line);
    }
    int64_t after = csock_open_descriptors(NULL, 0);
    fclose(file);
    return before == after ? 0 : 3;
}
