// A TCP client. Build: g++ client.cpp $(pkg-config --cflags --libs csocketshim)
#include <CSocketShim.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

// The contract of the shim fits into one function: a result, or an exception that names the error.
static int64_t check(const char *what, int64_t result) {
    if (result >= 0) return result;
    const char *name = csock_error_name(static_cast<int32_t>(result));
    throw std::runtime_error(std::string(what) + ": " + (name ? name : "unknown error"));
}

class Socket {
public:
    Socket(int32_t family, int32_t type)
        : number(static_cast<int32_t>(check("socket", csock_socket(family, type | csock_SOCK_CLOEXEC, 0)))) {}
    ~Socket() { csock_close(number); }
    Socket(const Socket &) = delete;
    Socket &operator=(const Socket &) = delete;
    const int32_t number;
};

int main(int count, char **arguments) try {
    const auto port = static_cast<uint16_t>(count > 1 ? std::atoi(arguments[1]) : 7777);
    const std::array<uint8_t, 4> loopback{127, 0, 0, 1};
    alignas(8) std::array<uint8_t, CSOCK_ADDRESS_SIZE> address{};
    const auto length = check("address", csock_address_put_ipv4(address.data(), address.size(), loopback.data(), port));

    Socket socket(csock_AF_INET, csock_SOCK_STREAM);
    check("connect", csock_connect(socket.number, address.data(), static_cast<uint32_t>(length)));
    const std::string text = "hello from C++\n";
    check("send", csock_send(socket.number, text.data(), text.size(), csock_MSG_NOSIGNAL));
    check("shutdown", csock_shutdown(socket.number, csock_SHUT_WR));

    std::array<char, 256> buffer;
    while (const auto received = check("recv", csock_recv(socket.number, buffer.data(), buffer.size(), 0)))
        std::fwrite(buffer.data(), 1, static_cast<size_t>(received), stdout);
    return 0;
} catch (const std::exception &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
