// A UDP echo server. Build: g++ datagram-server.cpp $(pkg-config --cflags --libs csocketshim)
#include <CSocketShim.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

// A result, or an exception that names the error. What a signal interrupted is called again: the shim repeats nothing.
template <typename Call> static int64_t check(const char *what, Call call) {
    int64_t result;
    do result = call(); while (result == -csock_EINTR);
    if (result >= 0) return result;
    const char *name = csock_error_name(static_cast<int32_t>(result));
    throw std::runtime_error(std::string(what) + ": " + (name ? name : "unknown error"));
}

class Socket {
public:
    explicit Socket(int64_t descriptor) : number(static_cast<int32_t>(descriptor)) {}
    ~Socket() { csock_close(number); }
    Socket(const Socket &) = delete;
    Socket &operator=(const Socket &) = delete;
    const int32_t number;
};

struct Address {
    alignas(8) uint8_t bytes[CSOCK_ADDRESS_SIZE];
    uint32_t length;
};

int main(int count, char **arguments) try {
    uint8_t numbers[4] = {127, 0, 0, 1};
    uint16_t port = 0;
    Address own{{}, 0};
    own.length = static_cast<uint32_t>(csock_address_put_ipv4(own.bytes, sizeof own.bytes, numbers, port));
    const auto type = csock_SOCK_DGRAM | csock_SOCK_CLOEXEC;
    const Socket server(check("socket", [&] { return csock_socket(csock_AF_INET, type, 0); }));
    check("bind", [&] { return csock_bind(server.number, own.bytes, own.length); });
    check("getsockname", [&] { return csock_getsockname(server.number, own.bytes, &own.length); });
    check("address", [&] { return csock_address_get_ipv4(own.bytes, own.length, numbers, &port); });
    std::printf("%d.%d.%d.%d:%d\n", numbers[0], numbers[1], numbers[2], numbers[3], port);
    std::fflush(stdout);

    std::vector<char> buffer(65536);  // more than any datagram has
    for (int datagrams = count > 1 ? std::atoi(arguments[1]) : 1; datagrams > 0; datagrams--) {
        Address from;
        const auto size = static_cast<size_t>(check("recvfrom", [&] {
            from.length = sizeof from.bytes;
            return csock_recvfrom(server.number, buffer.data(), buffer.size(), 0, from.bytes, &from.length);
        }));
        // A datagram goes as a whole, or not at all. One of 0 bytes is a datagram, and not the end.
        check("sendto", [&] { return csock_sendto(server.number, buffer.data(), size, 0, from.bytes, from.length); });
    }
} catch (const std::exception &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
