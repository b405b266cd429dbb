// The shim from C++17: reads calls, one per line, and prints what they answer.
#include <CSocketShim.h>

#include <dlfcn.h>
#include <array>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using Bytes = std::vector<uint8_t>;
using Arguments = std::vector<std::string>;

constexpr size_t room = 128;

/// What a call answered: its result, and what it wrote.
struct Answered {
    std::string result, output;

    template <typename Number>
    explicit Answered(Number result, std::string output = "-") : result(std::to_string(result)), output(std::move(output)) {}
};

Bytes data(const std::string &hex) {
    Bytes bytes;
    if (hex == "-") return bytes;
    for (size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes.push_back(static_cast<uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    return bytes;
}

std::string shown(const uint8_t *bytes, size_t count) {
    const char *digits = "0123456789abcdef";
    std::string text;
    for (size_t i = 0; i < count; i++) (text += digits[bytes[i] >> 4]) += digits[bytes[i] & 15];
    return text.empty() ? "-" : text;
}

std::string shown(const Bytes &bytes) { return shown(bytes.data(), bytes.size()); }

/// An argument as whatever integer a call takes.
struct Number {
    const std::string &text;
    template <typename Integer>
    operator Integer() const {
        if (text[0] == '-') return static_cast<Integer>(std::stoll(text));
        return static_cast<Integer>(std::stoull(text));
    }
};

/// Runs a call that fills memory; its bytes are shown as far as the result says.
Answered filled(const std::function<int32_t(uint64_t *)> &call) {
    std::array<uint64_t, room / 8> memory{};
    const int32_t result = call(memory.data());
    return Answered(result, shown(reinterpret_cast<uint8_t *>(memory.data()), result < 0 ? 0 : static_cast<size_t>(result)));
}

Answered text_of(const std::function<int32_t(char *)> &call) {
    std::array<char, room> text{};
    const int32_t result = call(text.data());
    return Answered(result, result < 0 ? "-" : text.data());
}

/// Runs a call on memory that holds these bytes, and shows what it holds then.
Answered changed(const std::string &hex, const std::function<void(uint8_t *)> &call) {
    Bytes memory = data(hex);
    call(memory.data());
    return Answered(0, shown(memory));
}

Answered exact(int32_t result, const uint8_t *bytes, size_t count) {
    return Answered(result, shown(bytes, result < 0 ? 0 : count));
}

Answered inet_pton_of(int32_t family, const std::string &text) {
    std::array<uint8_t, 16> bytes{};
    return exact(csock_inet_pton(family, text.c_str(), bytes.data()), bytes.data(), family == AF_INET ? 4 : 16);
}

Answered inet_aton_of(const std::string &text) {
    std::array<uint8_t, 4> bytes{};
    return exact(csock_inet_aton(text.c_str(), bytes.data()), bytes.data(), bytes.size());
}

Answered get_ipv4(const void *address, size_t length, int64_t found) {
    std::array<uint8_t, 4> bytes{};
    uint16_t port = 0;
    const int32_t result = csock_address_get_ipv4(address, static_cast<uint32_t>(length), bytes.data(), &port);
    if (result < 0) return Answered(result);
    return Answered(found, shown(bytes.data(), bytes.size()) + " " + std::to_string(port));
}

Answered get_ipv6(const Bytes &address) {
    std::array<uint8_t, 16> bytes{};
    uint16_t port = 0;
    uint32_t flow = 0, scope = 0;
    const int32_t result = csock_address_get_ipv6(address.data(), static_cast<uint32_t>(address.size()), bytes.data(),
                                                  &port, &flow, &scope);
    if (result < 0) return Answered(result);
    std::ostringstream text;
    text << shown(bytes.data(), bytes.size()) << ' ' << port << ' ' << flow << ' ' << scope;
    return Answered(0, text.str());
}

Answered control_put(const Arguments &a) {
    const Bytes bytes = data(a[4]);
    Bytes memory(Number{a[0]}, 0);
    const int64_t result = csock_control_put(memory.data(), memory.size(), Number{a[1]}, Number{a[2]}, Number{a[3]},
                                             bytes.data(), bytes.size());
    return Answered(result, shown(memory));
}

Answered control_next(const Arguments &a) {
    const Bytes control = data(a[0]);
    csock_control_record_t record{};
    const int64_t result = csock_control_next(control.data(), control.size(), Number{a[1]}, &record);
    if (result <= 0) return Answered(result);
    std::ostringstream text;
    text << record.level << ' ' << record.type << ' ' << record.offset << ' ' << record.count << ' ' << record.partial;
    return Answered(result, text.str());
}

template <typename Call>
Answered set_call(const Arguments &a, Call call) {
    std::vector<csock_word_t> set(Number{a[0]}, 0);
    std::istringstream members(a[1] == "-" ? "" : a[1]);
    for (std::string member; std::getline(members, member, ',');)
        csock_set_insert(set.data(), set.size(), Number{member});
    const int32_t result = call(set.data(), set.size(), Number{a[2]});
    std::string left;
    for (int32_t at = csock_set_next(set.data(), set.size(), 0); at >= 0;
         at = csock_set_next(set.data(), set.size(), at + 1))
        left += (left.empty() ? "" : ",") + std::to_string(at);
    return Answered(result, left.empty() ? "-" : left);
}

Answered constant(const std::string &name) {
    int64_t value = 0;
    const int32_t result = csock_constant(name.c_str(), &value);
    return result < 0 ? Answered(result) : Answered(result, std::to_string(value));
}

Answered symbol(const std::string &name) {
    const auto *value = static_cast<const int32_t *>(dlsym(nullptr, ("csock_" + name).c_str()));
    return value ? Answered(0, std::to_string(*value)) : Answered(-ENOENT);
}

Answered words(const char *text) { return Answered(0, text ? text : "-"); }

#define SIZE(type) {#type, sizeof(csock_##type##_t)}
#define FIELD(type, field) {#type "." #field, offsetof(csock_##type##_t, field)}
const std::map<std::string, size_t> layout = {
    SIZE(buffer), FIELD(buffer, base), FIELD(buffer, count),
    SIZE(message), FIELD(message, buffers), FIELD(message, address), FIELD(message, control),
    FIELD(message, buffer_count), FIELD(message, control_length), FIELD(message, address_length),
    FIELD(message, flags), FIELD(message, transferred),
    SIZE(control_record), FIELD(control_record, level), FIELD(control_record, type), FIELD(control_record, offset),
    FIELD(control_record, count), FIELD(control_record, partial),
    SIZE(packet_info), FIELD(packet_info, family), FIELD(packet_info, interface_index), FIELD(packet_info, address),
    SIZE(credentials), FIELD(credentials, process), FIELD(credentials, user), FIELD(credentials, group),
    SIZE(pollfd), FIELD(pollfd, descriptor), FIELD(pollfd, events), FIELD(pollfd, ready),
    SIZE(question), FIELD(question, family), FIELD(question, type), FIELD(question, protocol), FIELD(question, flags),
    SIZE(answer), FIELD(answer, address), FIELD(answer, length), FIELD(answer, family), FIELD(answer, type),
    FIELD(answer, protocol),
    SIZE(interface), FIELD(interface, address), FIELD(interface, netmask), FIELD(interface, peer),
    FIELD(interface, address_length), FIELD(interface, netmask_length), FIELD(interface, peer_length),
    FIELD(interface, index), FIELD(interface, flags), FIELD(interface, name),
    SIZE(constant), FIELD(constant, name), FIELD(constant, value), FIELD(constant, level), FIELD(constant, kind),
};

/// A descriptor that closes itself.
class Descriptor {
public:
    explicit Descriptor(int32_t number) : number(number) {
        if (number < 0) throw std::runtime_error(csock_error_name(number));
    }
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;
    ~Descriptor() { close(); }
    operator int32_t() const { return number; }
    int32_t close() {
        const int32_t result = number < 0 ? 0 : csock_close(number);
        number = -1;
        return result;
    }

private:
    int32_t number;
};

std::array<int32_t, 2> pair() {
    std::array<int32_t, 2> ends{};
    if (csock_socketpair(AF_UNIX, csock_SOCK_STREAM | csock_SOCK_CLOEXEC, 0, ends.data()) < 0) std::abort();
    return ends;
}

Bytes transfer(int32_t source, int32_t target, const Bytes &bytes) {
    Bytes memory(room);
    csock_send(source, bytes.data(), bytes.size(), csock_MSG_NOSIGNAL);
    const int64_t count = csock_recv(target, memory.data(), memory.size(), 0);
    memory.resize(count < 0 ? 0 : static_cast<size_t>(count));
    return memory;
}

Answered live_pair(const Arguments &a) {
    const auto ends = pair();
    Descriptor one(ends[0]), other(ends[1]);
    const Bytes got = transfer(one, other, data(a[0]));
    one.close();
    return Answered(csock_recv(other, nullptr, 0, 0), shown(got));
}

Answered live_echo(const Arguments &a) {
    std::array<uint64_t, room / 8> address{};
    uint32_t length = room;
    const int32_t type = csock_SOCK_STREAM | csock_SOCK_CLOEXEC;
    Descriptor listener(csock_socket(AF_INET, type, 0)), client(csock_socket(AF_INET, type, 0));
    const int32_t made = csock_address_put_ipv4(address.data(), room, data("7f000001").data(), 0);
    csock_bind(listener, address.data(), static_cast<uint32_t>(made));
    csock_listen(listener, 1);
    csock_getsockname(listener, address.data(), &length);
    const int32_t connected = csock_connect(client, address.data(), length);
    Descriptor server(csock_accept(listener, nullptr, nullptr, csock_SOCK_CLOEXEC));
    return Answered(connected, shown(transfer(server, client, transfer(client, server, data(a[0])))));
}

/// Two buffers and a descriptor in one message.
Answered live_message(const Arguments &a) {
    const auto ends = pair();
    Descriptor one(ends[0]), other(ends[1]);
    std::array<size_t, 8> control{};
    Bytes first = data(a[0]), second = data(a[1]), memory(room);
    csock_buffer_t buffers[] = {{first.data(), first.size()}, {second.data(), second.size()}};
    csock_buffer_t whole = {memory.data(), memory.size()};
    csock_message_t sent{}, got{};
    sent.buffers = buffers;
    sent.buffer_count = 2;
    sent.control = got.control = control.data();
    sent.control_length = static_cast<size_t>(csock_control_put(control.data(), sizeof control, 0, csock_SOL_SOCKET,
                                                                csock_SCM_RIGHTS, ends.data(), 4));
    csock_sendmsg(one, &sent, 0);
    got.buffers = &whole;
    got.buffer_count = 1;
    got.control_length = sizeof control;
    const int64_t count = csock_recvmsg(other, &got, csock_MSG_CMSG_CLOEXEC);
    csock_control_record_t record{};
    csock_control_next(control.data(), got.control_length, 0, &record);
    int32_t number = -1;
    csock_memcpy(&number, reinterpret_cast<uint8_t *>(control.data()) + record.offset, sizeof number);
    Descriptor passed(number);
    memory.resize(count < 0 ? 0 : static_cast<size_t>(count));
    const std::string descriptors = std::to_string(record.count / sizeof number);
    return Answered(count, shown(memory) + " " + descriptors + " " + std::to_string(passed.close()));
}

Answered live_poll(const Arguments &a) {
    const auto ends = pair();
    Descriptor one(ends[0]), other(ends[1]);
    const Bytes bytes = data(a[0]);
    csock_send(one, bytes.data(), bytes.size(), 0);
    csock_pollfd_t entry{other, static_cast<int16_t>(csock_POLLIN), 0};
    const int32_t result = csock_poll(&entry, 1, 0);
    return Answered(result, std::to_string(entry.ready & csock_POLLIN));
}

Answered live_resolve(const Arguments &a) {
    const csock_question_t question{AF_INET, csock_SOCK_STREAM, 0, csock_AI_NUMERICHOST};
    csock_answer_t answer{};
    const int64_t result = csock_resolve(a[0].c_str(), a[1].c_str(), &question, &answer, 1);
    return result > 0 ? get_ipv4(answer.address, answer.length, result) : Answered(result);
}

uint32_t length(const Bytes &bytes) { return static_cast<uint32_t>(bytes.size()); }

using Call = std::function<Answered(const Arguments &)>;
#define A const Arguments &a
const std::map<std::string, Call> calls = {
    {"inet_pton", [](A) { return inet_pton_of(Number{a[0]}, a[1]); }},
    {"inet_ntop", [](A) { return text_of([&](char *t) { return csock_inet_ntop(Number{a[0]}, data(a[1]).data(), t, Number{a[2]}); }); }},
    {"inet_aton", [](A) { return inet_aton_of(a[0]); }},
    {"inet_addr", [](A) { return Answered(csock_inet_addr(a[0].c_str())); }},
    {"inet_ntoa", [](A) { return text_of([&](char *t) { return csock_inet_ntoa(data(a[0]).data(), t, Number{a[1]}); }); }},
    {"htons", [](A) { return Answered(csock_htons(Number{a[0]})); }},
    {"ntohs", [](A) { return Answered(csock_ntohs(Number{a[0]})); }},
    {"htonl", [](A) { return Answered(csock_htonl(Number{a[0]})); }},
    {"ntohl", [](A) { return Answered(csock_ntohl(Number{a[0]})); }},
    {"htonll", [](A) { return Answered(csock_htonll(Number{a[0]})); }},
    {"ntohll", [](A) { return Answered(csock_ntohll(Number{a[0]})); }},
    {"bcmp", [](A) { return Answered(csock_bcmp(data(a[0]).data(), data(a[1]).data(), data(a[0]).size())); }},
    {"memcmp", [](A) { return Answered(csock_memcmp(data(a[0]).data(), data(a[1]).data(), data(a[0]).size())); }},
    {"bcopy", [](A) { return changed(a[0], [&](uint8_t *m) { csock_bcopy(m + size_t(Number{a[1]}), m + size_t(Number{a[2]}), Number{a[3]}); }); }},
    {"memmove", [](A) { return changed(a[0], [&](uint8_t *m) { csock_memmove(m + size_t(Number{a[2]}), m + size_t(Number{a[1]}), Number{a[3]}); }); }},
    {"memcpy", [](A) { return changed(a[0], [&](uint8_t *m) { csock_memcpy(m + size_t(Number{a[2]}), m + size_t(Number{a[1]}), Number{a[3]}); }); }},
    {"bzero", [](A) { return changed(a[0], [&](uint8_t *m) { csock_bzero(m, Number{a[1]}); }); }},
    {"memset", [](A) { return changed(a[0], [&](uint8_t *m) { csock_memset(m, Number{a[1]}, Number{a[2]}); }); }},
    {"address_family", [](A) { return Answered(csock_address_family(data(a[0]).data(), length(data(a[0])))); }},
    {"put_ipv4", [](A) { return filled([&](uint64_t *m) { return csock_address_put_ipv4(m, Number{a[0]}, data(a[1]).data(), Number{a[2]}); }); }},
    {"put_ipv6", [](A) { return filled([&](uint64_t *m) {
        return csock_address_put_ipv6(m, Number{a[0]}, data(a[1]).data(), Number{a[2]}, Number{a[3]}, Number{a[4]}); }); }},
    {"put_unix", [](A) { return filled([&](uint64_t *m) { return csock_address_put_unix(m, Number{a[0]}, data(a[1]).data(), length(data(a[1]))); }); }},
    {"get_unix", [](A) { return filled([&](uint64_t *m) {
        return csock_address_get_unix(data(a[0]).data(), length(data(a[0])), reinterpret_cast<uint8_t *>(m), Number{a[1]}); }); }},
    {"get_ipv4", [](A) { return get_ipv4(data(a[0]).data(), data(a[0]).size(), 0); }},
    {"get_ipv6", [](A) { return get_ipv6(data(a[0])); }},
    {"control_space", [](A) { return Answered(csock_control_space(Number{a[0]})); }},
    {"control_length", [](A) { return Answered(csock_control_length(Number{a[0]})); }},
    {"control_put", control_put},
    {"control_next", control_next},
    {"set_words", [](A) { return Answered(csock_set_words(Number{a[0]})); }},
    {"set_insert", [](A) { return set_call(a, csock_set_insert); }},
    {"set_remove", [](A) { return set_call(a, csock_set_remove); }},
    {"set_contains", [](A) { return set_call(a, csock_set_contains); }},
    {"set_next", [](A) { return set_call(a, csock_set_next); }},
    {"constant", [](A) { return constant(a[0]); }},
    {"symbol", [](A) { return symbol(a[0]); }},
    {"error_name", [](A) { return words(csock_error_name(Number{a[0]})); }},
    {"error_text", [](A) { return words(csock_error_text(Number{a[0]})); }},
    {"layout", [](A) { return Answered(layout.at(a[0])); }},
    {"live_pair", live_pair},
    {"live_echo", live_echo},
    {"live_message", live_message},
    {"live_poll", live_poll},
    {"live_resolve", live_resolve},
};

Arguments split(const std::string &line) {
    Arguments columns(1);
    for (char each : line) {
        if (each == '\t') columns.emplace_back();
        else columns.back() += each;
    }
    return columns;
}

}  // namespace

int main(int count, char **arguments) {
    if (count != 2) return 2;
    std::ifstream file(arguments[1]);
    const int64_t before = csock_open_descriptors(nullptr, 0);
    for (std::string line; std::getline(file, line);) {
        Arguments columns = split(line);
        const Call &call = calls.at(columns[0]);
        columns.erase(columns.begin());
        const Answered answered = call(columns);
        std::cout << answered.result << '\t' << answered.output << '\n';
    }
    return csock_open_descriptors(nullptr, 0) == before ? 0 : 3;
}
