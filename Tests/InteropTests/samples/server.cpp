// A TCP echo server. Build: g++ server.cpp $(pkg-config --cflags --libs csocketshim)
#include <CSocketShim.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

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

static void echo(const Socket &client) {
    std::array<char, 4096> buffer;
    const auto receive = [&] { return csock_recv(client.number, buffer.data(), buffer.size(), 0); };
    while (const auto end = check("recv", receive))
        for (int64_t sent = 0; sent < end;)  // send may take a part of the bytes only
            sent += check("send", [&] {
                const auto left = static_cast<size_t>(end - sent);
                return csock_send(client.number, buffer.data() + sent, left, csock_MSG_NOSIGNAL);
            });
}

int main(int count, char **arguments) try {
    std::array<uint8_t, 4> bytes{127, 0, 0, 1};
    uint16_t port = 0;
    alignas(8) std::array<uint8_t, CSOCK_ADDRESS_SIZE> address{};
    auto length = static_cast<uint32_t>(csock_address_put_ipv4(address.data(), address.size(), bytes.data(), port));
    const auto type = csock_SOCK_STREAM | csock_SOCK_CLOEXEC;
    const Socket listener(check("socket", [&] { return csock_socket(csock_AF_INET, type, 0); }));
    check("bind", [&] { return csock_bind(listener.number, address.data(), length); });
    check("listen", [&] { return csock_listen(listener.number, 8); });
    check("getsockname", [&] { return csock_getsockname(listener.number, address.data(), &length); });
    check("address", [&] { return csock_address_get_ipv4(address.data(), length, bytes.data(), &port); });
    std::printf("%d.%d.%d.%d:%d\n", bytes[0], bytes[1], bytes[2], bytes[3], port);
    std::fflush(stdout);
    const auto accept = [&] { return csock_accept(listener.number, nullptr, nullptr, csock_SOCK_CLOEXEC); };
    for (int clients = count > 1 ? std::atoi(arguments[1]) : 1; clients > 0; clients--)
        echo(Socket(check("accept", accept)));
} catch (const std::exception &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
